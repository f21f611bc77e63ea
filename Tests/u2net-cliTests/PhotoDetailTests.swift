import Foundation
import U2NetImageFiles
import Testing

/// What a photo's file says beside its visible pixels: hidden colours, EXIF, profiles, damage.
struct PhotoDetailTests {
  private func write(_ bytes: [UInt8], _ path: String) throws { try Data(bytes).write(to: URL(filePath: path)) }
  private func read(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

  /// A cut-out of the coffee cup by an ellipse, with `hidden` of the photo under transparency.
  private func cutout(_ hidden: (_ x: Int, _ y: Int, _ own: ArraySlice<UInt8>) -> [UInt8]) throws -> Image<UInt8> {
    let photo = try Image<UInt8>(contentsOf: photo("coffee.png")).rgb
    return Image(width: photo.width, height: photo.height, channels: .rgba) { output in
      for y in 0..<photo.height {
        for x in 0..<photo.width {
          let (dx, dy) = (Double(x - 300) / 220, Double(y - 190) / 160)
          let alpha = UInt8(min(max((1 - (dx * dx + dy * dy)) * 4, 0), 1) * 255)
          let at = y * photo.width + x, own = photo.samples[3 * at..<3 * at + 3]
          for (c, value) in (alpha == 0 ? hidden(x, y, own) : Array(own)).enumerated() { output[4 * at + c] = value }
          output[4 * at + 3] = alpha
        }
      }
    }
  }

  @Test func hiddenColoursAreBackground() throws {
    try withFolder { folder throws in
      let photos = [
        "own": try cutout { _, _, own in Array(own) },
        "black": try cutout { _, _, _ in [0, 0, 0] },
        "loud": try cutout { x, y, _ in (x / 40 + y / 40) % 2 == 0 ? [255, 0, 255] : [0, 255, 0] },
      ]
      for (name, photo) in photos { try photo.writePNG(to: "\(folder)/\(name).png") }
      let alpha = photos["own"]!.plane(3)
      let jobs: [[String]] = [
        ["mask"], ["mask", "--refine", "guided"], ["mask", "-a"], ["cutout"], ["cutout", "--background", "blur:6"],
        ["cutout", "--background", "#30c060", "--crop"], ["mask", "--depth", "16"],
      ]
      for job in jobs {
        var results: [String: Image<UInt8>] = [:]
        for name in photos.keys {
          let outcome = try run([job[0], "\(folder)/\(name).png", "-o", "\(folder)/out.png"] + job.dropFirst())
          #expect(outcome.code == 0, "\(outcome.errors)")
          results[name] = try Image<UInt8>(contentsOf: "\(folder)/out.png")
        }
        #expect(results["own"] == results["black"] && results["own"] == results["loud"], "\(job)")
        guard job[0] == "mask", let mask = results["own"] else { continue }
        #expect(zip(mask.samples, alpha.samples).allSatisfy { $0 <= $1 }, "\(job)")
        #expect(mask.samples.count { $0 > 200 } > 5000, "\(job)")
      }
      let outcome = try run([
        "cutout", "\(folder)/own.png", "-o", "\(folder)/c.png", "--mask", "\(folder)/m.png", "--keep-colors",
      ])
      #expect(outcome.code == 0, "\(outcome.errors)")
      let mask = try Image<UInt8>(contentsOf: "\(folder)/m.png")
      #expect(zip(mask.samples, alpha.samples).allSatisfy { $0 <= $1 })
      #expect(try Image<UInt8>(contentsOf: "\(folder)/c.png").plane(3) == mask)
    }
  }

  /// EXIF of both byte orders with orientation 6, sizes, and a thumbnail that says "THUMBNAIL".
  private func exif(_ isLittleEndian: Bool) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(value >> (8 * $0) & 255) }
      return isLittleEndian ? bytes : bytes.reversed()
    }
    func entry(_ tag: Int, _ kind: Int, _ value: Int) -> [UInt8] {
      number(tag, 2) + number(kind, 2) + number(1, 4) + (kind == 3 ? number(value, 2) + [0, 0] : number(value, 4))
    }
    let thumbnail: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDB] + Array("THUMBNAIL".utf8) + [0xFF, 0xD9]
    // At 8 the first directory, at 50 that of EXIF, at 92 that of the thumbnail, at 134 the thumbnail.
    var tiff = (isLittleEndian ? [0x49, 0x49] : [0x4D, 0x4D]) + number(42, 2) + number(8, 4)
    tiff += number(3, 2) + entry(0x0100, 4, 4000) + entry(0x0112, 3, 6) + entry(0x8769, 4, 50) + number(92, 4)
    tiff += number(3, 2) + entry(0x9003 + 0x5FF, 3, 1) + entry(0xA002, 4, 4000) + entry(0xA003, 3, 3000) + number(0, 4)
    tiff +=
      number(3, 2) + entry(0x0103, 3, 6) + entry(0x0201, 4, 134) + entry(0x0202, 4, thumbnail.count) + number(0, 4)
    return tiff + thumbnail
  }

  @Test func noResultCarriesTheOldPicture() throws {
    try withFolder { folder throws in
      let small = try Image<UInt8>(contentsOf: photo("coffee.png")).rgb
      for isLittleEndian in [true, false] {
        let exif = exif(isLittleEndian)
        // Written by hand: encoders leave the thumbnail out.
        let plain = try small.jpegData(source: "x")
        let length = exif.count + 8
        let segment: [UInt8] = [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + Array("Exif\0\0".utf8) + exif
        try write(plain[..<2] + segment + plain[2...], "\(folder)/photo.jpg")
        #expect(ImageFile.metadata(of: try read("\(folder)/photo.jpg")).exif == exif)
        for (command, name, more) in [
          ("mask", "out.png", []), ("mask", "out.jpg", []), ("cutout", "out.png", ["--crop"]),
          ("cutout", "out.webp", []),
          ("cutout", "out.jpg", ["--background", "white", "--size", "90x70"]),
        ] as [(String, String, [String])] {
          if name == "out.jpg", command == "mask" { continue }
          let outcome = try run([command, "\(folder)/photo.jpg", "-o", "\(folder)/\(name)"] + more)
          #expect(outcome.code == 0, "\(outcome.errors)")
          let bytes = try read("\(folder)/\(name)"), header = try ImageFile.header(of: bytes, source: name)
          let kept = try #require(ImageFile.metadata(of: bytes).exif)
          #expect(!String(decoding: bytes, as: UTF8.self).contains("THUMBNAIL"), "\(command) \(name)")
          #expect(header.orientation == .up && kept.count < exif.count)
          let numbers = numbers(of: kept, isLittleEndian)
          #expect(numbers[0x0100] == nil && numbers["next"] == 0)
          #expect(numbers[0xA002] == header.width && numbers[0xA003] == header.height, "\(command) \(name)")
        }
      }
    }
  }

  /// Values of the first directory and of EXIF's, by tag, and the offset of the next directory.
  private func numbers(of tiff: [UInt8], _ isLittleEndian: Bool) -> [AnyHashable: Int] {
    func number(_ at: Int, _ count: Int) -> Int {
      let bytes = tiff[at..<at + count]
      return (isLittleEndian ? Array(bytes.reversed()) : Array(bytes)).reduce(0) { $0 << 8 | Int($1) }
    }
    var result: [AnyHashable: Int] = [:]
    func add(_ start: Int) {
      let count = number(start, 2)
      for at in (0..<count).map({ start + 2 + 12 * $0 }) {
        result[number(at, 2)] = number(at + 8, number(at + 2, 2) == 3 ? 2 : 4)
        if [0x8769, 0xA005].contains(number(at, 2)) { add(number(at + 8, 4)) }
      }
      if start == number(4, 4) { result["next"] = number(start + 2 + 12 * count, 4) }
    }
    add(number(4, 4))
    return result
  }

  private func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
    func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    let body = kind.utf8 + data
    var crc = UInt32.max
    for byte in body {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return number(UInt32(data.count)) + body + number(~crc)
  }

  private struct Colors: Decodable {
    let wide: Data
    let asked, told: [[UInt8]]
    static func read() throws -> Colors {
      let path = package.appending(path: "Tests/ImageFilesTests/Fixtures/colours.json")
      return try JSONDecoder().decode(Colors.self, from: Data(contentsOf: path))
    }
  }

  @Test func masksAreDataWithoutColours() throws {
    try withFolder { folder throws in
      let small = try Image<UInt8>(contentsOf: photo("coffee.png"))
      var gray = [UInt8](try Colors.read().wide)
      gray.replaceSubrange(16..<20, with: Array("GRAY".utf8))
      let colors = chunk("gAMA", [0, 1, 0x86, 0xA0]) + chunk("cHRM", [UInt8](repeating: 1, count: 32))
      for (image, profile) in [(small, nil), (small.plane(0), gray), (small, [UInt8](try Colors.read().wide))] {
        var bytes = image.pngData(metadata: Metadata(profile: profile))
        bytes.insert(contentsOf: colors, at: 33)
        try write(bytes, "\(folder)/photo.png")
        for name in ["m.png", "m.jpg"] {
          #expect(try run(["mask", "\(folder)/photo.png", "-o", "\(folder)/\(name)"]).code == 0)
          let mask = try read("\(folder)/\(name)")
          #expect(ImageFile.metadata(of: mask) == Metadata(), "\(name)")
        }
        let text = String(decoding: try read("\(folder)/m.png"), as: UTF8.self)
        for kind in ["gAMA", "cHRM", "sRGB", "iCCP"] { #expect(!text.contains(kind)) }
      }
    }
  }

  @Test func backgroundsShowAsAskedInThePhotosOwnColours() throws {
    try withFolder { folder throws in
      let colors = try Colors.read()
      let small = try Image<UInt8>(contentsOf: photo("coffee.png"))
      try write(small.pngData(metadata: Metadata(profile: [UInt8](colors.wide))), "\(folder)/wide.png")
      try write(small.pngData(), "\(folder)/plain.png")
      let backdrop = Image<UInt8>(width: 1, height: 1, channels: .rgb, samples: colors.asked[0])
      try write(backdrop.pngData(), "\(folder)/backdrop.png")
      for (asked, told) in zip(colors.asked, colors.told) {
        let background = asked.map(String.init).joined(separator: ",")
        for (name, expected) in [("wide", told), ("plain", asked)] {
          for depth in ["8"] + (asked == colors.asked[0] ? ["picture"] : []) {
            let behind = depth == "picture" ? "\(folder)/backdrop.png" : background
            let result = try run(["cutout", "\(folder)/\(name).png", "-o", "\(folder)/c.png", "--background", behind])
            #expect(result.code == 0, "\(result.errors)")
            let corner = try Image<UInt8>(contentsOf: "\(folder)/c.png").samples.prefix(3)
            #expect(zip(corner, expected).allSatisfy { abs(Int($0) - Int($1)) <= 2 }, "\(name): \(corner), \(expected)")
          }
        }
      }
    }
  }

  @Test func linearPhotosKeepTheirColoursAndGetTheBackgroundAsked() throws {
    try withFolder { folder throws in
      var bytes = try Image<UInt8>(contentsOf: photo("coffee.png")).pngData()
      bytes.insert(contentsOf: chunk("gAMA", [0, 1, 0x86, 0xA0]), at: 33)
      try write(bytes, "\(folder)/linear.png")
      let arguments = ["cutout", "\(folder)/linear.png", "--background", "128,128,128", "-o"]
      #expect(try run(arguments + ["\(folder)/c.png"]).code == 0)
      // sRGB's 128 is 0.2159 of the light.
      let corner = try Image<UInt8>(contentsOf: "\(folder)/c.png").samples[0]
      #expect(abs(Int(corner) - 55) <= 2, "\(corner)")
      #expect(try run(arguments + ["\(folder)/c.jpg"]).code == 0)
      #expect(ImageFile.metadata(of: try read("\(folder)/c.jpg")).profile != nil)
    }
  }

  private struct MetadataFiles: Decodable {
    struct Profile: Decodable {
      let name: String
      let data: Data
      let remark: String?
    }
    struct Tags: Decodable { let files: [Data] }
    let profiles: [Profile]
    let tags: Tags

    static func read() throws -> MetadataFiles {
      let path = package.appending(path: "Tests/ImageFilesTests/Fixtures/metadata-files.json")
      return try JSONDecoder().decode(MetadataFiles.self, from: Data(contentsOf: path))
    }
  }

  @Test func profilesOfNoUseAreNamedAndLeftOut() throws {
    try withFolder { folder throws in
      let profiles = try MetadataFiles.read().profiles
      try FileManager.default.createDirectory(atPath: "\(folder)/in", withIntermediateDirectories: true)
      for (index, file) in profiles.enumerated() { try write([UInt8](file.data), "\(folder)/in/\(index)-\(file.name)") }
      let result = try run(["cutout", "\(folder)/in", "-o", "\(folder)/out", "--manifest", "\(folder)/log"])
      #expect(result.code == 0, "\(result.errors)")
      let log = try String(contentsOfFile: "\(folder)/log", encoding: .utf8).split(separator: "\n")
      for (index, file) in profiles.enumerated() {
        let name = "\(index)-\(file.name)", line = try #require(log.first { $0.contains(name) })
        let said = result.errors.split(separator: "\n").filter { $0.contains("\(name): its colour profile") }
        #expect(said.count == (file.remark == nil ? 0 : 1), "\(name): \(said)")
        #expect(line.contains("its colour profile") == (file.remark != nil), "\(line)")
        if let remark = file.remark { #expect(said.first?.contains(remark) == true && line.contains(remark)) }
        let cutout = try read("\(folder)/out/\(index)-\(file.name.split(separator: ".")[0]).png")
        let isGrey = file.name == "grey.jpg"  // of which cut-outs have colours
        if !isGrey { #expect((ImageFile.metadata(of: cutout).profile == nil) == (file.remark != nil), "\(name)") }
      }
    }
  }

  @Test func aTurnedPhotosResolutionIsTurned() throws {
    try withFolder { folder throws in
      let file = try MetadataFiles.read().tags.files[0]
      let exif = try #require(ImageFile.metadata(of: [UInt8](file)).exif)
      var bytes = try Image<UInt8>(contentsOf: photo("coffee.png")).rgb.jpegData(source: "x")
      // JFIF: 300 pixels per inch across and 150 down; EXIF says that it lies on its side.
      bytes.replaceSubrange(13..<18, with: [1, 1, 44, 0, 150])
      let length = exif.count + 8
      let segment: [UInt8] = [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + Array("Exif\0\0".utf8) + exif
      bytes.insert(contentsOf: segment, at: 20)
      try write(bytes, "\(folder)/photo.jpg")
      // The sensor's pixels per inch, which are there unless the picture is scaled, and sizes of the photo.
      let (sensor, related) = (0xA20E, 0x1001)
      for (more, hasSensor) in [([], true), (["--crop"], true), (["--size", "90x70"], false)] as [([String], Bool)] {
        let arguments = ["cutout", "\(folder)/photo.jpg", "-o", "\(folder)/out.jpg", "--background", "white"]
        let outcome = try run(arguments + more)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let result = try read("\(folder)/out.jpg")
        #expect(result[13..<18].elementsEqual([1, 0, 150, 1, 44]), "\(more)")
        let values = numbers(of: try #require(ImageFile.metadata(of: result).exif), true)
        #expect((values[sensor] != nil) == hasSensor && values[related] == nil, "\(more)")
      }
    }
  }

  @Test func whatIsDamagedButWholeIsRemarkedOn() throws {
    try withFolder { folder throws in
      let small = try Image<UInt8>(contentsOf: photo("coffee.png")).rgb
      try write(try small.jpegData(source: "x").dropLast(2), "\(folder)/open.jpg")
      try write(small.pngData().dropLast(12), "\(folder)/open.png")
      for name in ["open.jpg", "open.png"] {
        let result = try run(["mask", "\(folder)/\(name)", "-o", "\(folder)/m.png", "--manifest", "\(folder)/log"])
        #expect(result.code == 0)
        #expect(result.errors.contains("\(folder)/\(name): ") && result.errors.contains("all pixels are there"))
      }
      let log = try String(contentsOfFile: "\(folder)/log", encoding: .utf8)
      #expect(log.split(separator: "\n").count { $0.contains("all pixels are there") } == 2)
    }
  }

  @Test func aHeaderThatLiesEndsNoBatch() throws {
    try withFolder { folder throws in
      func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 255) } }
      let bomb =
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        + chunk("IHDR", number(Int(Int32.max)) + number(Int(Int32.max)) + [8, 6, 0, 0, 0]) + chunk("IDAT", [])
      try FileManager.default.createDirectory(atPath: "\(folder)/in", withIntermediateDirectories: true)
      try write(bomb, "\(folder)/in/a.png")
      try write(try read(photo("coffee.png")), "\(folder)/in/b.png")
      for more in [[], ["--max-megapixels", "1000000"]] {
        let result = try run(["mask", "\(folder)/in", "-o", "\(folder)/out", "--existing", "overwrite"] + more)
        #expect(result.code == 1 && result.errors.contains("a.png: 2147483647 x 2147483647 pixels are more"))
        #expect(files(in: "\(folder)/out") == ["b.png"])
      }
    }
  }
}
