import Foundation
import Testing

struct AblateTests {
  @Test func trainsComparesAndGoesOn() throws {
    try withFolder { folder in
      try TrainTests().writeData("\(folder)/data")
      func ablate(_ more: String...) throws -> Outcome {
        try run(
          [
            "ablate", "--data", "\(folder)/data", "--val", "\(folder)/data", "--blocks", "RSU,pln", "--widths", "4:6",
            "--divisor", "2", "--size", "40", "--batch", "2", "--steps", "2", "--seeds", "1", "--threads", "2", "--out",
            "\(folder)/out",
          ] + more)
      }
      let result = try ablate("--pictures", "1")
      #expect(result.code == 0 && result.output.isEmpty, "\(result.errors)")
      for part in ["RSU-seed1: 0 of 2 steps made", "PLN-seed1: done", "step 2  validation loss", "report.html"] {
        #expect(result.errors.contains(part), "\(result.errors)")
      }
      #expect(
        files(in: "\(folder)/out")
          == ["PLN-seed1", "RSU-seed1"].flatMap { run in
            ["checkpoint-best.safetensors", "checkpoint.jsonl", "checkpoint.safetensors", "metrics.json"].map {
              "\(run)/\($0)"
            }
          } + ["plan.json", "report.csv", "report.html", "speed.json"])
      func page() throws -> String { try String(contentsOfFile: "\(folder)/out/report.html", encoding: .utf8) }
      #expect(try page().components(separatedBy: "data:image/png").count - 1 == 4)
      let again = try ablate("--no-pictures", "--quiet")
      #expect(again.code == 0 && again.errors.isEmpty)
      #expect(try !page().contains("data:image/png"))
      // Any trained network makes masks.
      let mask = try run([
        "mask", photo("coffee.png"), "-o", "\(folder)/m.png", "--input-size", "40", "--weights",
        "\(folder)/out/PLN-seed1/checkpoint.safetensors",
      ])
      #expect(mask.code == 0, "\(mask.errors)")
      let other = try ablate("--match", "middle")
      #expect(other.code == 1 && other.errors.contains("match is middle, was macs"))
    }
  }

  /// Without a plan in the folder, what is there is not the ablation's.
  @Test func aStrangersFilesStay() throws {
    try withFolder { folder in
      try TrainTests().writeData("\(folder)/data")
      for name in ["report.html", "report.csv", "speed.json", "RSU-seed1/checkpoint.safetensors"] {
        let out = "\(folder)/\(name.prefix(6))\(name.count)", file = URL(filePath: "\(out)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: file)
        for way in [out, "\(folder)/new/../\(URL(filePath: out).lastPathComponent)"] {
          let result = try run([
            "ablate", "--data", "\(folder)/data", "--val", "\(folder)/data", "--blocks", "RSU", "--widths", "2:3",
            "--size",
            "40", "--batch", "2", "--steps", "1", "--seeds", "1", "--out", way,
          ])
          #expect(result.code == 1 && result.errors.contains(String(name.prefix(9))), "\(result.errors)")
          #expect(result.errors.contains("no plan.json"), "\(result.errors)")
          #expect(files(in: out) == [name] && FileManager.default.contents(atPath: file.path) == Data("mine".utf8))
        }
      }
    }
  }

  @Test func wrongUsageNamesTheFlag() throws {
    let good = ["ablate", "--data", "d", "--val", "v", "--steps", "2", "--out", "o"]
    for (flag, arguments) in [
      ("--val", ["ablate", "--data", "d", "--steps", "2", "--out", "o"]), ("--blocks", good + ["--blocks", "RSU,ABC"]),
      ("--blocks", good + ["--blocks", "RSU,RSU"]), ("--blocks", good + ["--blocks", ""]),
      ("--match", good + ["--match", "time"]), ("--seeds", good + ["--seeds", "0"]),
      ("--batch", good + ["--batch", "1"]),
      ("--widths", good + ["--widths", "4"]), ("--divisor", good + ["--divisor", "0"]),
      ("--pictures", good + ["--pictures", "-1"]), ("--validate-every", good + ["--validate-every", "0"]),
      ("--size", good + ["--size", "20"]), ("--threads", good + ["--threads", "0"]),
      ("--every", good + ["--every", "0"]),
      ("--out", ["ablate", "--data", "d", "--val", "v", "--steps", "2"]),
      ("--steps", ["ablate", "--data", "d", "--val", "v", "--steps", "0", "--out", "o"]),
      ("--out", ["ablate", "--data", "d", "--val", "v", "--steps", "2", "--out", photo("coffee.png")]),
    ] {
      let result = try run(arguments)
      #expect(
        result.code == 2 && result.errors.contains(flag) && result.output.isEmpty, "\(arguments): \(result.errors)")
    }
  }
}
