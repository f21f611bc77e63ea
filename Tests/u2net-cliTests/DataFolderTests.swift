import Foundation
import Testing
import U2NetImageFiles

/// What is in the folders of a data set beside pictures that can be read is not passed over without a word, and nothing of a
/// data set is replaced.
struct DataFolderTests {
  private func withData<R>(_ body: (String) throws -> R) throws -> R {
    try withFolder { folder throws in
      try TrainTests().writeData("\(folder)/data")
      return try body(folder)
    }
  }

  private func copy(_ from: String, _ to: String) throws {
    let url = URL(filePath: to)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: from, toPath: to)
  }

  private func evaluate(_ folder: String, _ more: String...) throws -> Outcome {
    try run(["evaluate", "--predictions", "\(folder)/data/masks", "--masks", "\(folder)/truth"] + more)
  }

  private func train(_ folder: String, _ more: [String] = []) throws -> Outcome {
    try run(
      [
        "train", "--data", "\(folder)/data", "-o", "\(folder)/out.safetensors", "--widths", "2:3", "--batch", "2",
        "--size",
        "40", "--steps", "1", "--overwrite",
      ] + more)
  }

  private func ablate(_ folder: String) throws -> Outcome {
    try run([
      "ablate", "--data", "\(folder)/data", "--val", "\(folder)/data", "--blocks", "RSU", "--widths", "2:3", "--size",
      "40",
      "--batch", "2", "--steps", "1", "--seeds", "1", "--out", "\(folder)/ablation",
    ])
  }

  @Test func hiddenPicturesAreTold() throws {
    try withData { folder throws in
      try copy("\(folder)/data/masks", "\(folder)/truth")
      for name in [".a.png", "x/.b.jpg", ".git/c.png"] { try copy("\(folder)/truth/0.png", "\(folder)/truth/\(name)") }
      try copy("\(folder)/data/images/0.png", "\(folder)/data/images/.h.png")
      try Data("\0\u{5}\u{16}\u{7}".utf8).write(to: URL(filePath: "\(folder)/truth/._a.png"))
      let scored = try evaluate(folder)
      #expect(scored.code == 0 && scored.text.hasPrefix("3 pairs"), "\(scored.errors)")
      #expect(scored.errors.contains("truth: 2 hidden pictures passed over: .a.png, x/.b.jpg\n"), "\(scored.errors)")
      #expect(scored.errors.contains("truth: 1 hidden folder not searched: .git\n"), "\(scored.errors)")
      for result in [try train(folder), try ablate(folder)] {
        #expect(
          result.code == 0 && result.errors.contains("images: 1 hidden picture passed over: .h.png"), "\(result.errors)"
        )
      }
    }
  }

  @Test func unreadablePicturesAreNamedAndReadableOnesTaken() throws {
    try withData { folder throws in
      try copy("\(folder)/data/masks", "\(folder)/truth")
      // By contents, whatever they are called.
      for name in ["data/images/3.jfif", "data/masks/3", "truth/3.dat"] {
        try copy("\(folder)/\(name.prefix { $0 != "3" })0.png", "\(folder)/\(name)")
      }
      #expect(try evaluate(folder).text.hasPrefix("4 pairs"))
      let good = try train(folder)
      #expect(good.code == 0 && good.errors.contains("4 examples"), "\(good.errors)")
      let others = ["4.tif": Data("II*\0".utf8) + Data(count: 20), "5.gif": Data("x".utf8), "6": Data("GIF89a".utf8)]
      for (name, data) in others {
        for part in ["data/images", "data/masks", "truth"] {
          try data.write(to: URL(filePath: "\(folder)/\(part)/\(name)"))
        }
      }
      try Data("notes".utf8).write(to: URL(filePath: "\(folder)/truth/notes.txt"))
      let scored = try evaluate(folder, "--json")
      #expect(scored.code == 1 && scored.text.contains("\"pairs\" : 4"), "\(scored.errors)")
      for name in others.keys {
        for part in ["data/masks", "truth"] {
          #expect(scored.errors.contains("\(part)/\(name): ") && scored.text.contains("\(part)/\(name): "), "\(name)")
        }
      }
      #expect(scored.errors.contains("TIFF") && !scored.errors.contains("notes"))
      for result in [try train(folder), try ablate(folder)] {
        #expect(result.code == 1, "\(result.errors)")
        for name in others.keys {
          for part in ["images", "masks"] { #expect(result.errors.contains("\(part)/\(name): "), "\(result.errors)") }
        }
      }
      for name in files(in: "\(folder)/truth") where name.hasSuffix(".png") || name.hasSuffix(".dat") {
        try FileManager.default.removeItem(atPath: "\(folder)/truth/\(name)")
      }
      let none = try evaluate(folder)
      #expect(
        none.code == 1 && none.errors.contains("no JPEG, PNG or WebP file in this folder, but "), "\(none.errors)")
      #expect(none.errors.contains("(and 2 more)"), "\(none.errors)")
    }
  }

  @Test func nothingOfADataSetIsReplaced() throws {
    try withData { folder throws in
      try copy("\(folder)/data", "\(folder)/val")
      func contents() -> [String: Data] {
        Dictionary(
          uniqueKeysWithValues: (files(in: "\(folder)/data") + files(in: "\(folder)/val").map { "../val/\($0)" }).map {
            ($0, FileManager.default.contents(atPath: "\(folder)/data/\($0)")!)
          })
      }
      let before = contents(), manager = FileManager.default
      for target in ["data/masks/0.png", "val/images/1.png"] {
        for output in ["out.safetensors", "out-best.safetensors", "out.jsonl"] {
          try manager.createSymbolicLink(atPath: "\(folder)/\(output)", withDestinationPath: target)
          let result = try train(folder, ["--val", "\(folder)/val", "--quiet"])
          #expect(result.code == 1 && result.errors.contains("would replace a "), "\(output): \(result.errors)")
          #expect(contents() == before, "\(target) \(output)")
          try manager.removeItem(atPath: "\(folder)/\(output)")
        }
      }
      #expect(try ablate(folder).code == 0)
      for file in ["report.html", "RSU-seed1/checkpoint.jsonl", "speed.json"] {
        let path = "\(folder)/ablation/\(file)"
        try manager.moveItem(atPath: path, toPath: "\(folder)/kept")
        try manager.linkItem(atPath: "\(folder)/data/images/0.png", toPath: path)
        let result = try ablate(folder)
        #expect(result.code == 1 && result.errors.contains("would replace a photo"), "\(file): \(result.errors)")
        #expect(contents() == before && manager.contents(atPath: path) == before["images/0.png"], "\(file)")
        try manager.removeItem(atPath: path)
        try manager.moveItem(atPath: "\(folder)/kept", toPath: path)
      }
      #expect(try ablate(folder).code == 0)
    }
  }
}
