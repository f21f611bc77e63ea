import Foundation
import U2NetImageFiles
import Testing

/// One file must never end a batch, and no name may do anything to a terminal.
struct HostileTests {
  private func bigEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
  }

  private func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(kind.utf8) + data
    var crc: UInt32 = ~0
    for byte in body {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return bigEndian(UInt32(data.count)) + body + bigEndian(~crc)
  }

  /// A PNG that says it has so many pixels, and has none.
  private func bomb(_ width: UInt32, _ height: UInt32, depth: UInt8 = 8) -> Data {
    Data(
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        + chunk("IHDR", bigEndian(width) + bigEndian(height) + [depth, 6, 0, 0, 0]) + chunk("IDAT", [])
        + chunk("IEND", []))
  }

  private func square(_ side: Int) -> Image<UInt8> {
    let samples = (0..<side * side).flatMap { i -> [UInt8] in
      (side / 4..<side / 2).contains(i % side) && (side / 4..<side / 2).contains(i / side)
        ? [230, 60, 30] : [20, 25, 40]
    }
    return Image(width: side, height: side, channels: .rgb, samples: samples)
  }

  /// Results that memory has no room for fail one by one, of one photo and of several.
  @Test func canvasesLargerThanMemoryEndNoBatch() throws {
    try withFolder { folder throws in
      let names = ["a.png", "b.png"].map { "\(folder)/\($0)" }
      for name in names { try square(48).writePNG(to: name) }
      for (index, photos) in [names, [names[0]]].enumerated() {
        let manifest = "\(folder)/m\(index).jsonl"
        let result = try run(
          [
            "cutout", "--size", "9000x9000", "--input-size", "32", "-o", "\(folder)/out\(index)/", "--manifest",
            manifest,
          ]
            + photos, addressSpace: 1_500_000)
        #expect(result.code == 1 && result.errors.contains("not enough memory"), "\(result.code) \(result.errors)")
        for photo in photos { #expect(result.errors.contains(photo), "\(result.errors)") }
        let lines = try String(contentsOf: URL(filePath: manifest), encoding: .utf8).split(separator: "\n")
        #expect(lines.count == photos.count && lines.allSatisfy { $0.contains("\"failed\"") })
      }
    }
  }

  @Test func enormousHeadersEndNoBatch() throws {
    try withFolder { folder throws in
      try FileManager.default.createDirectory(atPath: "\(folder)/in", withIntermediateDirectories: true)
      let sizes: [(UInt32, UInt32, UInt8)] = [
        (0x7FFF_FFFF, 0x7FFF_FFFF, 8), (0x7FFF_FFFF, 0x7FFF_FFFF, 16), (0x7FFF_FFFF, 1, 8), (1, 0x7FFF_FFFF, 16),
        (1_000_000, 1_000_000, 8),
      ]
      for (index, size) in sizes.enumerated() {
        try bomb(size.0, size.1, depth: size.2).write(to: URL(filePath: "\(folder)/in/bomb\(index).png"))
      }
      try square(48).writePNG(to: "\(folder)/in/good.png")
      for more in [
        ["--strip"], ["--crop", "--square"], ["--size", "100x100", "-a"], ["--max-megapixels", "1000000"],
      ] {
        let out = "\(folder)/out\(more[0])"
        let result = try run(["cutout", "\(folder)/in", "-o", out, "--input-size", "32"] + more)
        #expect(result.code == 1 && files(in: out) == ["good.png"], "\(more): \(result)")
        for index in sizes.indices { #expect(result.errors.contains("bomb\(index).png"), "\(result.errors)") }
      }
    }
  }

  /// The frame of an object may be far larger than its photo.
  @Test func enormousFramesEndNoBatch() throws {
    try withFolder { folder throws in
      try FileManager.default.createDirectory(atPath: "\(folder)/in", withIntermediateDirectories: true)
      for name in ["a", "b"] { try square(48).writePNG(to: "\(folder)/in/\(name).png") }
      let result = try run([
        "cutout", "\(folder)/in", "-o", "\(folder)/out", "--input-size", "32", "--crop", "--margin", "65500",
      ])
      #expect(result.code == 1 && result.errors.contains("2 of 2 photos failed"), "\(result)")
      #expect(result.errors.contains("a.png: its result would have 131") && result.errors.contains("b.png"))
    }
  }

  @Test func namesCannotMoveTheCursor() throws {
    try withFolder { folder throws in
      try FileManager.default.createDirectory(atPath: "\(folder)/in", withIntermediateDirectories: true)
      for name in ["red\u{1B}[31m.jpg", "bell\u{7}.jpg", "c1\u{9B}2J.jpg", "line\nbreak.jpg", "turned\u{202E}gpj.jpg"] {
        try Data("no photo".utf8).write(to: URL(filePath: "\(folder)/in/\(name)"))
      }
      for arguments in [
        ["mask", "\(folder)/in", "-o", "\(folder)/out"],
        ["mask", "\(folder)/in/red\u{1B}[31m.jpg", "-o", "\(folder)/m.png"],
        ["mask", "a.jpg", "-o", "m\u{1B}[31m.gif"], ["mask", "a.jpg", "-o", "m.png", "--gr\u{1B}[31m\nx"],
        ["mask", "a.jpg", "-o", "m.png", "--background", "\u{1B}[31m\u{7}", "--format", "\u{1B}[2J"],
      ] {
        let result = try run(arguments)
        #expect(result.code != 0)
        let isHarmless = result.errors.unicodeScalars.allSatisfy {
          $0 == "\n" || !($0.value < 0x20 || (0x7F..<0xA0).contains($0.value) || $0.value == 0x202E)
        }
        #expect(isHarmless, "\(result.errors.debugDescription)")
      }
      let told = try run(["mask", "\(folder)/in", "-o", "\(folder)/out"]).errors
      for name in ["red\\u{1B}[31m.jpg", "bell\\u{7}.jpg", "line\\nbreak.jpg"] {
        #expect(told.contains(name), "\(told)")
      }
      #expect(told.split(separator: "\n").count == 6, "\(told)")
    }
  }

  @Test func listsFromWindowsAndLongOnes() throws {
    try withFolder { folder throws in
      for name in ["a", "b"] { try square(48).writePNG(to: "\(folder)/\(name).png") }
      let names = "\(folder)/a.png\r\n\r\n\(folder)/b.png\r\n"
      let mask = ["mask", "--input-size", "32", "-o", "\(folder)/out", "--existing", "overwrite", "--files-from", "-"]
      for text in [names, "\u{FEFF}" + names, "\u{FEFF}\(folder)/a.png\0\(folder)/b.png"] {
        let result = try run(mask, input: Data(text.utf8))
        #expect(result.code == 0, "\(text.debugDescription): \(result.errors)")
        #expect(files(in: "\(folder)/out").count == 2)
      }
      let wide = try run(mask, input: names.data(using: .utf16)!)
      #expect(wide.code == 1 && wide.errors.contains("UTF-16"))
      let endless = try run(["mask", "-o", "\(folder)/o", "--files-from", "/dev/zero"])
      #expect(endless.code == 1 && endless.errors.contains("/dev/zero") && endless.errors.contains("MiB"))
    }
  }
}
