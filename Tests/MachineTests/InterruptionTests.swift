import Foundation
import U2NetFiles
import Testing

import U2NetMachine

/// Where the program that is the child of `parent` writes.
private func folder(_ name: String, parent: pid_t) -> String {
  FileManager.default.temporaryDirectory.appending(path: "u2net-\(name)-\(parent)").path
}

/// Begins a file in a child, and says so.
private func beginFile(_ name: String) throws -> AtomicFile {
  // Dispatch's threads, which tests run on, block signals; a program's own does not.
  var signals = sigset_t()
  sigfillset(&signals)
  pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  let folder = folder(name, parent: getppid())
  var file = try AtomicFile(FilePath("\(folder)/result.png"))
  try [UInt8](repeating: 7, count: 1000).withUnsafeBytes { try file.append($0) }
  try Data().write(to: URL(filePath: "\(folder)/begun"))
  return file
}

/// What signals leave behind. Each test's program is a process of its own.
struct InterruptionTests {
  private func expectNothingLeft(_ name: String, _ body: () async -> Void) async throws {
    let folder = folder(name, parent: getpid())
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    await body()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["begun"])
  }

  @Test func theSecondOfAKindEndsAtOnceAndLeavesNoHiddenFile() async throws {
    try await expectNothingLeft("second") {
      await #expect(processExitsWith: .signal(SIGINT)) {
        Interruption.cleanUp()
        Interruption.watch()
        let file = try beginFile("second")
        raise(SIGINT)
        guard Interruption.requested == SIGINT else { exit(3) }
        raise(SIGINT)
        _ = consume file
      }
    }
  }

  @Test func theFirstDoesSoWhereNobodyWaitsForIt() async throws {
    try await expectNothingLeft("first") {
      await #expect(processExitsWith: .signal(SIGTERM)) {
        Interruption.cleanUp()
        let file = try beginFile("first")
        raise(SIGTERM)
        _ = consume file
      }
    }
  }
}
