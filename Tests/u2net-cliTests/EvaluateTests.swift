import Foundation
import U2NetImageFiles
import Testing

struct EvaluateTests {
  private struct Summary: Decodable {
    let pairs: Int
    let scores: [String: Double]
    let unpaired_predictions, unpaired_masks, failures: [String]
  }

  private func summary(_ outcome: Outcome) throws -> Summary {
    try JSONDecoder().decode(Summary.self, from: outcome.output)
  }

  /// A square of `size` pixels in a picture of 40×30.
  private func write(_ path: String, size: Int, width: Int = 40) throws {
    try FileManager.default.createDirectory(
      at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    let samples = (0..<30 * width).map { i -> UInt8 in i % width < size && i / width < size ? 255 : 0 }
    try Image<UInt8>(width: width, height: 30, channels: .gray, samples: samples).writePNG(to: path)
  }

  @Test func masksAgainstThemselves() throws {
    try withFolder { folder in
      for name in ["a", "below/b", "c, d"] { try write("\(folder)/masks/\(name).png", size: 12) }
      let command = ["evaluate", "--predictions", "\(folder)/masks", "--masks", "\(folder)/masks"]
      let files = ["--csv", "\(folder)/out/s.csv", "--report", "\(folder)/out/s.html"]
      let result = try run(command + files + ["--json"])
      #expect(result.code == 0 && result.errors.isEmpty)
      let summary = try summary(result)
      #expect(summary.pairs == 3 && summary.scores["mae"] == 0 && summary.scores["weighted_f"] == 1)
      #expect(abs(summary.scores["s_measure"]! - 1) < 1e-9 && summary.scores["boundary_f"] == 1)
      let csv = try String(contentsOf: URL(filePath: "\(folder)/out/s.csv"), encoding: .utf8)
      #expect(csv.components(separatedBy: "\r\n").map { $0.prefix(4) } == ["name", "a,0.", "belo", "\"c, ", ""])
      #expect(try String(contentsOf: URL(filePath: "\(folder)/out/s.html"), encoding: .utf8).contains("<h3>c, d</h3>"))
      let table = try run(command)
      #expect(table.code == 0 && table.text.hasPrefix("3 pairs\n") && table.text.contains("S-measure"))
    }
  }

  /// Masks of two levels are the same masks whatever the levels are, in 8 bits or in 16, and predictions, too.
  @Test func alphasAreScoredAsTheMattingFieldDoes() throws {
    try withFolder { folder in
      let photo = package.appending(path: "Examples/photos/coffee.png").path
      let made = try run(["cutout", photo, "-o", "\(folder)/cut/cup.png", "--mask", "\(folder)/mask/cup.png"])
      #expect(made.code == 0, "\(made.errors)")
      let command = ["evaluate", "--alpha", "--masks", "\(folder)/mask"]
      let files = ["--csv", "\(folder)/s.csv", "--report", "\(folder)/s.html", "--json"]
      // Of many colours, which without --alpha is no mask.
      let result = try run(command + ["--predictions", "\(folder)/cut"] + files)
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      let scores = try summary(result).scores
      #expect(scores["sad"] == 0 && scores["band_conn"] == 0 && scores["grad"] == 0 && scores["band_share"]! > 0.02)
      let csv = try String(contentsOf: URL(filePath: "\(folder)/s.csv"), encoding: .utf8)
      #expect(csv.hasPrefix("name,mae,sad,mse,grad,conn,band_mae"))
      let page = try String(contentsOf: URL(filePath: "\(folder)/s.html"), encoding: .utf8)
      #expect(page.contains("MAE in the unknown band") && page.contains("prediction of cup"))
      let model = try run(command + ["--images", URL(filePath: photo).deletingLastPathComponent().path])
      #expect(model.code == 1 && model.text.isEmpty)  // No mask is called coffee.
      try FileManager.default.createDirectory(atPath: "\(folder)/photos", withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: photo, toPath: "\(folder)/photos/cup.png")
      let own = try run(command + ["--images", "\(folder)/photos", "--json"])
      #expect(try own.code == 0 && summary(own).scores["mae"] == 0, "\(own.errors)")
    }
  }

  @Test(arguments: [1, 255, 4095, 65535] as [UInt16]) func masksOf16BitsKeepTheirObject(level: UInt16) throws {
    try withFolder { folder in
      try write("\(folder)/p/a.png", size: 10)
      try write("\(folder)/t/a.png", size: 12)
      for (name, size) in [("p", 10), ("t", 12)] {
        try FileManager.default.createDirectory(atPath: "\(folder)/\(name)16", withIntermediateDirectories: true)
        let samples = (0..<30 * 40).map { i -> UInt16 in i % 40 < size && i / 40 < size ? level : 0 }
        let mask = Image<UInt16>(width: 40, height: 30, channels: .gray, samples: samples)
        try Data(mask.pngData()).write(to: URL(filePath: "\(folder)/\(name)16/a.png"))
      }
      func scores(_ predictions: String, _ masks: String) throws -> Outcome {
        try run(["evaluate", "--predictions", "\(folder)/\(predictions)", "--masks", "\(folder)/\(masks)", "--json"])
      }
      let expected = try scores("p", "t")
      for (predictions, masks) in [("p16", "t"), ("p", "t16"), ("p16", "t16")] {
        let result = try scores(predictions, masks)
        #expect(result.code == 0 && result.output == expected.output && result.errors.isEmpty, "\(result.errors)")
      }
    }
  }

  @Test func emptyPredictionsAreRemarked() throws {
    try withFolder { folder in
      try write("\(folder)/p/black.png", size: 0)
      try write("\(folder)/t/black.png", size: 12)
      let result = try run(["evaluate", "--predictions", "\(folder)/p", "--masks", "\(folder)/t", "--json"])
      #expect(result.code == 0 && result.errors.contains("p/black.png: nothing is predicted here"), "\(result.errors)")
      #expect(result.text.contains("\"empty_predictions\" : [\n"), "\(result.text)")
    }
  }

  @Test func aModelScoresAsItsMasksDo() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/photos", withIntermediateDirectories: true)
      for name in ["coffee.png", "rocket.jpg"] {
        try FileManager.default.copyItem(atPath: photo(name), toPath: "\(folder)/photos/\(name)")
      }
      for (size, to) in [("64", "masks"), ("128", "truth")] {
        #expect(try run(["mask", "\(folder)/photos", "-o", "\(folder)/\(to)", "--input-size", size]).code == 0)
      }
      let truth = ["--masks", "\(folder)/truth", "--json"]
      let model = try run(
        [
          "evaluate", "-m", "lite", "--input-size", "64", "--images", "\(folder)/photos", "--report",
          "\(folder)/r.html",
        ]
          + truth)
      let masks = try run(["evaluate", "--predictions", "\(folder)/masks"] + truth)
      #expect(model.code == 0 && masks.code == 0 && model.output == masks.output)
      #expect(try summary(model).scores["mae"]! > 0)
      let page = try String(contentsOf: URL(filePath: "\(folder)/r.html"), encoding: .utf8)
      #expect(page.components(separatedBy: "data:image/png").count - 1 == 6 && page.contains("photo of coffee"))
    }
  }

  @Test func whatIsMissingOrBadIsListedAndTheRestScored() throws {
    try withFolder { folder in
      for name in ["good", "wide", "damaged", "more"] { try write("\(folder)/p/\(name).png", size: 9) }
      for name in ["good", "damaged", "missing"] { try write("\(folder)/t/\(name).png", size: 9) }
      try write("\(folder)/t/wide.png", size: 9, width: 50)
      try Data("not a picture".utf8).write(to: URL(filePath: "\(folder)/p/damaged.png"))
      let result = try run(["evaluate", "--predictions", "\(folder)/p", "--masks", "\(folder)/t", "--json"])
      #expect(result.code == 1)
      let summary = try summary(result)
      #expect(summary.pairs == 1 && summary.scores["mae"] == 0 && summary.failures.count == 2)
      #expect(summary.unpaired_predictions == ["\(folder)/p/more.png"])
      #expect(summary.unpaired_masks == ["\(folder)/t/missing.png"])
      for text in [
        "p/more.png: no mask", "t/missing.png: no prediction", "p/damaged.png", "wide: the prediction has 40 x 30",
      ] {
        #expect(result.errors.contains(text))
      }
    }
  }

  private func write(_ path: String, _ levels: [UInt8], alpha: [UInt8]? = nil) throws {
    try FileManager.default.createDirectory(
      at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    let gray = Image<UInt8>(width: 40, height: 30, channels: .gray, samples: levels)
    let picture = alpha.map { gray.rgb.withAlpha(Image(width: 40, height: 30, channels: .gray, samples: $0)) }
    try (picture ?? gray).writePNG(to: path)
  }

  /// 0/1 masks, palettes' levels and objects in alpha are the masks that they are meant to be.
  @Test func masksOfAllKindsAreRead() throws {
    try withFolder { folder in
      let square = (0..<1200).map { $0 % 40 < 12 && $0 / 40 < 12 }
      for name in ["plain", "binary", "palette", "alpha"] {
        try write("\(folder)/p/\(name).png", square.map { $0 ? 255 : 0 })
      }
      try write("\(folder)/t/plain.png", square.map { $0 ? 255 : 0 })
      try write("\(folder)/t/binary.png", square.map { $0 ? 1 : 0 })
      try write("\(folder)/t/palette.png", square.map { $0 ? 38 : 0 })
      try write("\(folder)/t/alpha.png", square.map { _ in 255 }, alpha: square.map { $0 ? 255 : 0 })
      let result = try run(["evaluate", "--predictions", "\(folder)/p", "--masks", "\(folder)/t", "--json"])
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      #expect(try summary(result).scores["mae"] == 0 && summary(result).scores["weighted_f"] == 1)
    }
  }

  @Test func masksWithoutAnObjectAreTold() throws {
    try withFolder { folder in
      let command = ["evaluate", "--predictions", "\(folder)/p", "--masks", "\(folder)/t", "--json"]
      for name in ["a", "b"] { try write("\(folder)/p/\(name).png", size: 12) }
      try write("\(folder)/t/a.png", size: 12)
      try write("\(folder)/t/b.png", size: 0)
      let one = try run(command)
      #expect(
        one.code == 0 && one.errors == "u2net: \(folder)/t/b.png: there is no object in this mask\n", "\(one.errors)")
      #expect(try summary(one).pairs == 2)
      try write("\(folder)/t/a.png", size: 0)
      let none = try run(command)
      #expect(
        none.code == 1 && none.output.isEmpty && none.errors.contains("no mask of this set has an object"),
        "\(none.errors)")
    }
  }

  @Test func namesThatPromiseAnotherFormatAreRefused() throws {
    try withFolder { folder in
      try write("\(folder)/p/a.png", size: 9)
      for more in [["--csv", "\(folder)/s.png"], ["--csv", "\(folder)/s.json"], ["--report", "\(folder)/r.pdf"]] {
        let result = try run(["evaluate", "--predictions", "\(folder)/p", "--masks", "\(folder)/p"] + more)
        #expect(
          result.code == 2 && result.output.isEmpty && result.errors.contains("choose a name that ends in"),
          "\(result.errors)")
      }
      #expect(files(in: folder) == ["p/a.png"])
    }
  }

  @Test func whatCannotBeEvaluatedIsAnErrorBeforeAnyWork() throws {
    try withFolder { folder in
      try write("\(folder)/p/a.png", size: 9)
      try write("\(folder)/other/b.png", size: 9)
      try FileManager.default.createDirectory(atPath: "\(folder)/empty", withIntermediateDirectories: true)
      func errors(_ predictions: String, _ masks: String, _ more: String..., code: Int32 = 1) throws -> String {
        let result = try run(
          ["evaluate", "--predictions", "\(folder)/\(predictions)", "--masks", "\(folder)/\(masks)"] + more)
        #expect(result.code == code && result.output.isEmpty)
        return result.errors
      }
      #expect(try errors("p", "empty").contains("empty: no JPEG, PNG or WebP file"))
      #expect(try errors("empty", "p").contains("empty: no JPEG, PNG or WebP file"))
      #expect(try errors("none", "p").contains("none: no such folder"))
      #expect(try errors("p", "other").contains("no prediction has the name of a mask"))
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/s.csv", withDestinationPath: "p/a.png")
      #expect(try errors("p", "p", "--csv", "\(folder)/p/../s.csv").contains("would replace"))
      #expect(try errors("p", "p", "--csv", "\(folder)/p/../p/a.png").contains("would replace"))
      #expect(
        try errors("p", "p", "--csv", "\(folder)/x", "--report", "\(folder)/x", code: 2).contains("would replace"))
      #expect(try errors("p", "p", "--report", folder, code: 2).contains("this is a folder"))
      try write("\(folder)/p/a.jpg", size: 9)
      #expect(try errors("p", "p").contains("p/a.jpg, \(folder)/p/a.png: the same name"))
    }
  }

  @Test func wrongUsage() throws {
    let pair = ["--predictions", "p", "--masks", "m"], either = ["--predictions", "--images"]
    for (words, arguments) in [
      (["--masks"], []), (either, ["--masks", "m"]), (either, pair + ["--images", "i"]),
      (["--masks"], ["--predictions", "p"]), (["--model", "need --images"], pair + ["-m", "lite"]),
      (["--input-size", "need --images"], pair + ["--input-size", "320"]), (["--cache"], pair + ["--cache", "x"]),
      (["--normalize", "need --images"], pair + ["--normalize", "minmax"]), (["--csv"], pair + ["--csv", "-"]),
      (["--threads", "not 0"], pair + ["--threads", "0"]),
    ] {
      try expectWrongUsage(["evaluate"] + arguments, naming: words)
    }
  }
}
