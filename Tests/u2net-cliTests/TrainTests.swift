import Foundation
import U2NetImages
import Testing

struct TrainTests {
  /// Photos with a bright square, and their masks, in `images` and `masks` below `folder`.
  func writeData(_ folder: String, count: Int = 3) throws {
    for kind in ["images", "masks"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(kind)", withIntermediateDirectories: true)
    }
    for n in 0..<count {
      let mask = (0..<48 * 40).map { i -> UInt8 in i % 48 / 16 == n % 3 && i / 48 > 12 ? 255 : 0 }
      try Image<UInt8>(width: 48, height: 40, channels: .gray, samples: mask).writePNG(to: "\(folder)/masks/\(n).png")
      try Image<UInt8>(
        width: 48, height: 40, channels: .rgb, samples: mask.enumerated().flatMap { [$1 / 2 + UInt8($0 % 90), $1, 60] }
      ).writePNG(to: "\(folder)/images/\(n).png")
    }
  }

  /// The narrowest of networks on the smallest of squares.
  private let tiny = ["--widths", "2:3", "--batch", "2", "--size", "40", "--threads", "2"]

  private func trainTiny(_ folder: String, steps: Int, output: String, _ more: [String] = []) throws -> Outcome {
    try run(
      ["train", "--data", "\(folder)/data", "-o", "\(folder)/\(output)", "--steps", "\(steps)"] + tiny + more)
  }

  @Test func everyOptionAtOnce() throws {
    try withFolder { folder in
      try writeData("\(folder)/data")
      let more = [
        "--val", "\(folder)/data", "--validate-every", "2", "--best-by", "s_measure", "--accumulate", "2", "--flip",
        "both",
        "--scale", "0.2", "--jitter", "0.2,0.2,0.2,0.05", "--mask-threshold", "128", "--learning-rate", "0.002",
        "--schedule", "cosine", "--warmup", "1", "--ema", "0.9", "--seed", "7", "--every", "2",
      ]
      let result = try trainTiny(folder, steps: 3, output: "out/mine.safetensors", more)
      #expect(result.code == 0 && result.output.isEmpty, "\(result.errors)")
      for part in [
        "3 examples, 0 of 3 steps", "step 3 of 3  loss ", "images/s", "step 2  validation loss", "s_measure 0.",
      ] {
        #expect(result.errors.contains(part), "\(result.errors)")
      }
      #expect(files(in: "\(folder)/out") == ["mine-best.safetensors", "mine.jsonl", "mine.safetensors"])

      // What was trained is a weight file, and its score is the one that was logged.
      let log = try String(contentsOfFile: "\(folder)/out/mine.jsonl", encoding: .utf8)
      for weights in ["mine", "mine-best"] {
        let model = ["--weights", "\(folder)/out/\(weights).safetensors", "--input-size", "40"]
        #expect(try run(["mask", photo("coffee.png"), "-o", "\(folder)/\(weights).png"] + model).code == 0)
        let evaluation = ["--images", "\(folder)/data/images", "--masks", "\(folder)/data/masks", "--json"]
        let scored = try run(["evaluate"] + evaluation + model)
        struct Summary: Decodable { let scores: [String: Double] }
        let score = try JSONDecoder().decode(Summary.self, from: scored.output).scores["mae"]!
        #expect(log.contains("\"mae\":\(score)"), "\(score) in \(log)")
      }
      // Everything is remembered.
      let whole = try trainTiny(folder, steps: 5, output: "out/mine.safetensors", ["--resume"])
      #expect(whole.code == 2 && whole.errors.contains("exclude each other"), "--widths with --resume")
      let data = ["train", "--data", "\(folder)/data", "-o", "\(folder)/out/mine.safetensors", "--resume"]
      let resumed = try run(data + ["--steps", "5", "--quiet"])
      #expect(resumed.code == 0 && resumed.errors.contains("learning rate is not"), "\(resumed.errors)")
      let changed = try run(data + ["--steps", "6", "--batch", "3"])
      #expect(changed.code == 1 && changed.errors.contains("batch is 3, was 2"), "\(changed.errors)")
    }
  }

  @Test func resumedIsUninterrupted() throws {
    try withFolder { folder in
      try writeData("\(folder)/data")
      #expect(try trainTiny(folder, steps: 4, output: "whole.safetensors", ["--ema", "0.5"]).code == 0)
      #expect(try trainTiny(folder, steps: 2, output: "parts.safetensors", ["--ema", "0.5", "--quiet"]).errors.isEmpty)
      let again = try trainTiny(folder, steps: 2, output: "parts.safetensors")
      #expect(again.code == 1 && again.errors.contains("parts.safetensors: this file exists"))
      let part = [
        "--images", "\(folder)/data/images", "--masks", "\(folder)/data/masks", "--steps", "4", "--threads", "1",
      ]
      let resumed = try run(["train", "-o", "\(folder)/parts.safetensors", "--resume"] + part)
      #expect(resumed.code == 0 && resumed.errors.contains("2 of 4 steps made"), "\(resumed.errors)")
      func bytes(_ name: String) throws -> Data {
        // But for the number of steps that the whole training has, which the constant rate does not use.
        var text = try Data(contentsOf: URL(filePath: "\(folder)/\(name).safetensors"))
        if let range = text.firstRange(of: Data("metadata".utf8)) { text.removeSubrange(..<range.lowerBound) }
        return text
      }
      #expect(try bytes("parts") == bytes("whole"))
      #expect(try trainTiny(folder, steps: 1, output: "parts.safetensors", ["--overwrite"]).code == 0)
      // Fine-tuning begins at step 0.
      let tuned = try run(
        [
          "train", "--data", "\(folder)/data", "--init", "\(folder)/whole.safetensors", "-o",
          "\(folder)/tuned.safetensors",
        ]
          + ["--steps", "1", "--batch", "2", "--size", "40"])
      #expect(tuned.code == 0 && tuned.errors.contains("0 of 1 steps made"), "\(tuned.errors)")
    }
  }

  @Test func interruptedTrainingsAreSaved() throws {
    try withFolder { folder in
      try writeData("\(folder)/data")
      let process = Process()
      process.executableURL = executable()
      let output = "\(folder)/mine.safetensors"
      process.arguments = ["train", "--data", "\(folder)/data", "-o", output, "--steps", "1000000"] + tiny
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      var text = ""
      while !text.contains("step 10 of") {
        let data = errors.fileHandleForReading.availableData
        guard !data.isEmpty else { break }
        text += String(decoding: data, as: UTF8.self)
      }
      process.interrupt()
      text += String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 130 && text.contains("stopped after step"), "\(text)")
      let made = text.split(separator: "stopped after step ").last.flatMap { Int($0.prefix(while: \.isNumber)) }
      let resumed = try run(
        [
          "train", "--data", "\(folder)/data", "-o", output, "--steps", "\(try #require(made))", "--resume",
          "--threads", "2",
        ])
      #expect(resumed.code == 0, "\(resumed.errors)")
    }
  }

  /// The same training whatever the masks look like; none of them is passed over in silence.
  @Test func masksAreReadAsEvaluationReadsThem() throws {
    try withFolder { folder in
      try writeData("\(folder)/data")
      func mask(_ n: Int) -> String { "\(folder)/data/masks/\(n).png" }
      let plain = try Image<UInt8>(contentsOf: mask(1))
      let validation = ["--val", "\(folder)/data", "--validate-every", "1"]
      func losses(_ name: String) throws -> [String] {
        let result = try trainTiny(folder, steps: 2, output: "\(name).safetensors", validation)
        #expect(result.code == 0, "\(result.errors)")
        return result.errors.split(separator: "\n").filter { $0.contains("validation") }.map(String.init)
      }
      let expected = try losses("plain")
      #expect(expected.count == 2)
      let white = Image<UInt8>(width: 48, height: 40, channels: .gray, samples: plain.samples.map { _ in 255 })
      try white.rgb.withAlpha(plain).writePNG(to: mask(1))
      #expect(try losses("alpha") == expected)
      try Image<UInt8>(width: 48, height: 40, channels: .gray, samples: plain.samples.map { $0 / 255 })
        .writePNG(to: mask(1))
      #expect(try losses("binary") == expected)
      try Image<UInt8>(contentsOf: "\(folder)/data/images/1.png").withAlpha(plain).writePNG(to: mask(1))
      let refused = try trainTiny(folder, steps: 1, output: "x.safetensors")
      #expect(refused.code == 1 && refused.errors.contains("masks/1.png: colours and transparent"), "\(refused.errors)")
      func empty(_ n: Int) throws {
        try Image<UInt8>(width: 48, height: 40, channels: .gray, samples: [UInt8](repeating: 0, count: 48 * 40))
          .writePNG(to: mask(n))
      }
      try empty(1)
      let one = try trainTiny(folder, steps: 1, output: "x.safetensors")
      #expect(one.code == 0 && one.errors.contains("masks/1.png: there is no object in this mask"), "\(one.errors)")
      for n in [0, 2] { try empty(n) }
      let none = try trainTiny(folder, steps: 1, output: "y.safetensors")
      #expect(none.code == 1 && none.errors.contains("no mask of this set has an object"), "\(none.errors)")
    }
  }

  /// More steps than are asked for were made: nothing that is there is what was asked for.
  @Test func fewerStepsThanWereMadeAreAnError() throws {
    try withFolder { folder in
      try writeData("\(folder)/data")
      #expect(try trainTiny(folder, steps: 2, output: "x.safetensors").code == 0)
      let before = try Data(contentsOf: URL(filePath: "\(folder)/x.safetensors"))
      func resume(_ steps: Int) throws -> Outcome {
        try run([
          "train", "--data", "\(folder)/data", "-o", "\(folder)/x.safetensors", "--resume", "--steps", "\(steps)",
          "--threads",
          "2",
        ])
      }
      let fewer = try resume(1)
      #expect(
        fewer.code == 1 && fewer.errors.contains("x.safetensors: this training has made 2 steps, more than --steps 1"),
        "\(fewer.errors)")
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/x.safetensors")) == before)
      #expect(try resume(2).code == 0)
    }
  }

  /// What is read is not replaced, and what is there is seen, on whatever way.
  @Test func nothingThatIsReadIsReplaced() throws {
    try withFolder { folder in
      try writeData("\(folder)/data")
      let lite = package.appending(path: "Weights/u2net-lite.safetensors").path, manager = FileManager.default
      for name in ["w.safetensors", "m-best.safetensors"] {
        try manager.copyItem(atPath: lite, toPath: "\(folder)/\(name)")
      }
      try manager.linkItem(atPath: "\(folder)/w.safetensors", toPath: "\(folder)/hard.safetensors")
      for (name, kind) in [("link", "images"), ("other", "masks")] {
        try manager.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: "data/\(kind)/0.png")
      }
      let before = files(in: folder).map { manager.contents(atPath: "\(folder)/\($0)") }
      for (output, more, words) in [
        ("new/../w.safetensors", [String](), "exists"),
        ("w.safetensors", ["--overwrite", "--weights", "w.safetensors"], "would replace the --weights"),
        ("new/../hard.safetensors", ["--overwrite", "--weights", "w.safetensors"], "would replace the --weights"),
        ("m.safetensors", ["--overwrite", "--weights", "m-best.safetensors"], "would replace the --weights"),
        ("link", ["--overwrite", "--widths", "2:3"], "would replace a photo of the data set"),
        ("new/../other", ["--overwrite", "--widths", "2:3"], "would replace a mask of the data set"),
      ] {
        let result = try run(
          [
            "train", "--data", "\(folder)/data", "-o", "\(folder)/\(output)", "--steps", "1", "--batch", "2", "--size",
            "40",
          ]
            + more.map { $0.hasSuffix(".safetensors") ? "\(folder)/\($0)" : $0 })
        #expect(result.code == 1 && result.errors.contains(words), "\(output): \(result.errors)")
        #expect(files(in: folder).map { manager.contents(atPath: "\(folder)/\($0)") } == before)
      }
    }
  }

  /// A training that was killed leaves parts, which the next one removes; not those of another one that lives.
  @Test func partsOfAKilledTrainingAreRemoved() throws {
    try withFolder { folder in
      try writeData("\(folder)/data")
      #expect(try trainTiny(folder, steps: 1, output: "x.safetensors").code == 0)
      let parts = [
        ".x.safetensors.1abc.part", ".x-best.safetensors.2abc.part", ".x.jsonl.3abc.part", ".y.safetensors.4.part",
      ]
      for part in parts { try Data("part".utf8).write(to: URL(filePath: "\(folder)/\(part)")) }
      let living = open("\(folder)/.x.safetensors.5abc.part", O_WRONLY | O_CREAT, 0o600)
      defer { close(living) }
      #expect(living >= 0 && flock(living, LOCK_EX) == 0)
      let resumed = try run(
        [
          "train", "--data", "\(folder)/data", "-o", "\(folder)/x.safetensors", "--steps", "2", "--resume", "--threads",
          "2",
        ])
      #expect(resumed.code == 0, "\(resumed.errors)")
      #expect(
        files(in: folder).filter { !$0.hasPrefix("data/") }
          == [".x.safetensors.5abc.part", ".y.safetensors.4.part", "x.jsonl", "x.safetensors"])
    }
  }

  @Test func checkpointsAreNotCalledByAnotherFormatsName() throws {
    try withFolder { folder in
      try writeData("\(folder)/data")
      for name in ["x.pth", "x.onnx"] {
        let result = try trainTiny(folder, steps: 1, output: name)
        #expect(
          result.code == 2 && result.errors.contains("\(name): checkpoints are written as safetensors"),
          "\(result.errors)")
      }
      #expect(files(in: folder).allSatisfy { $0.hasPrefix("data/") })
    }
  }

  @Test func badDataIsNamedBeforeAnyWork() throws {
    try withFolder { folder in
      try writeData("\(folder)/data")
      try Data("no picture".utf8).write(to: URL(filePath: "\(folder)/data/images/0.png"))
      try FileManager.default.removeItem(atPath: "\(folder)/data/masks/2.png")
      let unpaired = try trainTiny(folder, steps: 1, output: "x.safetensors")
      #expect(unpaired.code == 1 && unpaired.errors.contains("images/2.png: no mask"), "\(unpaired.errors)")
      try FileManager.default.removeItem(atPath: "\(folder)/data/images/2.png")
      let damaged = try trainTiny(folder, steps: 1, output: "x.safetensors")
      #expect(damaged.code == 1 && damaged.errors.contains("images/0.png: "), "\(damaged.errors)")
      #expect(files(in: folder).allSatisfy { !$0.hasPrefix("x") })
    }
  }

  @Test func wrongUsage() throws {
    let base = ["train", "--data", "d", "-o", "o", "--steps", "1"]
    for (words, arguments) in [
      (["--data", "--images", "--masks"], ["train"]), (["--steps"], ["train", "--data", "d", "-o", "o"]),
      (["--data", "--images", "--masks"], base + ["--images", "i", "--masks", "m"]),
      (["--steps", "positive"], base + ["--steps", "0"]),
      (["--images", "--masks"], ["train", "--images", "i", "-o", "o", "--steps", "1"]),
      (["--val-images", "--val-masks"], base + ["--val-images", "v"]), (["--batch"], base + ["--batch", "0"]),
      (["--size"], base + ["--size", "20"]), (["--batch 1", "--crop"], base + ["--size", "36", "--batch", "1"]),
      (["--size", "--crop"], base + ["--size", "64", "--crop", "64"]),
      (["--crop", "65 of 64"], base + ["--side", "64", "--crop", "65"]),
      (["--jitter", "'2'"], base + ["--jitter", "2"]),
      (["--jitter", "'a,b'"], base + ["--jitter", "a,b"]), (["--ema"], base + ["--ema", "1"]),
      (["--widths", "'4'"], base + ["--widths", "4"]), (["--widths", "'4:8,4:8'"], base + ["--widths", "4:8,4:8"]),
      (["--flip", "'up'"], base + ["--flip", "up"]), (["--schedule", "'steps'"], base + ["--schedule", "steps"]),
      (["--warmup"], base + ["--warmup", "-1"]), (["--mask-threshold"], base + ["--mask-threshold", "0"]),
      (["--resume", "--overwrite"], base + ["--resume", "--overwrite"]),
      (["--model", "--weights"], base + ["-m", "lite", "--weights", "w"]),
      (["--best-by", "'loss'"], base + ["--best-by", "loss"]), (["--learning-rate"], base + ["--learning-rate", "0"]),
      (["--scale"], base + ["--scale", "-1"]), (["--threads", "not 0"], base + ["--threads", "0"]),
    ] {
      try expectWrongUsage(arguments, naming: words)
    }
  }
}
