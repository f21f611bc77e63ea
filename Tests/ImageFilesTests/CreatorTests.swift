import Foundation
import Testing
import U2NetFiles
import U2NetImageFiles

/// Who made a picture, written into each format and read without the pixels.
struct CreatorTests {
  private let image = Image<UInt8>(
    width: 300, height: 200, channels: .rgb, samples: (0..<180_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) })

  private func metadata(_ creator: String?) -> Metadata {
    var metadata = Metadata(
      exif: [0x49, 0x49, 42, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0], density: PixelDensity(horizontal: 300, vertical: 300))
    metadata.creator = creator
    return metadata
  }

  private func encoded(_ creator: String?) throws -> [[UInt8]] {
    let metadata = metadata(creator)
    var only = Metadata()
    only.creator = creator
    return [
      image.pngData(metadata: metadata), try image.jpegData(metadata: metadata, source: "j"),
      try image.webPData(.lossless, metadata: metadata, source: "w"),
      try image.webPData(.lossless, metadata: only, source: "w"),
    ]
  }

  private func creator(_ bytes: [UInt8]) throws -> String? {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(filePath: path))
    return ImageFile.creator(of: FilePath(path))
  }

  @Test func creatorsAreFoundAndChangeNothingElse() throws {
    for (marked, plain) in zip(try encoded("a tool of 1 word"), try encoded(nil)) {
      #expect(try creator(marked) == "a tool of 1 word" && creator(plain) == nil)
      #expect(ImageFile.metadata(of: marked) == ImageFile.metadata(of: plain))
      #expect(
        try Image<UInt8>(decoding: marked, source: "m") == Image<UInt8>(decoding: plain, source: "p"))
      #expect(try ImageFile.header(of: marked, source: "m") == ImageFile.header(of: plain, source: "p"))
    }
  }

  /// As other programs write it when they have changed the file.
  @Test func creatorsAreFoundAsElements() throws {
    let data = Array("http://ns.adobe.com/xap/1.0/\0<xmp:CreatorTool>some tool</xmp:CreatorTool>".utf8)
    let segment = [0xFF, 0xE1, 0, UInt8(data.count + 2)] + data
    let jpeg = try image.jpegData(source: "j")
    func inserted(_ parts: [UInt8]) -> [UInt8] { Array(jpeg[..<2]) + parts + Array(jpeg[2...]) }
    #expect(try creator(inserted([0xFF] + segment)) == "some tool")
    // Behind 128 KB of other metadata.
    let long = [0xFF, 0xEC, 0xFF, 0xFF] + [UInt8](repeating: 0xFF, count: 65533)
    #expect(try creator(inserted(long + long + segment)) == "some tool")
    #expect(try creator(inserted(long + long)) == nil)
  }

  @Test func damagedFilesHaveNone() throws {
    for marked in try encoded("tool") {
      for count in [0, 3, 11, 20, 40, 60, 100] { #expect(try creator(Array(marked[..<count])) == nil, "\(count)") }
    }
    #expect(try creator(Array("no picture".utf8)) == nil)
    #expect(ImageFile.creator(of: "/dev/zero") == nil && ImageFile.creator(of: "/nowhere") == nil)
  }
}
