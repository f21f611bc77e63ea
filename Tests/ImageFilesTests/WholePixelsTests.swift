import U2NetImageFiles
import Testing
import U2NetPlatform

/// A file whose pixels are all there is a picture, whatever else it lacks; a file that lacks pixels is none.
@Suite struct WholePixelsTests {
  private static let pngs = [
    "rgb-8.png", "palette-4-trns-interlaced.png", "grey-16.png", "rgba-8-interlaced.png", "orientation-6.png",
  ]
  private static let jpegs = [
    "colour-420.jpg", "colour-444.jpg", "colour-420-progressive.jpg", "grey.jpg", "grey-progressive.jpg", "cmyk.jpg",
    "restarts.jpg",
  ]
  private static let webPs = [
    "lossy.webp", "lossy-alpha.webp", "lossless.webp", "lossless-alpha.webp", "metadata.webp",
  ]

  @Test(arguments: pngs + jpegs + webPs)
  func `every part of a file is an error or the same pixels`(_ name: String) throws {
    let bytes = fixture(name), whole = try Image<UInt8>(decoding: bytes, source: name)
    let unturned = whole.oriented(by: .left)  // what a lost EXIF makes of orientation 6
    for count in 0..<bytes.count {
      guard let image = try? Image<UInt8>(decoding: Array(bytes[..<count]), source: name) else { continue }
      let isSame = image == whole || ["orientation-6.png", "metadata.webp"].contains(name) && image == unturned
      #expect(isSame, "\(count) of \(bytes.count) bytes")
    }
  }

  @Test(arguments: jpegs)
  func `a JPEG without its end mark`(_ name: String) throws {
    let bytes = fixture(name), whole = try Image<UInt8>(decoding: bytes, source: name)
    let open = Array(bytes.dropLast(2))
    let trailer =
      [0, 0, 1, 0x0A, 14, 0, 0, 0] + Array("Image_UTC_Data1500000000000SEFHk".utf8)
      + [0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0x0A, 35, 0, 0, 0, 35, 0, 0, 0, 24, 0, 0, 0] + Array("SEFT".utf8)
    let tails: [[UInt8]] = [
      [], [0xFF], [0, 0], [UInt8](repeating: 0, count: 4096), trailer, [0xFF, 0xFF, 0xFF],
      Array("<xml>anything at all</xml>".utf8), bytes,
    ]
    for tail in tails {
      #expect(try Image<UInt8>(decoding: open + tail, source: name) == whole, "\(tail.count) bytes follow")
    }
    // With a half of the last bytes missing, nothing of this helps.
    for tail in tails.dropLast() {
      expectError(Array(open.dropLast(100)) + tail, name, "\(tail.count) bytes follow")
    }
  }

  @Test(arguments: jpegs)
  func `the last bytes of a JPEG are not made up`(_ name: String) throws {
    let bytes = fixture(name), whole = try Image<UInt8>(decoding: bytes, source: name)
    for missing in 3...40 {
      for tail in [[], [UInt8](repeating: 0, count: 3000)] {
        guard let image = try? Image<UInt8>(decoding: Array(bytes.dropLast(missing)) + tail, source: name) else {
          continue
        }
        #expect(image == whole, "\(missing) bytes are missing, \(tail.count) follow")
      }
    }
  }

  @Test(arguments: pngs)
  func `a PNG without its end`(_ name: String) throws {
    let bytes = fixture(name), whole = try Image<UInt8>(decoding: bytes, source: name)
    // IEND has 12 bytes. What is after the pixels of `orientation-6` is EXIF.
    for missing in 1...12 {
      #expect(try Image<UInt8>(decoding: bytes.dropLast(missing), source: name) == whole, "\(missing) bytes")
    }
    var wrong = bytes
    wrong[bytes.count - 1] ^= 1
    #expect(try Image<UInt8>(decoding: wrong, source: name) == whole)
    let data = try #require(chunks(of: bytes).last { $0.kind == "IDAT" })
    for missing in 1...8 where whole.channels != .rgb || name == "rgb-8.png" {
      // Four of the chunk's checksum, four of zlib's.
      let cut = Array(bytes[..<(data.end - missing)])
      #expect(try Image<UInt8>(decoding: cut, source: name) == whole, "\(missing) bytes up to the last checksum")
    }
    expectError(Array(bytes[..<(data.end - 12)]), name, "pixels are missing")
  }

  @Test(arguments: pngs)
  func `a PNG with one wrong byte is an error, or the same picture`(_ name: String) throws {
    let bytes = fixture(name), whole = try Image<UInt8>(decoding: bytes, source: name)
    let unturned = whole.oriented(by: .left)  // what a lost EXIF makes of orientation 6
    var random = SplitMix64(seed: 1)
    var accepted = 0
    for i in bytes.indices {
      var changed = bytes
      changed[i] ^= UInt8.random(in: 1...255, using: &random)
      guard let image = try? Image<UInt8>(decoding: changed, source: name) else { continue }
      #expect(image == whole || name == "orientation-6.png" && image == unturned, "byte \(i)")
      accepted += 1
    }
    #expect(accepted >= 12)
  }

  @Test func `a wrong checksum counts where pixels depend on it`() throws {
    let bytes = fixture("palette-2-trns.png"), whole = try Image<UInt8>(decoding: bytes, source: "x")
    for chunk in chunks(of: bytes) {
      var changed = bytes
      changed[chunk.end - 1] ^= 0xFF
      if chunk.kind == "IEND" {
        #expect(try Image<UInt8>(decoding: changed, source: "x") == whole)
      } else {
        expectError(changed, "x", chunk.kind)
      }
    }
    let text: [UInt8] = [0, 0, 0, 3] + Array("tEXta\0b".utf8) + [1, 2, 3, 4]
    var changed = bytes
    changed.insert(contentsOf: text, at: 33)
    #expect(try Image<UInt8>(decoding: changed, source: "x") == whole)
  }

  @Test func `a half of a file filled up with zeros is no picture`() {
    for name in Self.jpegs {
      let bytes = fixture(name)
      for missing in [60, 100, 150] {
        let filled = bytes.dropLast(missing) + [UInt8](repeating: 0, count: 20_000)
        expectError(Array(filled), name, "\(missing) bytes")
        expectError(Array(filled) + [0xFF, 0xD9], name, "\(missing) bytes, and an end mark")
      }
    }
  }

  @Test func `a progressive JPEG whose scans come twice, too late or not at all`() throws {
    let bytes = fixture("colour-420-progressive.jpg"), whole = try Image<UInt8>(decoding: bytes, source: "x")
    let (start, scans) = scans(of: bytes)
    #expect(scans.count > 4)
    func file(_ order: [Int]) -> [UInt8] { start + order.flatMap { scans[$0] } + [0xFF, 0xD9] }
    let all = Array(scans.indices)
    #expect(file(all) == bytes)
    let refinements = all.filter { isRefinement(scans[$0]) }
    #expect(refinements.count == 5)
    for scan in all {
      let (before, after) = (all[..<scan], all[(scan + 1)...])
      // Told again at once: as good as once, but for refinements of what is not a mean.
      let twice = file(before + [scan, scan] + after), isMean = scan == 0 || scan == refinements[1]
      if !refinements.contains(scan) || isMean || scan == all.last {
        #expect(try Image<UInt8>(decoding: twice, source: "x") == whole, "\(scan) twice")
      } else {
        expectError(twice, "x", "\(scan) twice")
      }
      // Not told at all, though another scan builds on it.
      if scan < refinements[1] { expectError(file(Array(before + after)), "x", "no \(scan)") }
      // Told again at the end, when all has been told: left out.
      guard refinements.contains(scan) else { continue }
      #expect(try Image<UInt8>(decoding: file(all + [scan]), source: "x") == whole, "\(scan) at the end")
    }
    #expect(try Image<UInt8>(decoding: file([1, 0] + all.dropFirst(2)), source: "x") == whole)
    // Without an end mark all scans must be there.
    for count in 1..<scans.count { expectError(Array(file(Array(all[..<count])).dropLast(2)), "x", "\(count) scans") }
  }

  @Test func `a WebP that ends after its pixels`() throws {
    for name in ["metadata.webp", "orientation-6.webp"] {
      let bytes = fixture(name), whole = try Image<UInt8>(decoding: bytes, source: name)
      let cut = Array(bytes.dropLast(5))
      let image = try Image<UInt8>(decoding: cut, source: name)
      #expect(image.samples.count == whole.samples.count)
    }
  }

  /// As a transfer leaves it that broke off after the file had got its size.
  @Test(arguments: [WebPCompression.lossy(quality: 80), .lossless])
  func `a WebP whose rest is zeros`(_ compression: WebPCompression) throws {
    var random = SplitMix64(seed: 5)
    let samples = (0..<200 * 150 * 3).map { index -> UInt8 in
      let (x, y) = (index / 3 % 200, index / 600)
      return UInt8((x + y) / 2) &+ UInt8(truncatingIfNeeded: random.next() >> 60)
    }
    let image = Image<UInt8>(width: 200, height: 150, channels: .rgb, samples: samples)
    let bytes = try image.webPData(compression, source: "x")
    for percent in [5, 25, 50, 75, 95] {
      let kept = bytes.count * percent / 100
      expectError(bytes[..<kept] + [UInt8](repeating: 0, count: bytes.count - kept), "x", "\(percent) % kept")
    }
  }

  /// A flat picture's own data may end in zeros.
  @Test func `a WebP that is mostly black`() throws {
    for side in [64, 700, 2000] {
      for level in [UInt8(0), 255] {
        var samples = [UInt8](repeating: level, count: side * side * 3)
        for index in 0..<side { samples[index * 3] = UInt8(truncatingIfNeeded: index * index) }
        let image = Image<UInt8>(width: side, height: side, channels: .rgb, samples: samples)
        #expect(try Image<UInt8>(decoding: image.webPData(.lossless, source: "x"), source: "x") == image)
        #expect(throws: Never.self) {
          try Image<UInt8>(decoding: image.webPData(.lossy(quality: 1), source: "x"), source: "x")
        }
        let filling = [UInt8](repeating: 0, count: 500), filled = try image.webPData(.lossless, source: "x") + filling
        #expect(try Image<UInt8>(decoding: filled, source: "x") == image)
      }
    }
  }

  @Test func `the first picture of an animation`() throws {
    let bytes = fixture("animation.webp")
    let header = try ImageFile.header(of: bytes, source: "x")
    #expect([header.width, header.height] == [Golden.values.width, Golden.values.height])
    let image = try Image<UInt8>(decoding: bytes, source: "x")
    let shown = [UInt8](Golden.values.orientation.pixels)
    // It was packed with losses.
    #expect(zip(image.rgb.samples, shown).map { abs(Int($0) - Int($1)) }.reduce(0, +) < 25 * shown.count)
    _ = try Image<UInt8>(decoding: bytes, source: "x", sidesAtLeast: 3)
  }

  @Test func `what is odd is remarked on, and nothing else is`() throws {
    func remarks(_ bytes: [UInt8]) throws -> [String] {
      var (narrow, wide): ([String], [String]) = ([], [])
      _ = try Image<UInt8>(decoding: bytes, source: "x") { narrow.append($0) }
      _ = try Image<UInt16>(decoding: bytes, source: "x") { wide.append($0) }
      #expect(narrow == wide)
      return narrow
    }
    for name in Self.pngs + Self.jpegs + Self.webPs { #expect(try remarks(fixture(name)) == [], "\(name)") }
    #expect(try remarks(fixture("grey.jpg").dropLast(2)) == ["the end mark is missing; all pixels are there"])
    #expect(
      try remarks(fixture("grey-progressive.jpg").dropLast(1)) == ["the end mark is missing; all pixels are there"])
    #expect(try remarks(fixture("rgb-8.png").dropLast(6)) == ["the end of the file is missing; all pixels are there"])
    #expect(try remarks(fixture("metadata.webp").dropLast(3)) == ["the file ends too early; all pixels are there"])
    #expect(try remarks(fixture("animation.webp")) == ["it is an animation; its first picture is used"])
    var text = fixture("rgb-8.png")
    text.insert(contentsOf: [0, 0, 0, 3] + Array("tEXta\0b".utf8) + [1, 2, 3, 4], at: 33)
    #expect(try remarks(text) == ["the tEXt chunk has a wrong checksum and is left out"])
    var animation = fixture("rgb-8.png")
    let control: [UInt8] = Array("acTL".utf8) + [0, 0, 0, 2, 0, 0, 0, 0], checksum = crc32(control)
    let check = (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * $0)) }
    animation.insert(contentsOf: [0, 0, 0, 8] + control + check, at: 33)
    #expect(try remarks(animation) == ["it is an animation; its first picture is used"])
  }

  @Test func `no size in a file overflows`() throws {
    for (width, height) in [(Int(Int32.max), Int(Int32.max)), (1_000_000, 1_000_000)] {
      for colour: UInt8 in [0, 2, 3, 4, 6] {
        let bomb = pngHeader(width: width, height: height, colour: colour)
        for limit in [ImageFile.defaultPixelLimit, .max] {
          for read in [
            { _ = try Image<UInt8>(decoding: bomb, source: "x", pixelLimit: limit) },
            { _ = try Image<UInt16>(decoding: bomb, source: "x", pixelLimit: limit) },
            { _ = try Image<UInt8>(decoding: bomb, source: "x", pixelLimit: limit, sidesAtLeast: 1) },
          ] { #expect(throws: ImageError.self) { try read() } }
        }
        #expect(throws: ImageError.self) { try ImageFile.header(of: bomb, source: "x") }
      }
    }
  }
}

/// The chunks of a PNG: their names, and where they end.
private func chunks(of bytes: [UInt8]) -> [(kind: String, end: Int)] {
  var at = 8
  var result: [(String, Int)] = []
  while at + 12 <= bytes.count {
    let end = at + 12 + bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
    result.append((String(decoding: bytes[at + 4..<at + 8], as: UTF8.self), end))
    at = end
  }
  return result
}

/// Whether a scan has bits of what was told before: its header ends with that bit's place in the high half of a byte.
private func isRefinement(_ scan: [UInt8]) -> Bool {
  guard let start = scan.firstRange(of: [0xFF, 0xDA] as [UInt8])?.lowerBound else { return false }
  let components = Int(scan[start + 4])
  return scan[start + 7 + 2 * components] >= 0x10
}

/// What a JPEG has before its first scan, and its scans, each with the tables before it.
private func scans(of bytes: [UInt8]) -> (start: [UInt8], scans: [[UInt8]]) {
  var at = 2
  var (start, scans): ([UInt8], [[UInt8]]) = ([0xFF, 0xD8], [])
  var tables: [UInt8] = []
  while at + 4 < bytes.count, bytes[at + 1] != 0xD9 {
    var end = at + 2 + Int(bytes[at + 2]) << 8 + Int(bytes[at + 3])
    let kind = bytes[at + 1]
    if kind == 0xDA {
      while !(bytes[end] == 0xFF && bytes[end + 1] != 0) { end += 1 }
      scans.append(tables + bytes[at..<end])
      tables = []
    } else if kind == 0xC4 {
      tables += bytes[at..<end]
    } else {
      start += bytes[at..<end]
    }
    at = end
  }
  return (start, scans)
}

func expectError(_ bytes: [UInt8], _ name: String, _ damage: String) {
  do throws(ImageError) {
    _ = try Image<UInt8>(decoding: bytes, source: name)
    Issue.record("\(name) was accepted: \(damage)")
  } catch {
    #expect(error.description.hasPrefix("\(name): "))
  }
}
