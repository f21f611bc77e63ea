import Foundation
import Testing
import U2NetImageFiles

/// Command lines that rembg 2.0.86 takes.
struct RembgTests {
  private let i = ["i", "-m", "u2netp"]

  /// A copy of a photo in a folder of its own.
  private func withPhoto(_ body: (_ folder: String, _ photo: String) throws -> Void) throws {
    try withFolder { folder in
      try FileManager.default.copyItem(atPath: photo("rocket.jpg"), toPath: "\(folder)/rocket.jpg")
      try body(folder, "\(folder)/rocket.jpg")
    }
  }

  @Test func allFlagsAtOnce() throws {
    try withPhoto { folder, photo in
      let whole = try run(
        i + ["-a", "-af", "230", "-ab", "15", "-ae", "8", "-dc", "-ppm", "-bgc", "1", "2", "3", "255", photo]
          + ["\(folder)/a.png"])
      #expect(whole.code == 0, "\(whole.errors)")
      let long = try run(
        i + ["--alpha-matting", "--alpha-matting-foreground-threshold", "230", "--alpha-matting-background-threshold"]
          + ["15", "--alpha-matting-erode-size", "8", "--decontaminate", "--post-process-mask", "--bgcolor", "1", "2"]
          + ["3", "255", photo, "\(folder)/b.png"])
      #expect(long.code == 0, "\(long.errors)")
      let extras = """
        {"alpha_matting": true, "alpha_matting_foreground_threshold": 230, "alpha_matting_background_threshold": 15,
         "alpha_matting_erode_size": 8, "post_process_mask": true, "bgcolor": [1, 2, 3, 255]}
        """
      #expect(try run(i + ["-x", extras, photo, "\(folder)/c.png"]).code == 0)
      let cutout = try run([
        "cutout", photo, "-o", "\(folder)/d.png", "-a", "-af", "230", "-ab", "15", "-ae", "8", "--post-process",
        "--background", "1,2,3,255",
      ])
      #expect(cutout.code == 0, "\(cutout.errors)")
      let pictures = try ["a", "b", "c", "d"].map { try Image<UInt8>(contentsOf: "\(folder)/\($0).png") }
      #expect(pictures.allSatisfy { $0 == pictures[0] })
    }
  }

  @Test func extrasChooseMaskColoursAndWeights() throws {
    try withPhoto { folder, photo in
      let lite = package.appending(path: "Weights/u2net-lite.safetensors").path
      for (extras, same) in [
        (#"{"only_mask": true}"#, ["mask"]), (#"{"putalpha": true}"#, ["cutout", "--keep-colors"]),
        (#"{"providers": ["CPUExecutionProvider"]}"#, ["cutout"]),
      ] {
        let result = try run(i + ["-x", extras, photo, "\(folder)/x.png"])
        #expect(result.code == 0, "\(extras): \(result.errors)")
        #expect(try run(same + [photo, "-o", "\(folder)/y.png"]).code == 0)
        #expect(
          try Image<UInt8>(contentsOf: "\(folder)/x.png") == Image<UInt8>(contentsOf: "\(folder)/y.png"), "\(extras)")
      }
      let custom = ["i", "-m", "u2net_custom", "-x", "{\"model_path\": \"\(lite)\"}"]
      #expect(try run(custom + ["-om", photo, "\(folder)/x.png"]).code == 0)
      #expect(try run(i + ["-om", photo, "\(folder)/y.png"]).code == 0)
      #expect(try Image<UInt8>(contentsOf: "\(folder)/x.png") == Image<UInt8>(contentsOf: "\(folder)/y.png"))
    }
  }

  @Test func whatIsNotHereSaysWhatToDo() throws {
    try withPhoto { folder, photo in
      try FileManager.default.createDirectory(atPath: "\(folder)/in", withIntermediateDirectories: true)
      let before = files(in: folder)
      for (arguments, words) in [
        (i + ["-vm", photo, "\(folder)/a.png"], ["-vm", "closed-form matting"]),
        (["i", "-m", "sam", photo, "\(folder)/a.png"], ["'sam'", "u2netp (lite)"]),
        (["i", "-m", "u2net_custom", photo, "\(folder)/a.png"], ["model_path"]),
        (i + ["-x", #"{"sam_prompt": []}"#, photo, "\(folder)/a.png"], ["sam_prompt"]),
        (i + ["-x", "x", photo, "\(folder)/a.png"], ["JSON object"]),
        (["p", "-d", "\(folder)/in", "\(folder)/out"], ["-d", "ended with 0"]),
        (["p", "--delete_input", "\(folder)/in", "\(folder)/out"], ["-d", "ended with 0"]),
        (["p", "-m", "bria-rmbg", "\(folder)/in", "\(folder)/out"], ["'bria-rmbg'"]),
        (["b", "0", "5"], ["16384"]), (["b", "-m", "u2netp", "-o", "\(folder)/x.png", "4", "4"], ["%05d"]),
        (["d", "sam"], ["'sam'", "lite", "full"]),
      ] { try expectWrongUsage(arguments, naming: words) }
      #expect(files(in: folder) == before)
    }
  }

  @Test func aFolderIsWorkedThrough() throws {
    try withPhoto { folder, photo in
      let arguments = ["p", "-m", "u2netp", "--accept-usage-cost", "-om", folder, "\(folder)/out"]
      for _ in 0..<2 {
        let code = try run(arguments).code
        #expect(code == 0)
      }
      #expect(files(in: folder) == ["out/rocket.png", "rocket.jpg"])
    }
  }

  @Test func framesBecomePictures() throws {
    let small = try Image<UInt8>(contentsOf: photo("coffee.png")).resized(width: 60, height: 40, filter: .bilinear)
    let input = Data(small.samples + small.samples.map { $0 / 2 })
    try withFolder { folder in
      let named = try run(["b", "-m", "u2netp", "60", "40", "-o", "\(folder)/new/f-%03d.png"], input: input)
      #expect(named.code == 0 && named.output.isEmpty, "\(named.errors)")
      #expect(files(in: folder) == ["new/f-000.png", "new/f-001.png"])
      let pictures = try files(in: folder).map { try Image<UInt8>(contentsOf: "\(folder)/\($0)") }
      #expect(pictures.allSatisfy { $0.channels == .rgba && $0.width == 60 && $0.height == 40 })
      let raw = try run(["frames", "--size", "60x40"], input: input)
      #expect([UInt8](raw.output) == pictures.flatMap(\.samples))
      // One after the other on standard output, each whole.
      let piped = try run(["b", "-m", "u2netp", "-om", "60", "40"], input: input)
      let starts = [UInt8](piped.output).split(separator: 0x89, maxSplits: 1)
      #expect(piped.code == 0 && piped.output.starts(with: [0x89, 0x50, 0x4E, 0x47]) && !starts.isEmpty)
      #expect(try Image<UInt8>(decoding: [UInt8](piped.output), source: "first").channels == .gray)
      // A whole frame before a cut one is not lost.
      let cut = try run(["b", "-m", "u2netp", "60", "40", "-o", "\(folder)/c%d.png"], input: input.dropLast(1))
      #expect(cut.code == 1 && cut.errors.contains("frame 2 ends after"), "\(cut.errors)")
      #expect(files(in: folder).contains("c0.png") && !files(in: folder).contains("c1.png"))
    }
  }

  #if os(Linux)
    /// Runs the program with a terminal for its standard output, and its input if `input` is nil.
    private func onTerminal(_ arguments: [String], input: FileHandle? = nil) throws -> (code: Int32, errors: String) {
      let main = open("/dev/ptmx", O_RDWR | O_NOCTTY), number = UInt(0x8004_5430), lock = UInt(0x4004_5431)
      defer { close(main) }
      // Which terminal it is, and that it may be opened: TIOCGPTN and TIOCSPTLCK of the kernel.
      var terminal: Int32 = -1, isLocked: Int32 = 0
      let isReady = main >= 0 && ioctl(main, number, &terminal) == 0 && ioctl(main, lock, &isLocked) == 0
      try #require(isReady)
      let handle = FileHandle(fileDescriptor: open("/dev/pts/\(terminal)", O_RDWR | O_NOCTTY), closeOnDealloc: true)
      let process = Process(), errors = Pipe()
      process.executableURL = executable()
      process.arguments = arguments
      (process.standardInput, process.standardOutput, process.standardError) = (input ?? handle, handle, errors)
      try process.run()
      let text = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      process.waitUntilExit()
      return (process.terminationStatus, text)
    }

    /// As rembg: a name beside the photo's on a terminal, standard output elsewhere.
    @Test func withoutANameTheResultLiesBesideThePhoto() throws {
      try withPhoto { folder, photo in
        let result = try onTerminal(i + ["-om", photo])
        #expect(result.code == 0 && files(in: folder) == ["rocket.jpg", "rocket.out.png"], "\(result.errors)")
        let piped = try run(i + ["-om", photo])
        #expect(piped.code == 0 && piped.output.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        #expect(
          try Image<UInt8>(contentsOf: "\(folder)/rocket.out.png")
            == Image<UInt8>(decoding: [UInt8](piped.output), source: "piped"))
        let nothing = try onTerminal(i)
        #expect(nothing.code == 2 && nothing.errors.contains("'<input>'"), "\(nothing.errors)")
        let unnamed = try onTerminal(i, input: try FileHandle(forReadingFrom: URL(filePath: photo)))
        #expect(unnamed.code == 2 && unnamed.errors.contains("name a file"), "\(unnamed.errors)")
      }
    }
  #endif
}
