import ArgumentParser
import Foundation
import Testing
import U2Net
import U2NetFiles
import U2NetMachine

@testable import u2net_cli

/// What the program says at its end, and its exit code.
struct EndingTests {
  private struct Unforeseen: Error {}

  @Test func onlyWrongUseEndsWithTwo() {
    #expect(Ending(Unforeseen()).code == 1)
    #expect(Ending(CancellationError()).code == 1)
    #expect(Ending(FileError(path: "a/b", reason: "No such file")) == Ending(PipelineError("a/b: No such file")))
    #expect(Ending(ValidationError("wrong")).code == 2)
    #expect(Ending(CommandFailure(lines: ["stopped"], exitCode: 130)).code == 130)
  }

  /// So little address space that a library's own threads may find none, for which its farewell would wait.
  @Test(.timeLimit(.minutes(1))) func littleMemoryIsAnErrorAndNoHang() throws {
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = ["-c", "ulimit -v 200000 || exit 1; exec \"$0\" mask no.png -o out.png", executable().path]
    shell.standardError = FileHandle.nullDevice
    try shell.run()
    let end = ContinuousClock.now + .seconds(20)
    while shell.isRunning, .now < end { usleep(10_000) }
    let isRunning = shell.isRunning
    if isRunning { kill(shell.processIdentifier, SIGKILL) }
    #expect(!isRunning)
  }

  @Test func negativeNumbersAreJoinedToTheirOptions() {
    func joined(_ line: String) -> String {
      CommandArguments.joiningNegativeNumbers(line.split(separator: " ").map(String.init)).joined(separator: " ")
    }
    #expect(joined("mask a --grow -3 -o b") == "mask a --grow=-3 -o b")
    #expect(joined("mask a -ae -1 --levels -5,95 --x -.5") == "mask a -ae=-1 --levels=-5,95 --x=-.5")
    #expect(joined("mask - -o - --grow 3") == "mask - -o - --grow 3")
    #expect(joined("mask --quiet -- -3 -4") == "mask --quiet -- -3 -4")
    #expect(joined("mask --grow=2 -3") == "mask --grow=2 -3")
  }
}
