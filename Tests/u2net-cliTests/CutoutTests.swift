import Foundation
import U2NetImages
import U2NetMatting
import Testing

/// What cut-outs look like.
struct CutoutTests {
  private func cutout(_ arguments: [String], to name: String = "c.png") throws -> Image<UInt8> {
    try withFolder { folder throws in
      let result = try run(["cutout", photo("coffee.png"), "-o", "\(folder)/\(name)"] + arguments)
      #expect(result.code == 0, "\(result.errors)")
      return try Image<UInt8>(contentsOf: "\(folder)/\(name)")
    }
  }

  @Test func backgroundsGoBehindTheObject() throws {
    let white = try cutout(["--background", "#ffffff"])
    #expect(white.channels == .rgb && (white.width, white.height) == (600, 400))
    #expect(white.samples[0..<3].allSatisfy { $0 > 250 })
    let jpeg = try cutout(["--background", "255,0,255"], to: "c.jpg")
    #expect(jpeg.samples[0] > 245 && jpeg.samples[1] < 10 && jpeg.samples[2] > 245)
    let glass = try cutout(["--background", "#ff000080"])
    #expect(glass.channels == .rgba && glass.samples[3] == 128)
    let picture = try cutout(["--background", photo("chelsea.png")])
    #expect(picture.channels == .rgb && (picture.width, picture.height) == (600, 400))
    let blurred = try cutout(["--background", "blur:8"])
    #expect(blurred.channels == .rgb && blurred.samples != picture.samples)
  }

  @Test func croppingFitsTheObject() throws {
    let whole = try cutout([])
    let cropped = try cutout(["--crop"])
    #expect(cropped.channels == .rgba && cropped.width < whole.width && cropped.height <= whole.height)
    let margin = try cutout(["--crop", "--margin", "20"])
    #expect((margin.width, margin.height) == (cropped.width + 40, cropped.height + 40))
    let square = try cutout(["--crop", "--square"])
    #expect(square.width == square.height && square.width == max(cropped.width, cropped.height))
    let canvas = try cutout(["--crop", "--size", "300x200", "--margin", "5%"], to: "c.webp")
    #expect((canvas.width, canvas.height) == (300, 200))
    let all = try cutout(["--size", "300x300"])
    #expect((all.width, all.height) == (300, 300) && all.samples[3] == 0)
  }

  @Test func anEmptyMaskCannotBeCropped() throws {
    try withFolder { folder throws in
      let flat = Image<UInt8>(width: 40, height: 30, channels: .rgb, samples: [UInt8](repeating: 90, count: 3600))
      try flat.writePNG(to: "\(folder)/flat.png")
      let result = try run(["cutout", "\(folder)/flat.png", "-o", "\(folder)/c.png", "--crop", "--levels", "90,100"])
      #expect(result.code == 1 && result.errors.contains("flat.png: no salient object"))
      #expect(files(in: folder) == ["flat.png"])
    }
  }

  @Test func sixteenBitPhotosGiveSixteenBitCutouts() throws {
    try withFolder { folder throws in
      let small = try Image<UInt8>(contentsOf: photo("coffee.png"))
      let deep = Image<UInt16>(
        width: small.width, height: small.height, channels: .rgb, samples: small.samples.map { UInt16($0) * 257 })
      try Data(deep.pngData()).write(to: URL(filePath: "\(folder)/deep.png"))
      #expect(try run(["cutout", "\(folder)/deep.png", "-o", "\(folder)/c.png"]).code == 0)
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/c.png")))
      #expect(try ImageFile.header(of: bytes, source: "c").bitDepth == 16)
      let shallow = try cutout([]), cut = try Image<UInt8>(contentsOf: "\(folder)/c.png")
      // The shallow mask is cut off to 8 bits before it is enlarged.
      let largest = zip(shallow.plane(3).samples, cut.plane(3).samples).map { abs(Int($0) - Int($1)) }.max()!
      #expect(largest <= 4)
    }
  }

  @Test func aShopsSetIsMadeInOneGo() throws {
    try withFolder { folder throws in
      let result = try run([
        "product", photo("coffee.png"), "-o", "\(folder)/shop", "--size", "200x200", "--names", "x_{name}_{kind}",
      ])
      #expect(result.code == 0, "\(result.errors)")
      #expect(files(in: "\(folder)/shop") == ["x_coffee_cutout.png", "x_coffee_mask.png", "x_coffee_white.jpg"])
      let white = try Image<UInt8>(contentsOf: "\(folder)/shop/x_coffee_white.jpg")
      #expect((white.width, white.height) == (200, 200) && white.samples[0] > 250)
      #expect(try Image<UInt8>(contentsOf: "\(folder)/shop/x_coffee_mask.png").channels == .gray)
    }
  }

  @Test(arguments: [
    ["--background", "#12345"], ["--background", "1,2,300"], ["--margin", "60%"], ["--size", "0x5"], ["--size", "12"],
    ["--quality", "0"], ["--levels", "50,20"], ["--format", "jpg"], ["--background", "blur:3", "--crop"],
    ["--threshold", "101"], ["--min-region", "-3"], ["-af", "300"], ["-ab", "-1"], ["-ae", "-1"], ["-ae", "1001"],
    ["-af", "5", "-ab", "9"],
  ])
  func wrongOptionsAreWrongUsage(_ arguments: [String]) throws {
    let result = try run(["cutout", photo("coffee.png"), "-o", "/dev/null"] + arguments)
    #expect(result.code == 2 && !result.errors.isEmpty, "\(arguments): \(result.code) \(result.errors)")
  }

  /// Edges are moved where the photo's are, and nowhere else by much.
  @Test func refiningChangesEdgesOnly() throws {
    try withFolder { folder in
      for mode in ["none", "guided"] {
        #expect(try run(["mask", photo("coffee.png"), "-o", "\(folder)/\(mode).png", "--refine", mode]).code == 0)
      }
      let plain = try Image<UInt8>(contentsOf: "\(folder)/none.png").samples
      let guided = try Image<UInt8>(contentsOf: "\(folder)/guided.png").samples
      let differences = zip(plain, guided).map { abs(Int($0) - Int($1)) }
      #expect(differences.max()! > 10)
      #expect(differences.count { $0 > 10 } < differences.count / 10)
    }
  }

  /// Known pixels are all or nothing, so the soft part of an edge can only get narrower or stay within its band.
  @Test func alphaMattingSolvesForEdges() throws {
    try withFolder { folder in
      let file = photo("coffee.png")
      #expect(try run(["mask", file, "-o", "\(folder)/plain.png"]).code == 0)
      let solved = try run(["mask", file, "-o", "\(folder)/a.png", "-a"])
      #expect(solved.code == 0 && solved.errors.isEmpty, "\(solved.errors)")
      let plain = try Image<UInt8>(contentsOf: "\(folder)/plain.png")
      let alpha = try Image<UInt8>(contentsOf: "\(folder)/a.png").samples
      let trimap = plain.trimap()
      #expect(trimap.samples.contains(128))
      #expect(alpha != plain.samples)
      #expect(zip(alpha, trimap.samples).allSatisfy { $1 == 128 || $0 == $1 })
      // rembg's command, long names, and a cut-out of the same alpha.
      #expect(try run(["i", "-m", "u2netp", "-a", "-ae", "10", file, "\(folder)/i.png"]).code == 0)
      #expect(
        try run([
          "cutout", file, "-o", "\(folder)/c.png", "--alpha-matting", "--alpha-matting-foreground-threshold", "240",
          "--alpha-matting-background-threshold", "10", "--alpha-matting-erode-size", "10",
        ]).code == 0)
      for name in ["i", "c"] {
        #expect(try Image<UInt8>(contentsOf: "\(folder)/\(name).png").plane(3).samples == alpha)
      }
    }
  }

  @Test func whereMattingFailsTheMaskStays() throws {
    try withFolder { folder in
      let file = photo("coffee.png")
      #expect(try run(["mask", file, "-o", "\(folder)/plain.png"]).code == 0)
      let result = try run(["mask", file, "-o", "\(folder)/a.png", "-a", "-ae", "1000"])
      #expect(result.code == 0 && result.errors.contains("coffee.png: no alpha matting: no part of the mask"))
      #expect(
        try Image<UInt8>(contentsOf: "\(folder)/a.png") == Image<UInt8>(contentsOf: "\(folder)/plain.png"))
    }
  }

  @Test(arguments: [("-af", "256"), ("-ab", "x"), ("-ae", "-1")])
  func wrongMattingOptionsAreNamed(flag: String, value: String) throws {
    for command in [["cutout", photo("coffee.png"), "-o", "/dev/null"], ["i", photo("coffee.png"), "/dev/null"]] {
      let result = try run(command + [flag, value])
      #expect(result.code == 2 && result.errors.contains(flag), "\(result.errors)")
    }
  }

  @Test func aJPEGHasNoTransparency() throws {
    try withFolder { folder throws in
      let result = try run(["cutout", photo("coffee.png"), "-o", "\(folder)/c.jpg", "--input-size", "32"])
      #expect(result.code == 2 && result.errors.contains("c.jpg: JPEG has no transparency"))
      let unknown = try run(["cutout", photo("coffee.png"), "-o", "\(folder)/c.gif", "--input-size", "32"])
      #expect(unknown.code == 2 && unknown.errors.contains("cannot write .gif files"))
      #expect(files(in: folder).isEmpty)
    }
  }

  @Test func rembgsCommandsWork() throws {
    try withFolder { folder throws in
      let photoBytes = try Data(contentsOf: URL(filePath: photo("rocket.jpg")))
      #expect(try run(["i", "-m", "u2netp", photo("rocket.jpg"), "\(folder)/a.png"]).code == 0)
      #expect(try run(["i", "-m", "u2netp", "-om", photo("rocket.jpg"), "\(folder)/m.png"]).code == 0)
      let piped = try run(["i", "-m", "u2netp", "-bgc", "0", "255", "0", "255"], input: photoBytes)
      #expect(piped.code == 0)
      let carried = ImageFile.metadata(of: [UInt8](piped.output))
      let green = try Image<UInt8>(decoding: [UInt8](piped.output), source: "piped").converted(
        from: carried, to: Metadata())
      #expect(green.samples[0] < 30 && green.samples[1] > 225)
      #expect(try Image<UInt8>(contentsOf: "\(folder)/a.png").channels == .rgba)
      #expect(try Image<UInt8>(contentsOf: "\(folder)/m.png").channels == .gray)
      try FileManager.default.createDirectory(atPath: "\(folder)/in", withIntermediateDirectories: true)
      try photoBytes.write(to: URL(filePath: "\(folder)/in/r.jpg"))
      for _ in 0..<2 { #expect(try run(["p", "-m", "u2netp", "\(folder)/in", "\(folder)/out"]).code == 0) }
      #expect(files(in: "\(folder)/out") == ["r.png"])
    }
  }

  /// A live stream's frames are there before the next one comes.
  @Test(.timeLimit(.minutes(2))) func framesGoOutAsTheyAreDone() throws {
    let process = Process(), input = Pipe(), output = Pipe()
    process.executableURL = executable()
    process.arguments = ["frames", "--size", "40x30", "--input-size", "32", "--format", "gray8", "--threads", "4"]
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    for frame in 0..<5 {
      try input.fileHandleForWriting.write(contentsOf: Data(repeating: UInt8(50 * frame), count: 40 * 30 * 3))
      var got = 0
      while got < 40 * 30 {
        let part = output.fileHandleForReading.readData(ofLength: 40 * 30 - got)
        if part.isEmpty { break }
        got += part.count
      }
      #expect(got == 40 * 30)
    }
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func framesKeepTheirOrder() throws {
    let small = try Image<UInt8>(contentsOf: photo("coffee.png")).resized(width: 60, height: 40, filter: .bilinear)
    let dark = [UInt8](repeating: 10, count: 60 * 40 * 3)
    let input = Data((0..<5).flatMap { $0 % 2 == 0 ? small.samples : dark })
    let command = ["frames", "--size", "60x40", "--input-size", "64", "--normalize", "sigmoid"]
    let masks = try run(command + ["--format", "gray8"], input: input)
    #expect(masks.code == 0 && masks.output.count == 5 * 60 * 40)
    let sums = (0..<5).map { frame in masks.output.dropFirst(frame * 2400).prefix(2400).reduce(0) { $0 + Int($1) } }
    #expect(sums[0] == sums[2] && sums[0] == sums[4] && sums[1] == sums[3] && sums[0] > 2 * sums[1], "\(sums)")
    #expect(try run(command, input: input).output.count == 5 * 60 * 40 * 4)
    // The whole frames before a cut one are not lost, whatever the number of threads.
    let whole = try run(command, input: input).output
    for threads in ["1", "2", "3", "8"] {
      let cut = try run(command + ["--threads", threads], input: input.dropLast(7))
      #expect(cut.code == 1 && cut.errors.contains("frame 5 ends after"))
      #expect(cut.output == whole.prefix(4 * 60 * 40 * 4), "\(threads) threads: \(cut.output.count) bytes")
    }
    #expect(try run(command).output.isEmpty)
  }
}
