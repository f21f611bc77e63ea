import U2NetFiles
import Foundation
import U2Net
import Testing

/// When files that are being written are taken.
struct StillFilesTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "still-\(UUID())").path

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  private func path(_ name: String) -> FilePath { FilePath("\(folder)/\(name)") }

  private func write(_ text: String, to name: String) throws {
    let url = URL(filePath: "\(folder)/\(name)")
    if let handle = try? FileHandle(forWritingTo: url) {
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(text.utf8))
      try handle.close()
    } else {
      try Data(text.utf8).write(to: url)
    }
  }

  private let start = ContinuousClock.now
  private func later(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

  @Test func aFileIsTakenOnceWhenItHasBeenStill() throws {
    var still = StillFiles()
    try write("one", to: "a")
    still.touch(path("a"), at: start)
    #expect(still.take(at: later(100)).isEmpty)
    #expect(still.take(at: later(400)) == [path("a")])
    still.touch(path("a"), at: later(500))
    #expect(still.take(at: later(900)).isEmpty && still.pending.isEmpty)
    // It goes on: it is another file.
    try write("two", to: "a")
    still.touch(path("a"), at: later(1000))
    #expect(still.take(at: later(1100)).isEmpty)
    #expect(still.take(at: later(1400)) == [path("a")])
  }

  @Test func whatGrowsIsNotStill() throws {
    var still = StillFiles()
    try write("x", to: "a")
    still.touch(path("a"), at: start)
    for step in 1...5 {
      try write("x", to: "a")
      #expect(still.take(at: later(250 * step)).isEmpty)
    }
    #expect(still.take(at: later(1250 + 350)) == [path("a")])
  }

  @Test func whatIsOpenForWritingIsNotStill() throws {
    var still = StillFiles()
    try write("x", to: "a")
    let handle = try FileHandle(forWritingTo: URL(filePath: "\(folder)/a"))
    still.touch(path("a"), at: start)
    for seconds in [1, 10, 100] { #expect(still.take(at: later(1000 * seconds)).isEmpty) }
    try handle.close()
    #expect(still.take(at: later(200_000)) == [path("a")])
  }

  @Test func emptyFilesWaitForTheirContents() throws {
    var still = StillFiles()
    try write("", to: "a")
    still.touch(path("a"), at: start)
    #expect(still.take(at: later(5000)).isEmpty && still.empty == [path("a")] && still.pending.isEmpty)
    try write("x", to: "a")
    still.touch(path("a"), at: later(6000))
    #expect(still.empty.isEmpty)
    #expect(still.take(at: later(6400)) == [path("a")])
  }

  /// Nobody tells when the file behind a link, or behind another name, is written: it is looked at again and again.
  @Test func linksWaitForWhatTheyLeadTo() throws {
    var still = StillFiles()
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "\(folder)/elsewhere")
    try write("", to: "other")
    try manager.linkItem(atPath: "\(folder)/other", toPath: "\(folder)/hard")
    for name in ["link", "hard"] { still.touch(path(name), at: start) }
    #expect(still.take(at: later(5000)).isEmpty && still.pending.count == 2)
    try write("x", to: "elsewhere")
    try write("x", to: "other")
    #expect(still.take(at: later(6000)).isEmpty)
    #expect(still.take(at: later(6400)) == [path("hard"), path("link")])
  }

  @Test func whatGoesIsForgottenAndBusyFilesWait() throws {
    var still = StillFiles()
    try write("x", to: "a")
    try write("x", to: "b")
    for name in ["a", "b"] { still.touch(path(name), at: start) }
    try FileManager.default.removeItem(atPath: "\(folder)/a")
    #expect(still.take(at: later(400)) { $0 == path("b") }.isEmpty)
    #expect(still.pending == [path("b")] || still.pending.count == 2)
    #expect(still.take(at: later(800)) == [path("b")] && still.pending.isEmpty)
  }
}
