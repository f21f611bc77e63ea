import Foundation
import U2NetImageFiles
import Testing

/// Names and flags promise something: it is so, or it is an error.
struct PromiseTests {
  private func format(_ path: String) throws -> ImageFormat {
    try ImageFile.header(of: ImageFile.read(path), source: path).format
  }

  @Test func masksAreOfTheFormatThatIsAskedFor() throws {
    try withFolder { folder throws in
      let photos = [photo("coffee.png"), photo("rocket.jpg")]
      for (name, ending, format) in [("webp", "webp", ImageFormat.webP), ("jpg", "jpg", .jpeg), ("png", "png", .png)] {
        let out = "\(folder)/\(name)/"
        let result = try run(["mask"] + photos + ["-o", out, "--format", name, "--input-size", "32"])
        #expect(result.code == 0, "\(result.errors)")
        #expect(files(in: out) == ["coffee.\(ending)", "rocket.\(ending)"])
        for file in files(in: out) { #expect(try self.format(out + file) == format) }
      }
      let plain = try run(["mask", photo("rocket.jpg"), "-o", "\(folder)/m", "--format", "webp", "--input-size", "32"])
      #expect(plain.code == 0)
      #expect(try format("\(folder)/m") == .webP)
      let piped = try run(["mask", photo("rocket.jpg"), "-o", "-", "--format", "webp", "--input-size", "32"])
      #expect(piped.code == 0 && piped.output.starts(with: Data("RIFF".utf8)))
    }
  }

  @Test(arguments: [
    ["mask", "P", "-o", "m.gif"], ["mask", "P", "-o", "m.tiff"], ["mask", "P", "-o", "m.png", "--format", "webp"],
    ["cutout", "P", "-o", "c.jpg"], ["cutout", "P", "-o", "c.webp", "--format", "png"], ["i", "P", "c.bmp"],
    ["mask", "P", "-o", "m.webp", "--depth", "16"], ["cutout", "P", "-o", "c.png", "--mask", "m.jp2"],
    ["cutout", "P", "-o", "c.jpg", "--background", "#ff000080"], ["mask", "D", "-o", "mask.png"],
    ["mask", "D", "-o", "mask.heic"], ["cutout", "P", "P2", "-o", "c.webp"], ["product", "P", "-o", "shop.jpg"],
    ["p", "D", "cuts.png"], ["mask", "P", "-o", "m.png", "--side-outputs", "sides.png"],
    ["mask", "P", "-o", "m.png", "--cutout", "c.tif"], ["product", "P", "-o", "-"],
  ])
  func promisesThatCannotBeKept(_ arguments: [String]) throws {
    try withFolder { folder throws in
      try FileManager.default.createDirectory(atPath: "\(folder)/D", withIntermediateDirectories: true)
      for name in ["P", "P2", "D/x.jpg"] {
        try FileManager.default.copyItem(atPath: photo("rocket.jpg"), toPath: "\(folder)/\(name)")
      }
      let names =
        ["P", "P2", "D"]
        + ["gif", "tiff", "png", "webp", "jpg", "bmp", "jp2", "heic", "tif"].flatMap { ending in
          ["m", "c", "mask", "shop", "cuts", "sides"].map { "\($0).\(ending)" }
        }
      let placed = arguments.map { names.contains($0) ? "\(folder)/\($0)" : $0 }
      let result = try run(placed)
      #expect([1, 2].contains(result.code) && !result.errors.isEmpty, "\(result.errors)")
      #expect(files(in: folder) == ["D/x.jpg", "P", "P2"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["D", "P", "P2"])
      // Nothing was computed to find that out: a message, and no photo's name before it.
      #expect(!result.errors.contains("photos failed"), "\(result.errors)")
    }
  }

  @Test func negativeNumbersFollowTheirOptions() throws {
    try withFolder { folder throws in
      let command = ["mask", photo("coffee.png"), "--input-size", "64", "-o"]
      for (name, more) in [
        ("a", ["--grow", "-3"]), ("b", ["--grow=-3"]), ("c", ["--grow", "3"]), ("d", ["--grow", "-.5"]),
      ] {
        let result = try run(command + ["\(folder)/\(name).png"] + more)
        #expect(result.code == 0, "\(more): \(result.errors)")
      }
      func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: "\(folder)/\(name).png")) }
      #expect(try bytes("a") == bytes("b"))
      #expect(try bytes("a") != bytes("c"))
      for (flag, value) in [
        ("--feather", "-3"), ("--threads", "-1"), ("--threshold", "-5"), ("--levels", "-5,95"),
        ("--input-size", "-320"),
        ("--quality", "-1"), ("--max-megapixels", "-2"), ("-ae", "-1"), ("--min-region", "-4%"), ("--grow", "-1001"),
      ] {
        let result = try run(command + ["\(folder)/x.png", flag, value])
        #expect(result.code == 2 && result.errors.contains(flag) && result.errors.contains(value), "\(result.errors)")
        #expect(!result.errors.contains("Missing value"), "\(flag): \(result.errors)")
      }
    }
  }

  @Test func wrongSizesNameTheirOwnFlag() throws {
    let small = try run(["mask", photo("coffee.png"), "-o", "x.png", "--input-size", "31"])
    #expect(small.code == 2 && small.errors.contains("--input-size must be 32 to 2048, not 31"))
    for command in ["cutout", "product"] {
      let large = try run([command, photo("coffee.png"), "-o", "x/", "--size", "65500x65500"])
      #expect(large.code == 2 && large.errors.contains("--size 65500x65500"), "\(large.errors)")
    }
  }
}
