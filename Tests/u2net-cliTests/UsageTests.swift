import Foundation
import Testing

/// What the command line alone shows to be wrong ends with 2, says how the command is used, and does nothing.
struct UsageTests {
  /// Expects wrong usage, told with the usage of the command itself; nothing is written.
  private func expect(_ arguments: [String], says words: String..., sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    try withFolder { folder throws in
      for name in ["P", "P2", "in/x.jpg"] {
        let url = URL(filePath: "\(folder)/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: URL(filePath: photo("rocket.jpg")), to: url)
      }
      let result = try run(arguments.map { $0.hasPrefix("./") ? folder + $0.dropFirst() : $0 })
      let lines = result.errors.split(separator: "\n").map(String.init), message = lines.first ?? ""
      #expect(
        result.code == 2 && result.output.isEmpty && words.allSatisfy(message.contains)
          && result.errors.contains("\nUsage: u2net \(arguments[0]) ")
          && lines.last == "  See 'u2net \(arguments[0]) --help' for more information.",
        "\(arguments): \(result.code) \(result.errors)", sourceLocation: sourceLocation)
      #expect(files(in: folder) == ["P", "P2", "in/x.jpg"], sourceLocation: sourceLocation)
    }
  }

  @Test func namesThatCannotBe() throws {
    try expect(["mask", "./P", "-o", "./d", "--watch"], says: "--watch needs one folder")
    try expect(["mask", "./in", "./in", "-o", "./d", "--watch"], says: "--watch needs one folder")
    try expect(["p", "-w", "./P", "./d"], says: "no folder; `u2net i`")
    try expect(["mask", "./P", "-o", "./x.webp", "--format", "png"], says: "x.webp", "--format")
    try expect(["mask", "./P", "-o", "./x.gif"], says: "cannot write .gif")
    try expect(["i", "./P", "./x.bmp"], says: "cannot write .bmp")
    try expect(["cutout", "./P", "-o", "./c.jpg"], says: "JPEG has no transparency")
    try expect(["mask", "./P", "./P2", "-o", "./one.png"], says: "one.png", "need a folder")
    try expect(["mask", "./P", "./P2", "-o", "-"], says: "standard output")
    try expect(["mask", "./in", "-o", "./one.png"], says: "one.png", "need a folder")
    try expect(["mask", "./P", "-o", "./m.png", "--side-outputs", "./P2"], says: "P2", "this is a file")
    try expect(["cutout", "./P", "-o", "./m.png", "--mask", "./m.png"], says: "both the cut-out and the mask")
    try expect(["mask", "./in", "-o", "./m", "--cutout", "./m/", "--watch"], says: "both the mask and the cut-out")
    try expect(["mask", "./P", "-o", "./m.png", "--manifest", "./n.jpg"], says: "n.jpg", "manifest")
    try expect(["mask", "./P", "-o", "./m", "--manifest", "./m"], says: "both the mask and the manifest")
    try expect(["convert", "./P", "./w.pth"], says: "w.pth", ".safetensors", ".onnx")
    try expect(["convert", "./P", "./w.safetensors", "--dynamic"], says: "--dynamic", ".onnx")
    try expect(["convert", "./P", "./w", "--input-size", "64"], says: "--input-size", ".onnx")
    try expect(["convert", "./P", "./w.onnx", "--input-size", "31"], says: "--input-size", "32 to 2048")
    try expect(["convert", "./P", "./w.onnx", "--input-size", "64", "--dynamic"], says: "--dynamic", "exclude")
    try expect(["train", "--data", "./in", "-o", "./t.pth", "--steps", "1"], says: "t.pth", ".safetensors")
    try expect(["evaluate", "--predictions", "./in", "--masks", "./in", "--csv", "./s.png"], says: "s.png", ".csv")
    try expect(
      ["evaluate", "--predictions", "./in", "--masks", "./in", "--csv", "./s", "--report", "./s"], says: "--report",
      "--csv")
    try expect(["evaluate", "--predictions", "./in", "--masks", "./in", "--report", "./in"], says: "this is a folder")
  }

  /// What is missing, or in the way, is no wrong usage.
  @Test func whatDependsOnFilesEndsWithOne() throws {
    try withFolder { folder throws in
      try Data("x".utf8).write(to: URL(filePath: "\(folder)/there.safetensors"))
      for arguments in [
        ["mask", "\(folder)/none.jpg", "-o", "\(folder)/m.png"],
        ["mask", "\(folder)/none", "-o", "\(folder)/d", "--watch"],
        ["p", "\(folder)/none", "\(folder)/d"],
        ["mask", photo("rocket.jpg"), "-o", "\(folder)/m.png", "--weights", "none"],
        ["train", "--data", folder, "-o", "\(folder)/there.safetensors", "--steps", "1"],
      ] {
        let result = try run(arguments)
        #expect(result.code == 1 && !result.errors.contains("Usage:"), "\(arguments): \(result.code) \(result.errors)")
      }
      #expect(files(in: folder) == ["there.safetensors"])
    }
  }

  @Test func emptyValues() throws {
    for (command, flag) in [
      (["mask", "./P"], "-o"), (["mask", "./P"], "--output"), (["cutout", "./P", "-o", "./x.png"], "--background"),
      (["cutout", "./P", "-o", "./x.png"], "--mask"), (["mask", "./P", "-o", "./x.png"], "--cutout"),
      (["mask", "./P", "-o", "./x.png"], "--weights"), (["mask", "./P", "-o", "./x.png"], "--manifest"),
      (["mask", "./P", "-o", "./x.png"], "--side-outputs"), (["mask", "./P", "-o", "./x.png"], "--cache"),
      (["mask", "-o", "./d"], "--files-from"), (["mask", "./in", "-o", "./d"], "--include"),
      (["weights", "lite"], "--url"), (["weights", "lite"], "--from"), (["weights", "lite"], "--cache"),
      (["train", "--steps", "1", "-o", "./t"], "--data"),
      (["ablate", "--data", "./in", "--val", "./in", "--steps", "1"], "--out"),
      (["evaluate", "--masks", "./in"], "--predictions"), (["frames"], "--size"), (["convert", "./P"], "./P"),
    ] {
      try expect(
        command + (flag == "./P" ? [""] : [flag, ""]), says: flag == "./P" ? "/P is empty" : "after \(flag) is empty")
      if flag.hasPrefix("--") { try expect(command + ["\(flag)="], says: "\(flag)= has an empty value") }
    }
    try expect(["mask", "", "-o", "./x.png"], says: "after mask is empty")
    try expect(["p", "./in", ""], says: "/in is empty")
  }

  @Test func theUsageIsThatOfTheCommand() throws {
    try expect(["i", "./P", "./i.png", "-m", "sam"], says: "'sam'")
    try expect(["p", "./in", "./o", "-m", "sam"], says: "'sam'")
    try expect(["cutout", "./P", "-o", "./c.png", "--size", "30000x30000"], says: "--size 30000x30000")
    try expect(["i", "./P", "./c.jpg"], says: "JPEG has no transparency")
    try expect(
      ["train", "--data", "./in", "-o", "./t", "--steps", "1", "--side", "64", "--crop", "65"], says: "--crop")
  }

  @Test func flagsThatDoNothing() throws {
    let mask = ["mask", "./P", "-o", "./m.png"], cutout = ["cutout", "./P", "-o", "./c.png"]
    for (flag, arguments) in [
      ("--crop", mask + ["--crop"]), ("--keep-colors", mask + ["--keep-colors"]), ("--square", mask + ["--square"]),
      ("--background", mask + ["--background", "white"]), ("--size", mask + ["--size", "9x9"]),
      ("--margin", mask + ["--margin", "5"]), ("--margin", cutout + ["--margin", "5%"]),
      ("--lossless", cutout + ["--lossless"]), ("--quality", mask + ["--quality", "80"]),
      ("--compression", ["mask", "./P", "-o", "./m.webp", "--compression", "3"]),
      ("--depth", cutout + ["--depth", "16"]),
      ("--include", mask + ["--include", "*.jpg"]), ("--exclude", cutout + ["--exclude", "x"]),
      ("-af", mask + ["-af", "200"]), ("-ab", cutout + ["-ab", "20"]), ("-ae", mask + ["-ae", "5"]),
      ("--validate-every", ["train", "--data", "./in", "-o", "./t", "--steps", "1", "--validate-every", "3"]),
      ("--best-by", ["train", "--data", "./in", "-o", "./t", "--steps", "1", "--best-by", "max_f"]),
    ] {
      try expect(arguments, says: "\(flag) has no effect")
    }
  }

  /// The same flags where they do something.
  @Test func flagsThatDoSomething() throws {
    try withFolder { folder throws in
      let photo = photo("rocket.jpg")
      for arguments in [
        [
          "mask", photo, "-o", "\(folder)/m.png", "--cutout", "\(folder)/c.webp", "--crop", "--margin", "5",
          "--lossless",
        ],
        ["mask", photo, "-o", "\(folder)/m.png", "--cutout", "\(folder)/c.webp", "--depth", "16", "--quality", "50"],
        [
          "cutout", photo, "-o", "\(folder)/c.webp", "--square", "--margin", "5", "--side-outputs", "\(folder)/s",
          "--depth", "16",
        ],
        [
          "cutout", photo, "-o", "\(folder)/c.webp", "--mask", "\(folder)/m.png", "--compression", "0", "--quality",
          "50",
        ],
      ] {
        let result = try run(arguments + ["--input-size", "32", "--existing", "overwrite"])
        #expect(result.code == 0, "\(arguments): \(result.errors)")
      }
      // As rembg, which heeds these with -a only.
      let rembg = try run(["i", "-m", "u2netp", "-af", "200", "-ae", "5", photo, "\(folder)/i.png"])
      #expect(rembg.code == 0, "\(rembg.errors)")
    }
  }

  @Test func helpThatCannotBeWrittenIsAFailure() throws {
    for arguments in ["--help", "mask --help", "--version", "help cutout", "describe"] {
      let shell = Process(), errors = Pipe()
      shell.executableURL = URL(filePath: "/bin/sh")
      shell.arguments = ["-c", "exec \"$0\" \(arguments) >/dev/full", executable().path]
      shell.standardError = errors
      try shell.run()
      let text = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      shell.waitUntilExit()
      #expect(shell.terminationStatus == 1 && text.contains("standard output: cannot write"), "\(arguments): \(text)")
    }
  }
}
