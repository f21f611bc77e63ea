import Foundation
import Testing
import U2NetImages

/// What is read, and what is there, is not replaced, whatever the way is by which it is named.
struct InUseTests {
  private static func picture(_ seed: Int) -> Image<UInt8> {
    let side = 40
    let samples = (0..<side * side).flatMap { i -> [UInt8] in
      (8 + seed..<30).contains(i % side) && (10..<30).contains(i / side) ? [230, 60, UInt8(30 + seed)] : [20, 25, 40]
    }
    return Image(width: side, height: side, channels: .rgb, samples: samples)
  }

  /// Photos, a list, weights; nothing of these may change.
  private func withFiles<R>(_ body: (String) throws -> R) throws -> R {
    try withFolder { folder throws in
      let manager = FileManager.default
      for (seed, name) in ["a.jpg", "b.jpg", "p/a.jpg", "p/b.jpg", "made/bg.jpg", "q/bg.jpg", "q/c.jpg"].enumerated() {
        let url = URL(filePath: "\(folder)/\(name)")
        try manager.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(Self.picture(seed).jpegData(quality: 90, source: name)).write(to: url)
      }
      try manager.copyItem(
        atPath: package.appending(path: "Weights/u2net-lite.safetensors").path, toPath: "\(folder)/w")
      try manager.createSymbolicLink(atPath: "\(folder)/soft.jpg", withDestinationPath: "a.jpg")
      try manager.linkItem(atPath: "\(folder)/a.jpg", toPath: "\(folder)/hard.jpg")
      try manager.createSymbolicLink(atPath: "\(folder)/softw", withDestinationPath: "w")
      try Data("\(folder)/a.jpg\n".utf8).write(to: URL(filePath: "\(folder)/list"))
      try Data("{\"lines\": 1}\n".utf8).write(to: URL(filePath: "\(folder)/m.jsonl"))
      return try body(folder)
    }
  }

  private func contents(_ folder: String) -> [String: Data] {
    Dictionary(
      uniqueKeysWithValues: files(in: folder).map { ($0, FileManager.default.contents(atPath: "\(folder)/\($0)")!) })
  }

  /// Names in `folder`, which begin with "./", and what else is on the command line.
  @Test(arguments: [
    // A folder that is missing on the way.
    ["cutout", "./a.jpg", "-o", "./new/../a.jpg", "--background", "#ffffff"],
    ["cutout", "./a.jpg", "-o", "./new/er/../../a.jpg", "--background", "#ffffff"],
    ["mask", "./p", "-o", "./new/../p", "--format", "jpg", "--existing", "overwrite"],
    ["mask", "./p", "-o", "./new/../p", "--format", "jpg"],
    ["cutout", "./a.jpg", "-o", "./c.png", "--mask", "./new/../b.jpg", "--existing", "error"],
    ["mask", "./a.jpg", "-o", "./m.png", "--cutout", "./new/../a.jpg", "--background", "#ffffff"],
    ["mask", "./p/a.jpg", "-o", "./m.png", "--side-outputs", "./new/../list"],
    // Other names of the photo.
    ["cutout", "./a.jpg", "-o", "./soft.jpg", "--background", "#ffffff"],
    ["cutout", "./a.jpg", "-o", "./hard.jpg", "--background", "#ffffff"],
    ["mask", "./soft.jpg", "-o", "./hard.jpg"],
    ["mask", "./hard.jpg", "-o", "./", "--format", "jpg", "--existing", "skip"],
    // What else is read.
    ["cutout", "./b.jpg", "-o", "./a.jpg", "--background", "./a.jpg"],
    ["cutout", "./b.jpg", "-o", "./hard.jpg", "--background", "./a.jpg"],
    ["cutout", "./b.jpg", "-o", "./a.jpg", "--background", "./soft.jpg"],
    ["mask", "./b.jpg", "-o", "./m.png", "--cutout", "./a.jpg", "--background", "./a.jpg"],
    ["mask", "./a.jpg", "-o", "./w", "--weights", "./w"], ["mask", "./a.jpg", "-o", "./softw", "--weights", "./w"],
    ["mask", "./a.jpg", "-o", "./w", "--weights", "./softw"],
    ["mask", "--files-from", "./list", "-o", "./new/", "--manifest", "./list"],
    ["mask", "./a.jpg", "-o", "./new/", "--weights", "./w", "--manifest", "./w"],
    ["mask", "./a.jpg", "-o", "./m.jsonl", "--manifest", "./m.jsonl"],
    ["mask", "./a.jpg", "-o", "./n", "--manifest", "./n"],
    ["mask", "./a.jpg", "-o", "./m.png", "--manifest", "./new/../a.jpg"],
    ["evaluate", "--images", "./p", "--masks", "./p", "--csv", "./w", "--weights", "./softw"],
    ["evaluate", "--predictions", "./p", "--masks", "./p", "--csv", "./list", "--report", "./new/../list"],
    ["convert", "./w", "./new/../w"], ["convert", "./softw", "./w"], ["convert", "./w", "./softw"],
    ["mask", "./q", "-o", "./made", "--format", "jpg"],
  ])
  func nothingThatIsReadIsReplaced(_ arguments: [String]) throws {
    try withFiles { folder throws in
      let before = contents(folder)
      let placed = arguments.map { $0.hasPrefix("./") ? folder + $0.dropFirst() : $0 }
      let result = try run(
        placed + (["mask", "cutout", "evaluate"].contains(arguments[0]) ? ["--input-size", "32"] : []))
      #expect(
        [1, 2].contains(result.code) && result.output.isEmpty && !result.errors.isEmpty,
        "\(arguments): \(result.errors)")
      #expect(contents(folder) == before, "\(arguments)")
    }
  }

  /// What exists is not overwritten, and a folder that is named for nothing is not made.
  @Test func detoursAreResults() throws {
    try withFiles { folder throws in
      func mask(_ output: String, _ more: String...) throws -> Outcome {
        try run(["mask", "\(folder)/p", "-o", "\(folder)/\(output)", "--input-size", "32"] + more)
      }
      #expect(try mask("new/../out").code == 0)
      #expect(
        files(in: "\(folder)/out") == ["a.png", "b.png"] && !FileManager.default.fileExists(atPath: "\(folder)/new"))
      let again = try mask("other/../out")
      #expect(again.code == 1 && again.errors.contains("exists already"), "\(again.errors)")
      #expect(try mask("other/../out", "--existing", "rename").code == 0)
      #expect(files(in: "\(folder)/out") == ["a-1.png", "a.png", "b-1.png", "b.png"])
      let twice = try mask("two", "--cutout", "\(folder)/new/../two")
      #expect(twice.code == 2 && twice.errors.contains("both the mask and the cut-out"), "\(twice.errors)")
    }
  }

  /// In a folder the photo whose result would do harm is named, and the others are done.
  @Test func othersAreDone() throws {
    try withFiles { folder throws in
      let background = "\(folder)/made/bg.jpg", before = FileManager.default.contents(atPath: background)
      for existing in ["overwrite", "skip"] {
        let result = try run([
          "cutout", "\(folder)/q", "-o", "\(folder)/made", "--format", "jpg", "--background", background, "--existing",
          existing, "--input-size", "32", "--manifest", "\(folder)/\(existing).jsonl",
        ])
        #expect(
          result.code == 1 && result.errors.contains("q/bg.jpg: its result")
            && result.errors.contains("would replace the picture of --background"), "\(result.errors)")
        #expect(FileManager.default.contents(atPath: background) == before)
        #expect(files(in: "\(folder)/made") == ["bg.jpg", "c.jpg"])
        #expect(try String(contentsOfFile: "\(folder)/\(existing).jsonl", encoding: .utf8).contains("would replace"))
      }
    }
  }

  /// The program, with files of a test as its streams, which a shell opens.
  private func shell(_ command: String, in folder: String) throws -> (code: Int32, errors: String) {
    let process = Process(), errors = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command, executable().path]
    process.currentDirectoryURL = URL(filePath: folder)
    process.standardError = errors
    try process.run()
    let text = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  @Test func streamsThatAreFiles() throws {
    try withFiles { folder throws in
      let before = contents(folder)
      for command in [
        "\"$0\" cutout - -o b.jpg --background white --input-size 32 <b.jpg",
        "\"$0\" cutout - -o hard.jpg --background white --input-size 32 <a.jpg",
        "\"$0\" cutout /dev/stdin -o b.jpg --background white --input-size 32 <b.jpg",
        "\"$0\" mask --files-from - -o list --input-size 32 <list",
        "\"$0\" mask b.jpg -o - --input-size 32 >>b.jpg", "\"$0\" mask - -o - --input-size 32 <b.jpg >>b.jpg",
        "\"$0\" mask b.jpg -o - --weights w --input-size 32 >>w",
        "\"$0\" frames --size 2x2 --input-size 32 <b.jpg >>b.jpg",
      ] {
        let result = try shell(command, in: folder)
        #expect([1, 2].contains(result.code) && !result.errors.isEmpty, "\(command): \(result.errors)")
        #expect(contents(folder) == before, "\(command)")
      }
      let good = try shell("\"$0\" mask - -o - --input-size 32 <b.jpg >m.png", in: folder)
      #expect(good.code == 0 && good.errors.isEmpty, "\(good.errors)")
      #expect(try Image<UInt8>(contentsOf: "\(folder)/m.png").width == 40)
    }
  }

  #if os(Linux)
    @Test(.timeLimit(.minutes(1))) func aWatchedFolderIsNotReplacedEither() throws {
      try withFiles { folder throws in
        let before = contents(folder)
        for (output, more) in [("new/../p", [String]()), ("p", ["--weights", "\(folder)/p/w.jpg"])] {
          if !more.isEmpty { try FileManager.default.moveItem(atPath: "\(folder)/w", toPath: "\(folder)/p/w.jpg") }
          let process = Process(), errors = Pipe()
          process.executableURL = executable()
          process.arguments =
            [
              "mask", "\(folder)/p", "-o", "\(folder)/\(output)", "--format", "jpg", "--existing", "overwrite",
              "--watch",
            ]
            + ["--input-size", "32"] + more
          process.standardError = errors
          try process.run()
          var text = ""
          while !(text.contains("p/a.jpg: its result") && text.contains("p/b.jpg: its result")) {
            let data = errors.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
          }
          process.interrupt()
          process.waitUntilExit()
          #expect(process.terminationStatus == 1 && text.contains("would replace a photo"), "\(text)")
          if !more.isEmpty { try FileManager.default.moveItem(atPath: "\(folder)/p/w.jpg", toPath: "\(folder)/w") }
          #expect(contents(folder) == before)
        }
      }
    }
  #endif
}
