import U2NetImageFiles
import Testing

/// What is read once is what is read by parts.
@Suite struct PictureFileTests {
  private static let names =
    Golden.values.png.map(\.name) + Golden.values.jpeg.map(\.name) + Golden.values.webP.map(\.name)
    + ["metadata.png", "metadata.jpg", "metadata.webp", "orientation-6.webp", "animation.webp"]

  @Test(arguments: names)
  func `an opened file has its header, metadata and pixels`(_ name: String) throws {
    let bytes = fixture(name)
    let file = try PictureFile(bytes, source: name)
    #expect(file.header == (try ImageFile.header(of: bytes, source: name)))
    #expect(file.metadata == ImageFile.metadata(of: bytes))
    #expect(file.byteCount == bytes.count)
    let image = try file.image()
    #expect(image == (try Image<UInt8>(decoding: bytes, source: name)))
    #expect([image.width, image.height] == [file.header.width, file.header.height])
    #expect(image.channels == file.header.channels)
    #expect(try file.deepImage() == Image<UInt16>(decoding: bytes, source: name))
    #expect(try file.image(sidesAtLeast: 3) == Image<UInt8>(decoding: bytes, source: name, sidesAtLeast: 3))
    // It can be decoded again.
    #expect(try file.image() == image)
  }

  @Test func `a file that is too large or none is not opened`() {
    let bytes = fixture("rgb-8.png")
    #expect(throws: ImageError.tooLarge(source: "x", width: 19, height: 13, limit: 100)) {
      try PictureFile(bytes, source: "x", pixelLimit: 100)
    }
    #expect(throws: ImageError.empty(source: "x")) { try PictureFile([], source: "x") }
    #expect(throws: ImageError.unrecognized(source: "x", start: [1, 2])) { try PictureFile([1, 2], source: "x") }
  }
}
