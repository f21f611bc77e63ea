import Foundation
import Testing
import U2NetImages

/// Hidden photos, and patterns that leave nothing.
struct HiddenTests {
  private func withPhotos<R>(_ names: [String], _ body: (String) throws -> R) throws -> R {
    try withFolder { folder throws in
      let samples = (0..<40 * 40).flatMap { i -> [UInt8] in
        (10..<30).contains(i % 40) && (10..<30).contains(i / 40) ? [230, 60, 30] : [20, 25, 40]
      }
      let photo = Data(Image<UInt8>(width: 40, height: 40, channels: .rgb, samples: samples).pngData())
      for name in names {
        let url = URL(filePath: "\(folder)/in/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try photo.write(to: url)
      }
      return try body(folder)
    }
  }

  private func mask(_ folder: String, _ out: String, _ more: [String] = []) throws -> Outcome {
    try run(["mask", "\(folder)/in", "-o", "\(folder)/\(out)", "--input-size", "32"] + more)
  }

  private func remarks(_ result: Outcome) -> [String] {
    result.errors.split(separator: "\n").filter { $0.contains("hidden") }.map(String.init)
  }

  private static let photos = ["a.png", ".hid.png", "x/.also.jpg", ".git/b.png", ".git/c/.d.png", ".e.png.1abc2.part"]

  @Test func hiddenPhotosAreCountedAndNotTaken() throws {
    try withPhotos(Self.photos) { folder throws in
      // Neither is a picture: what systems leave beside photos.
      for name in ["._a.png", ".DS_Store"] {
        try Data("\0\u{5}\u{16}\u{7}".utf8).write(to: URL(filePath: "\(folder)/in/\(name)"))
      }
      let result = try mask(folder, "out")
      #expect(result.code == 0 && files(in: "\(folder)/out") == ["a.png"], "\(result.errors)")
      #expect(
        remarks(result) == [
          "u2net: \(folder)/in: 2 hidden pictures passed over: .hid.png, x/.also.jpg; --include '.hid.png' takes that one",
          "u2net: \(folder)/in: 1 hidden folder not searched: .git; --include '.git/*' takes what is in it",
        ], "\(result.errors)")
      #expect(try mask(folder, "quiet", ["--quiet"]).errors.isEmpty)
      let known = try mask(folder, "known", ["--exclude", ".git/*", "--exclude", "*/.also*", "--exclude", ".hid*"])
      #expect(known.code == 0 && remarks(known).isEmpty, "\(known.errors)")
      // By name they are taken as any other.
      #expect(try run(["mask", "\(folder)/in/.hid.png", "-o", "\(folder)/m.png", "--input-size", "32"]).code == 0)
    }
  }

  @Test(arguments: [
    ([".hid*"], [".hid.png"]), ([".git/*"], [".git/b.png", ".git/c/.d.png"]),
    (["*.png", ".hid*"], [".hid.png", "a.png"]), (["*/.also*"], ["x/.also.png"]), (["*"], ["a.png"]),
    ([".*", "*/.*"], [".git/b.png", ".git/c/.d.png", ".hid.png", "x/.also.png"]),
  ])
  func patternsThatAskForHiddenPhotosGetThem(_ patterns: [String], _ expected: [String]) throws {
    try withPhotos(Self.photos) { folder throws in
      let result = try mask(folder, "out", patterns.flatMap { ["--include", $0] })
      #expect(result.code == 0 && files(in: "\(folder)/out") == expected, "\(result.errors)")
    }
  }

  @Test func patternsThatLeaveNothingAreNamed() throws {
    try withPhotos(["a.png", "b.png"]) { folder throws in
      for (patterns, words) in [
        (["--include", "*.nothing"], "--include '*.nothing' leaves none of the 2 files in this folder"),
        (["--exclude", "*"], "--exclude '*' leaves none of the 2 files in this folder"),
        (["--include", "a*", "--exclude", "*.png"], "--include 'a*', --exclude '*.png' leave none of the 2 files"),
      ] {
        let result = try mask(folder, "out", patterns)
        #expect(result.code == 1 && result.errors.contains("\(folder)/in: \(words)"), "\(result.errors)")
        #expect(!result.errors.contains("no JPEG"))
      }
    }
    try withPhotos(["a.txt.part"]) { folder throws in
      try FileManager.default.removeItem(atPath: "\(folder)/in/a.txt.part")
      let empty = try mask(folder, "out", ["--include", "*.png"])
      #expect(
        empty.code == 1 && empty.errors.contains("in: no JPEG, PNG or WebP file in this folder"), "\(empty.errors)")
    }
  }

  #if os(Linux)
    @Test(
      .timeLimit(.minutes(1)),
      arguments: [(["--quiet"], ["a.png"]), (["--include", ".git/*"], [".git/b.png", ".git/c/.d.png"])])
    func aWatchedFolderIsNoOther(_ more: [String], _ expected: [String]) throws {
      try withPhotos(Self.photos) { folder throws in
        let process = Process(), errors = Pipe()
        process.executableURL = executable()
        process.arguments = ["mask", "\(folder)/in", "-o", "\(folder)/out", "--watch", "--input-size", "32"] + more
        process.standardError = errors
        try process.run()
        let end = ContinuousClock.now + .seconds(20)
        while files(in: "\(folder)/out").count < expected.count, .now < end { usleep(50_000) }
        usleep(300_000)
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && files(in: "\(folder)/out") == expected)
      }
    }
  #endif
}
