import Foundation
import U2NetImages
import Testing

/// Nothing that looks like a picture is passed over without a word.
struct PassedOverTests {
  private func heif(_ brand: String) -> Data {
    Data([0, 0, 0, 24] + "ftyp\(brand)\0\0\0\0\(brand)mif1".utf8) + Data(count: 40)
  }

  private var photo: Data {
    let samples = (0..<40 * 40).flatMap { i -> [UInt8] in
      (10..<30).contains(i % 40) && (10..<30).contains(i / 40) ? [230, 60, 30] : [20, 25, 40]
    }
    return Data(Image<UInt8>(width: 40, height: 40, channels: .rgb, samples: samples).pngData())
  }

  private func withFiles<R>(_ contents: [String: Data], _ body: (String) throws -> R) throws -> R {
    try withFolder { folder throws in
      for (name, data) in contents {
        let url = URL(filePath: "\(folder)/in/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
      }
      return try body(folder)
    }
  }

  private func mask(_ folder: String, _ more: [String] = []) throws -> Outcome {
    try run(["mask", "\(folder)/in", "-o", "\(folder)/out", "--input-size", "32"] + more)
  }

  @Test func whatCannotBeReadIsNamedCountedAndInTheManifest() throws {
    let unreadable: [String: Data] = [
      "a.heic": heif("heic"), "b.avif": heif("avif"), "c.gif": Data("GIF89a".utf8) + Data(count: 20),
      "d.tif": Data("II*\0".utf8) + Data(count: 20),
      "e.bmp": Data("BM".utf8) + Data(count: 12) + Data([40, 0, 0, 0]) + Data(count: 40),
      "f.jxl": Data([0xFF, 0x0A]) + Data(count: 20), "g.psd": Data("8BPS".utf8) + Data(count: 20),
      "noextension": heif("heix"), "wrong.txt": Data("GIF87a".utf8) + Data(count: 20), "h.cr2": Data("what".utf8),
      "i.svg": Data("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8), "good.heic": Data(), "j.jp2": Data("x".utf8),
    ]
    let others = [
      "notes.txt": Data("BM is not a bitmap, P1 is no picture".utf8), "data.json": Data("{}".utf8), "empty": Data(),
    ]
    try withFiles(unreadable.merging(others) { $1 }.merging(["good.png": photo]) { $1 }) { folder throws in
      let result = try mask(folder, ["--manifest", "\(folder)/m.jsonl"])
      #expect(result.code == 1 && files(in: "\(folder)/out") == ["good.png"])
      for name in unreadable.keys { #expect(result.errors.contains("/\(name): "), "\(name): \(result.errors)") }
      for name in others.keys { #expect(!result.errors.contains("/\(name)"), "\(name): \(result.errors)") }
      for name in ["HEIC", "AVIF", "GIF", "TIFF", "BMP", "JPEG XL", "Photoshop", "SVG", "raw photo"] {
        #expect(result.errors.contains(name), "\(name)")
      }
      #expect(result.errors.contains("\(unreadable.count) of \(unreadable.count + 1) photos failed"))
      let lines = try String(contentsOf: URL(filePath: "\(folder)/m.jsonl"), encoding: .utf8).split(separator: "\n")
      #expect(lines.count == unreadable.count + 1 && lines.count { $0.contains("\"failed\"") } == unreadable.count)
    }
  }

  @Test func whatCanBeReadIsTakenWhateverItIsCalled() throws {
    let jpeg = Data(try Image<UInt8>(decoding: [UInt8](photo), source: "p").jpegData(quality: 90, source: "p"))
    let names = ["a.jfif", "b.jpe", "c.mpo", "d", "e.tif", "f.dat", "g.JPG", "h.png", "i.heic"]
    try withFiles(Dictionary(uniqueKeysWithValues: names.map { ($0, $0 == "f.dat" ? photo : jpeg) })) { folder throws in
      let result = try mask(folder)
      #expect(result.code == 0, "\(result.errors)")
      #expect(files(in: "\(folder)/out") == ["a", "b", "c", "d", "e", "f", "g", "h", "i"].map { "\($0).png" })
    }
  }

  @Test func aFolderOfUnreadablePicturesFails() throws {
    try withFiles(["a.heic": heif("heic"), "b.heic": heif("heic")]) { folder throws in
      let result = try mask(folder)
      #expect(result.code == 1 && result.errors.contains("a.heic") && result.errors.contains("2 of 2 photos failed"))
      let single = try run(["mask", "\(folder)/in", "-o", "\(folder)/out", "--include", "a*"])
      #expect(single.code == 1 && single.errors.contains("a.heic"))
    }
    try withFiles(["a.txt": Data("text".utf8), "b.txt": Data("text".utf8)]) { folder throws in
      let result = try mask(folder)
      #expect(result.code == 1 && result.errors.contains("2 other files"))
    }
  }

  /// iPhones put both into one folder: only one of them can have a result.
  @Test func anUnreadablePictureIsNoRival() throws {
    try withFiles(["IMG_1.heic": heif("heic"), "IMG_1.png": photo]) { folder throws in
      let result = try mask(folder)
      #expect(result.code == 1 && files(in: "\(folder)/out") == ["IMG_1.png"], "\(result.errors)")
      #expect(result.errors.contains("IMG_1.heic") && result.errors.contains("1 of 2 photos failed"))
      let names = ["\(folder)/in/IMG_1.heic", "\(folder)/in/IMG_1.png"]
      let named = try run(["mask"] + names + ["-o", "\(folder)/named", "--input-size", "32"])
      #expect(named.code == 1 && files(in: "\(folder)/named") == ["IMG_1.png"], "\(named.errors)")
      let single = try run(["mask", names[0], "-o", "\(folder)/m.png"])
      #expect(single.code == 1 && single.errors.contains("IMG_1.heic: this looks like HEIC"), "\(single.errors)")
    }
  }

  /// A pipe that nobody writes to, a socket, a device: opened, they would have the program wait.
  @Test func whatIsNoFileIsNamedAndNotWaitedFor() throws {
    try withFiles(["good.png": photo, "notes.txt": Data("text".utf8)]) { folder throws in
      for name in ["pipe.jpg", "pipe.heic", "pipe.txt", "pipe"] { #expect(mkfifo("\(folder)/in/\(name)", 0o600) == 0) }
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/in/null.png", withDestinationPath: "/dev/null")
      let result = try mask(folder, ["--manifest", "\(folder)/m.jsonl"])
      #expect(
        result.code == 1 && files(in: "\(folder)/out") == ["good.png"] && result.errors.contains("3 of 4 photos failed")
      )
      for said in ["pipe.jpg: this is a named pipe", "pipe.heic: this is a named pipe", "null.png: this is a device"] {
        #expect(result.errors.contains(said), "\(result.errors)")
      }
      let lines = try String(contentsOf: URL(filePath: "\(folder)/m.jsonl"), encoding: .utf8).split(separator: "\n")
      #expect(lines.count { $0.contains("\"failed\"") } == 3)
    }
  }

  @Test func picturesAreKnownByTheirContents() throws {
    let targa = Data([0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 0, 30, 0, 24, 0]) + Data(count: 3600)
    let icon = Data([0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, 0x68, 4, 0, 0, 22, 0, 0, 0]) + Data(count: 1128)
    let unreadable: [String: Data] = [
      "a": targa, "b.dat": icon, "c.bin": Data([10, 5, 1, 8, 0, 0, 0, 0, 39, 0, 29, 0]) + Data(count: 200),
      "d": Data([1, 0xDA, 1, 1, 0, 3, 0, 40, 0, 30, 0, 3]) + Data(count: 600),
      "e.txt": Data("%!PS-Adobe-3.0 EPSF-3.0\n".utf8), "f": Data("Image type: RGB image\r\n".utf8),
      "g.sgi": Data("what".utf8), "h.eps": Data("what".utf8), "i.im": Data("what".utf8), "j.ras": Data("what".utf8),
    ]
    try withFiles(unreadable.merging(["k.png": photo, "l.txt": Data("Image types".utf8)]) { $1 }) { folder throws in
      let result = try mask(folder)
      #expect(result.code == 1 && result.errors.contains("10 of 11 photos failed"), "\(result.errors)")
      for name in unreadable.keys { #expect(result.errors.contains("/\(name): "), "\(name): \(result.errors)") }
      for name in ["Targa", "icon", "PCX", "SGI", "EPS", "IM"] { #expect(result.errors.contains(name), "\(name)") }
    }
  }

  /// Lists of names that would be read as other names.
  @Test func listsAreReadRightOrRefused() throws {
    try withFiles(["a.png": photo, "b.png": photo, "c.png": photo]) { folder throws in
      let list = "\(folder)/list", names = ["a", "b"].map { "\(folder)/in/\($0).png" }
      func masks(_ data: Data) throws -> (Outcome, [String]) {
        try data.write(to: URL(filePath: list))
        let out = "\(folder)/\(UUID())/"
        let result = try run(["mask", "--files-from", list, "-o", out, "--input-size", "32"])
        return (result, files(in: out).map { String($0.split(separator: "/").last!) })
      }
      for text in [
        "\(names[0])\r\(names[1])\r", "\(names[0])\r\n\(names[1])\r\n\u{1A}", "\(names[0])\n\(names[1])\u{1A}",
      ] {
        let (result, made) = try masks(Data(text.utf8))
        #expect(result.code == 0 && made == ["a.png", "b.png"], "\(result.errors)")
      }
      for order in [String.Encoding.utf16LittleEndian, .utf16BigEndian, .utf16] {
        let (result, made) = try masks(try #require(names[0].data(using: order)))
        #expect(result.code == 1 && made.isEmpty && result.errors.contains("\(list): this list is in UTF-16"))
      }
      let (picture, made) = try masks(photo)
      #expect(picture.code == 1 && made.isEmpty && picture.errors.contains("\(list): this is a PNG file, no list"))
    }
  }
}
