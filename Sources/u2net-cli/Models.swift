import ArgumentParser
import U2Net
import U2NetFiles
import U2NetMachine

struct Models: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the models: where their weights are, how large, under which licence.",
    discussion: """
      Weights are built in, or in the cache folder, or what rembg has downloaded, in ~/.rembg, ~/.u2net, $REMBG_HOME or \
      $U2NET_HOME: known by its SHA-256, it is converted into the cache folder when it is first used.
      """)

  @Option(help: ArgumentHelp("Folder of downloaded weights.", valueName: "dir"), completion: .directory)
  var cache: String = PretrainedWeights.defaultCache

  @Flag(help: "Print one JSON array.")
  var json = false

  func run() throws {
    let models = ModelSummary.all(cache: cache)
    if json { return print(try models.json(.prettyPrinted)) }
    Console.tell(models.flatMap(\.lines))
  }
}
