import Foundation
import U2NetImageFiles
import Testing

struct ToolTests {
  @Test func describeTotals() throws {
    struct Report: Decodable { let parameters, macs: Int }
    for (model, parameters, macs) in [("full", 44_009_869, 58_598_246_400), ("lite", 1_131_181, 19_756_089_600)] {
      let json = try run(["describe", "-m", model, "--json"])
      let report = try JSONDecoder().decode(Report.self, from: json.output)
      #expect(json.code == 0 && report.parameters == parameters && report.macs == macs)
      let table = try run(["describe", "-m", model]).text
      #expect(table.contains("RSU-4F") && table.contains("De_1") && table.contains("total"))
    }
    #expect(try run(["describe", "-m", "full"]).text.contains("44,009,869"))
  }

  @Test func describeBlocks() throws {
    struct Stage: Decodable {
      let stage, block: String
      let channels: [Int]
      let receptive_field: Int
    }
    struct Report: Decodable {
      let model: String
      let parameters: Int
      let stages: [Stage]
    }
    let arguments = ["describe", "--block", "PLN", "--json"]
    func report(_ more: String...) throws -> Report {
      try JSONDecoder().decode(Report.self, from: run(arguments + more).output)
    }
    let full = try report(
      "--widths", "64:64,128:128,256:256,512:512,512:512,512:512,512:512,256:256,128:128,64:64,64:64")
    #expect(full.model == "PLN" && full.parameters == 25_211_725 && full.stages[0].receptive_field == 5)
    let narrow = try report("--divisor", "8")
    #expect(narrow.stages[0].channels == [3, 2, 8] && narrow.stages[6].channels == [16, 2, 8])
    #expect(try report("--widths", "2:8").parameters == narrow.parameters)
    #expect(try run(["describe"]).text.contains("field") && run(["describe", "--block", "inc"]).text.contains("INC"))
    for (flag, value) in [
      ("--block", "ABC"), ("--widths", "4"), ("--widths", "4:0"), ("--widths", "4:4,5:5"), ("--divisor", "0"),
    ] {
      let wrong = try run(["describe", flag, value])
      #expect(wrong.code == 2 && wrong.errors.contains(flag), "\(wrong.errors)")
    }
  }

  @Test func describeWeights() throws {
    let lite = package.appending(path: "Weights/u2net-lite.safetensors").path
    let described = try run(["describe", "--weights", lite])
    let expected = try run(["describe", "-m", "lite"])
    #expect(described.code == 0 && described.text == expected.text)
    for more in [["-m", "lite"], ["--block", "PLN"], ["--divisor", "2"]] {
      let wrong = try run(["describe", "--weights", lite] + more)
      #expect(wrong.code == 2 && wrong.errors.contains("--weights says it all"), "\(wrong.errors)")
    }
    let photo = try run(["describe", "--weights", package.appending(path: "Examples/photos/coffee.png").path])
    #expect(photo.code == 1 && photo.errors.contains("coffee.png"), "\(photo.errors)")
  }

  @Test func benchPrintsJSONLast() throws {
    struct Report: Decodable {
      let model: String
      let threads, runs, size: Int
      let medianMs, minMs: Double
    }
    let result = try run(["bench", "-m", "lite", "--threads", "2", "--runs", "3", "--input-size", "64", "--json"])
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let last = result.text.split(separator: "\n").last!
    let report = try decoder.decode(Report.self, from: Data(last.utf8))
    #expect(report.model == "lite" && report.threads == 2 && report.runs == 3 && report.size == 64)
    #expect(report.minMs > 0 && report.medianMs >= report.minMs)
  }

  @Test func anotherProcessorsKernelsAreNoCrash() throws {
    try withFolder { folder in
      let command = ["mask", photo("coffee.png"), "--input-size", "64", "-o"]
      let plain = try run(command + ["\(folder)/a.png"])
      let other = try run(command + ["\(folder)/b.png"], environment: ["U2NET_ISA": "sse9"])
      #expect(plain.code == 0 && plain.errors.isEmpty)
      #expect(
        other.code == 0 && other.errors.hasPrefix("u2net: U2NET_ISA=sse9: this processor has "), "\(other.errors)")
      #expect(
        try Data(contentsOf: URL(filePath: "\(folder)/a.png")) == Data(contentsOf: URL(filePath: "\(folder)/b.png")))
    }
  }

  /// Every instruction set that this processor has, in turns, against the first.
  @Test func benchOfAllKernels() throws {
    struct Report: Decodable {
      let isa: String
      let medianMs, ratio: Double
    }
    let arguments = ["bench", "--isa", "all", "--runs", "2", "--input-size", "32"]
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let reports = try decoder.decode([Report].self, from: run(arguments + ["--json"]).output)
    #expect(reports.map(\.isa).suffix(2) == ["portable", "wide"] && reports[0].ratio == 1)
    #expect(reports.allSatisfy { $0.medianMs > 0 && $0.ratio > 0 })
    let lines = try run(arguments).text.split(separator: "\n")
    #expect(
      lines.count == reports.count && lines.last!.contains("wide") && lines.last!.contains("of \(reports[0].isa)'s"))
    let explained = try run(arguments + ["--explain"])
    #expect(explained.code == 2 && explained.errors.contains("--explain"))
  }

  @Test func helpAndVersion() throws {
    let help = try run(["--help"])
    #expect(help.code == 0 && help.text.contains("u2net mask photo.jpg -o mask.png"))
    #expect(try run(["--version"]).text.first!.isNumber)
  }

  @Test func wrongUsageEndsWithTwo() throws {
    let base = ["mask", "a.png", "-o", "b.png"]
    for (words, arguments) in [
      (["<inputs>"], ["mask"]), (["--output"], ["mask", "a.png"]),
      (["--input-size", "31"], base + ["--input-size", "31"]),
      (["-m", "'huge'", "lite", "full"], base + ["-m", "huge"]),
      (["--threads", "not 0"], ["cutout", "a.png", "-o", "b.png", "--threads", "0"]), (["'paint'"], ["paint"]),
      (["--runs", "not 0"], ["bench", "--runs", "0"]),
      (["--runs", "9223372036854775807"], ["bench", "--runs", "9223372036854775807"]),
      (["standard output"], ["convert", "a", "-"]),
      (["which model"], ["weights", "--url", "https://example.org"]), (["--depth", "not 9"], base + ["--depth", "9"]),
    ] {
      try expectWrongUsage(arguments, naming: words)
    }
  }
}
