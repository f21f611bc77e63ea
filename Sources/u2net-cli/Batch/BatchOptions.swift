import ArgumentParser
import U2NetFiles
import U2Net
import U2NetPlatform

/// How many photos are worked through.
struct BatchOptions: ParsableArguments {
  @Option(
    help: """
      Results that exist: error (before any work; with --watch photo by photo), skip (the photo), overwrite, or rename \
      (the new one).
      """)
  var existing: ExistingFiles?

  @Option(
    help: ArgumentHelp(
      "Append a JSON object a line for every photo that is done; - for standard output.", valueName: "file"),
    completion: .file())
  var manifest: String?

  @Flag(help: "No progress bar, no remarks; failures are still told.")
  var quiet = false

  @Flag(help: "Progress as JSON lines on standard error.")
  var jsonProgress = false

  @Flag(
    name: [.customShort("w"), .long],
    help: "Work on the photos in the folder and on those that come, once they are whole, until Ctrl-C.")
  var watch = false

  var manifestFile: FilePath? { manifest.map { FilePath(output: $0) } }

  var progressStyle: ProgressText.Style {
    jsonProgress ? .json : quiet || isatty(STDERR_FILENO) == 0 ? .none : .bar
  }
}
