import Foundation
import Testing
import U2NetImageFiles

/// `--trimap` and `--plate`: pictures that go with photos.
struct CompanionTests {
  private let width = 60, height = 50

  /// A disc of one colour on another, and what is known of it.
  private func scene(_ x0: Int) -> (photo: Image<UInt8>, trimap: Image<UInt8>) {
    func distance(_ i: Int) -> Double { hypot(Double(i % width - x0), Double(i / width - 25)) }
    let places = 0..<width * height
    return (
      Image(
        width: width, height: height, channels: .rgb,
        samples: places.flatMap { distance($0) < 12 ? [200, UInt8(80 + $0 % 5), 40] : [20, UInt8(60 + $0 % 7), 120] }),
      Image(
        width: width, height: height, channels: .gray,
        samples: places.map { distance($0) < 8 ? 255 : distance($0) > 16 ? 0 : 128 })
    )
  }

  private func write(_ bytes: [UInt8], _ path: String) throws {
    let url = URL(filePath: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  private func alpha(_ path: String) throws -> Image<UInt8> { try Image<UInt8>(contentsOf: path) }

  /// Tells whether the mask is the disc at `x0`, which no network sees in so small a picture to the pixel.
  private func expectDisc(_ path: String, at x0: Int) throws {
    let mask = try alpha(path), truth = scene(x0).photo
    for i in mask.samples.indices {
      let isObject = truth.samples[3 * i] == 200
      #expect(isObject ? mask.samples[i] > 200 : mask.samples[i] < 55, "\(path) \(i % width) \(i / width)")
    }
  }

  @Test func `one trimap serves all photos, a folder has one for each, whatever its format and depth`() throws {
    try withFolder { folder in
      let (left, right) = (scene(22), scene(38))
      try write(left.photo.pngData(), "\(folder)/photos/left.png")
      try write(right.photo.pngData(), "\(folder)/photos/deeper/right.png")
      try write(left.trimap.rgb.pngData(), "\(folder)/trimaps/left.png")
      try write(right.trimap.converted(to: UInt16.self).pngData(), "\(folder)/trimaps/deeper/right.PNG")
      var result = try run([
        "mask", "\(folder)/photos", "-o", "\(folder)/masks", "--trimap", "\(folder)/trimaps", "--quiet",
      ])
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      try expectDisc("\(folder)/masks/left.png", at: 22)
      try expectDisc("\(folder)/masks/deeper/right.png", at: 38)

      let photo = "\(folder)/photos/left.png"
      result = try run([
        "mask", photo, "-o", "\(folder)/one.png", "--trimap", "\(folder)/trimaps/left.png", "-a", "--matting", "exact",
      ])
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      #expect(try alpha("\(folder)/one.png") == alpha("\(folder)/masks/left.png"))
    }
  }

  @Test func `a trimap that is none of the photo is said, and nothing is made`() throws {
    try withFolder { folder in
      let (photo, trimap) = scene(30)
      try write(photo.pngData(), "\(folder)/photos/a.png")
      let known = { (level: UInt8) in
        Image<UInt8>(
          width: width, height: height, channels: .gray,
          samples: trimap.samples.map { $0 == level ? 128 : $0 })
      }
      let small = Image<UInt8>(width: 5, height: 5, channels: .gray, samples: Array(repeating: 128, count: 25))
      for (bytes, words) in [
        (small.pngData(), ["a.png: its trimap", "5 x 5", "60 x 50"]),
        (known(255).pngData(), ["a.png: its trimap", "knows no object"]),
        (known(0).pngData(), ["a.png: its trimap", "knows no background"]),
        (Array("none".utf8), ["t.png", "not a picture"]),
      ] {
        try write(bytes, "\(folder)/t.png")
        let result = try run(["mask", "\(folder)/photos/a.png", "-o", "\(folder)/m.png", "--trimap", "\(folder)/t.png"])
        #expect(result.code == 1 && words.allSatisfy(result.errors.contains), "\(result.errors)")
      }
      var result = try run(["mask", "\(folder)/photos/a.png", "-o", "\(folder)/m.png", "--trimap", "\(folder)/no.png"])
      #expect(result.code == 1 && result.errors.contains("no.png"), "\(result.errors)")

      try write(trimap.pngData(), "\(folder)/trimaps/b.png")
      let arguments = ["mask", "\(folder)/photos", "-o", "\(folder)/masks", "--trimap", "\(folder)/trimaps"]
      result = try run(arguments)
      #expect(result.code == 1 && result.errors.contains("no trimap: there is no \(folder)/trimaps/a.png"))
      try write(trimap.pngData(), "\(folder)/trimaps/a.png")
      try write(trimap.jpegData(quality: 90, source: "a"), "\(folder)/trimaps/a.jpg")
      result = try run(arguments)
      #expect(result.code == 1 && result.errors.contains("which is its trimap"), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/m.png") && files(in: "\(folder)/masks").isEmpty)
    }
  }

  @Test func `no result takes a trimap's place`() throws {
    try withFolder { folder in
      let (photo, trimap) = scene(30)
      try write(photo.pngData(), "\(folder)/photos/a.png")
      try write(trimap.pngData(), "\(folder)/trimaps/a.png")
      for output in ["\(folder)/trimaps", "\(folder)/trimaps/a.png"] {
        let input = output.hasSuffix(".png") ? "\(folder)/photos/a.png" : "\(folder)/photos"
        for trimaps in ["\(folder)/trimaps", "\(folder)/trimaps/a.png"] {
          let result = try run(["mask", input, "-o", output, "--trimap", trimaps, "--existing", "overwrite"])
          #expect(result.code == 1 && result.errors.contains("would replace a trimap"), "\(result.errors)")
        }
      }
      #expect(try alpha("\(folder)/trimaps/a.png") == trimap)
    }
  }

  @Test func `a plate brings back what the network misses, and one that does not fit is said`() throws {
    try withFolder { folder in
      let seen = try Image<UInt8>(contentsOf: photo("rocket.jpg")), side = 220
      func part(_ object: Bool) -> Image<UInt8> {
        Image(
          width: side, height: side, channels: .rgb,
          samples: (0..<side * side).flatMap { i -> [UInt8] in
            let (x, y) = (i % side, i / side)
            if object, (40..<90).contains(x), (50..<170).contains(y) { return [20, 190, 60] }
            let at = 3 * ((y + 20) * seen.width + x + 10)
            return Array(seen.samples[at..<at + 3])
          })
      }
      try write(part(true).pngData(), "\(folder)/photos/a.png")
      try write(part(false).pngData(), "\(folder)/plates/a.png")
      var result = try run(["mask", "\(folder)/photos", "-o", "\(folder)/m", "--plate", "\(folder)/plates"])
      #expect(result.code == 0 && !result.errors.contains("without the plate"), "\(result.errors)")
      let mask = try alpha("\(folder)/m/a.png")
      let off = mask.samples.indices.reduce(0) { sum, i in
        let isObject = (40..<90).contains(i % side) && (50..<170).contains(i / side)
        return sum + abs(Int(mask.samples[i]) - (isObject ? 255 : 0))
      }
      #expect(off < 2 * side * side, "\(off)")

      result = try run([
        "mask", "\(folder)/photos/a.png", "-o", "\(folder)/other.png", "--plate", photo("coffee.png"),
      ])
      #expect(result.code == 0 && result.errors.contains("a.png: done without the plate: the plate does not fit"))
      #expect(result.errors.contains("(\(photo("coffee.png")))"), "\(result.errors)")
      // Where the network sees nothing at all that is said, too.
      try write(
        Image<UInt8>(width: 64, height: 64, channels: .rgb, samples: Array(repeating: 90, count: 12288)).pngData(),
        "\(folder)/grey.png")
      result = try run(["mask", "\(folder)/grey.png", "-o", "\(folder)/none.png", "--plate", photo("coffee.png")])
      #expect(result.code == 0 && result.errors.contains("grey.png: done without the plate"), "\(result.errors)")
      let plain = try run(["mask", "\(folder)/photos/a.png", "-o", "\(folder)/plain.png"])
      #expect(try plain.code == 0 && alpha("\(folder)/other.png") == alpha("\(folder)/plain.png"))
    }
  }

  @Test(arguments: [["-a"], ["--trimap", "t.png"], ["--refine", "guided"], ["--post-process"]])
  func `what a plate takes the effect from is said`(_ flags: [String]) throws {
    let flag = flags[0] == "-a" ? "--alpha-matting" : flags[0]
    try expectWrongUsage(["mask", "a.png", "-o", "m.png", "--plate", "p.png"] + flags, naming: [flag, "--plate"])
  }

  @Test(arguments: [["-af", "200"], ["-ab", "3"], ["-ae", "4"], ["--refine", "guided"], ["--post-process"]])
  func `what a trimap takes the effect from is said`(_ flags: [String]) throws {
    try expectWrongUsage(
      ["mask", "a.png", "-o", "m.png", "--trimap", "t.png"] + flags, naming: [flags[0], "--trimap"])
  }
}
