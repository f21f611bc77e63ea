import ArgumentParser
import U2NetFiles
import U2Net
import U2NetMachine
import U2NetPlatform

@main
struct U2NetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "u2net",
    abstract: "Finds the object that a picture is about, and cuts it out.",
    discussion: """
      No background plate, no click, no prompt, no GPU. Start with:

        u2net mask photo.jpg -o mask.png      white where the object is
        u2net cutout photo.jpg -o cut.png     the object on transparency
        u2net product photos/ -o shop/        mask, cut-out and white square of each photo

      Exit codes: 0 everything done, 1 something failed (each failure is named), 2 wrong usage,
      130 stopped by Ctrl-C.
      """,
    version: U2NetVersion.current,
    subcommands: [
      Mask.self, Cutout.self, Product.self, Frames.self, Models.self, Weights.self, Convert.self, Evaluate.self,
      Train.self, Ablate.self, Describe.self, Bench.self, RembgFile.self, RembgFolder.self, RembgStream.self,
    ])

  static func main() {
    // A reader that goes away, or a limit on files' sizes, is a write error with a message, not a silent death.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    ResourceLimits.saveAddresses()
    Interruption.cleanUp()
    OutOfMemory.watch(
      saying: """
        u2net: stopped: most likely out of memory, of which this process may use \(ResourceLimits.current.memory >> 20) MB; \
        fewer --threads, a smaller --input-size or smaller pictures take less\n
        """)
    let arguments = RembgArguments.joiningColors(Array(CommandLine.arguments.dropFirst()))
    var asked: any ParsableCommand.Type =
      configuration.subcommands.first { $0._commandName == arguments.first } ?? U2NetCommand.self
    do {
      if let problem = CommandArguments.emptiness(in: arguments) { throw ValidationError(problem) }
      var command = try parseAsRoot(CommandArguments.joiningNegativeNumbers(arguments))
      asked = type(of: command)
      try command.run()
      guard fflush(nil) == 0 else { throw CommandFailure(lines: ["standard output: cannot write"]) }
      quit(0)
    } catch  where exitCode(for: error).isSuccess {
      // --help and --version.
      let isWritten = Array("\(fullMessage(for: error))\n".utf8).withUnsafeBytes {
        Descriptor.write($0, to: STDOUT_FILENO)
      }
      if !isWritten { Console.note("standard output: cannot write: \(String(cString: strerror(errno)))") }
      quit(isWritten ? 0 : 1)
    } catch {
      let ending = Ending(error, of: asked)
      if ending.code == 2 {
        Console.note(ending.lines)
      } else {
        for line in ending.lines { Console.note(line) }
      }
      quit(ending.code)
    }
  }
}

/// Something went wrong after the command line was understood.
struct CommandFailure: Error {
  var lines: [String]
  var exitCode: Int32 = 1
}

/// Leaves the program without the farewells of libraries: threads may still be at work, and where memory is short a farewell
/// may wait for what never comes.
private func quit(_ code: Int32) -> Never {
  fflush(nil)
  _exit(code)
}
