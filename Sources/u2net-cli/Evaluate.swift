import ArgumentParser
import U2NetEvaluation
import U2NetFiles
import U2NetImageFiles
import U2Net
import U2NetMachine

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score masks against the true ones: MAE, F, weighted F, S- and E-measure, boundary F.",
    discussion: """
      u2net evaluate --predictions masks/ --masks truth/
      u2net evaluate -m full --images photos/ --masks truth/ --report report.html
      u2net evaluate --alpha --predictions cutouts/ --masks alphas/

      Files go together that have the same name but for their extensions. Files without a counterpart, \
      pictures in formats that cannot be read and pairs that cannot be scored are listed; the scores are then of the other pairs, and the exit code is 1. A true mask's object \
      is what is brighter than 128; masks of two levels, such as 0 and 1 (in 16 bits, too), are stretched, and a cut-out of one colour \
      counts by its transparency. Scores are those of \
      PySODMetrics; authors_… are those of the evaluation code of the paper's authors.
      """)

  @Option(help: ArgumentHelp("Folder of predicted masks (PNG, JPEG).", valueName: "dir"), completion: .directory)
  var predictions: String?

  @Option(
    help: ArgumentHelp("Folder of photos to predict masks for, as `u2net mask` does.", valueName: "dir"),
    completion: .directory)
  var images: String?

  @Option(help: ArgumentHelp("Folder of the true masks.", valueName: "dir"), completion: .directory)
  var masks: String

  @OptionGroup var model: ModelOptions

  @Option(help: "With --images: rembg (default) or authors, as for `u2net mask`.")
  var preprocess: Preprocessing?

  @Option(help: "With --images: minmax (default) or sigmoid, as for `u2net mask`.")
  var normalize: Normalization?

  @Flag(help: "Score alpha, by SAD, MSE, gradient and connectivity, over the picture and near soft edges.")
  var alpha = false

  @Flag(help: "Print one JSON object.")
  var json = false

  @Option(help: ArgumentHelp("Write the scores of each pair here.", valueName: "file.csv"), completion: .file())
  var csv: String?

  @Option(
    help: ArgumentHelp("Write a page with scores, curves, best and worst masks here.", valueName: "file.html"),
    completion: .file())
  var report: String?

  func validate() throws {
    guard (predictions == nil) != (images == nil) else {
      throw ValidationError("give either --predictions or --images")
    }
    guard images != nil || !(model.isGiven || preprocess != nil || normalize != nil) else {
      throw ValidationError("--model, --weights, --cache, --input-size, --preprocess and --normalize need --images")
    }
    if let csv, let report {
      let place = FilePath(output: csv)
      guard place.resolved != FilePath(output: report).resolved || place.isSpecial else {
        throw ValidationError("\(place): the --report would replace the --csv; name two files")
      }
    }
    guard csv != "-" && report != "-" else {
      throw ValidationError("--csv and --report write files; standard output is for the scores")
    }
  }

  func run() throws {
    let input = FilePath(argument: (predictions ?? images)!)
    let evaluation = try FolderEvaluation(predictions: input, masks: FilePath(argument: masks))
    try checkOutputs(evaluation.inUse)
    for remark in evaluation.remarks { Console.note(remark) }
    let pairing = try evaluation.pairing(), (prediction, bytes) = try prediction()
    let threads = FolderEvaluation.pairsAtOnce(atMost: model.threads, beside: bytes)
    let outcome =
      alpha
      ? evaluation.runAlpha(pairing, threads: threads, prediction: prediction)
      : evaluation.run(pairing, threads: threads, prediction: prediction)
    for remark in outcome.remarks { Console.note(remark) }
    if outcome.hasScores {
      print(json ? try outcome.summary.json() : "\(outcome.summary)")
      try write(outcome)
    }
    guard outcome.problems.isEmpty else { throw CommandFailure(lines: outcome.problems) }
  }

  /// What makes masks of photos, and the memory that it takes; nil where masks are in files.
  private func prediction() throws -> (FolderEvaluation.Prediction?, bytes: Int) {
    guard images != nil else { return (nil, 0) }
    var options = model.detection
    (options.preprocessing, options.normalization) = (preprocess ?? .rembg, normalize ?? .minmax)
    let network = try model.network(), memory = SaliencyDetector.memory(network, options: options)
    _ = try SaliencyDetector.photosAtOnce(network, options: options, atMost: 1)
    let detector = SaliencyDetector(network, options: options), threads = options.threads
    return (
      { try detector.saliency(inFile: $0.predictionFile).mask(threads: threads) }, memory.shared + memory.each
    )
  }

  /// What would be written must not replace what is read, and there must be a place for it: before any work.
  private func checkOutputs(_ files: FilesInUse) throws {
    var inUse = files
    if let weights = model.weights { inUse.add(FilePath(argument: weights), as: "the --weights") }
    let outputs = [
      (csv, ["csv", "txt"], "scores are written as comma-separated values"),
      (report, ["html", "htm"], "reports are written as HTML"),
    ]
    for case (let name?, let extensions, let fact) in outputs {
      let path = FilePath(output: name)
      guard !path.isFolder else { throw ValidationError("\(path): this is a folder; name a file") }
      try inUse.check(path)
      try path.checkExtension(among: extensions, fact)
      try path.makeFolder()
    }
  }

  private func write(_ outcome: FolderEvaluation.Outcome) throws {
    if let csv { try ImageFile.write(Array(outcome.csv.utf8), to: FilePath(output: csv)) }
    guard let report else { return }
    let weights = model.weights.map { "\(FilePath(bytes: FilePath($0).name))" } ?? "\(model.model ?? .lite)"
    let page = try outcome.report(by: images == nil ? nil : weights)
    try ImageFile.write(Array(page.utf8), to: FilePath(output: report))
  }
}
