import Images
import Testing

@Suite struct EncodingTests {
  @Test(arguments: Channels.allCases)
  func `8 bits round trip`(_ channels: Channels) throws {
    for (width, height) in [(1, 1), (1, 50), (50, 1), (67, 43)] {
      let image = texture(width, height, channels)
      for level in [0, 1, 9] {
        #expect(try Image<UInt8>(decoding: image.pngData(compression: level), source: "x") == image)
      }
      let header = try ImageFile.header(of: image.pngData(), source: "x")
      #expect(header.bitDepth == 8 && header.channels == channels)
    }
  }

  @Test(arguments: Channels.allCases)
  func `16 bits round trip`(_ channels: Channels) throws {
    var random = Seeded(state: 5)
    let image = Image<UInt16>(width: 31, height: 17, channels: channels) { output in
      for i in output.indices { output[i] = .random(in: 0 ... .max, using: &random) }
    }
    let bytes = image.pngData()
    #expect(try ImageFile.header(of: bytes, source: "x").bitDepth == 16)
    #expect(try Image<UInt16>(decoding: bytes, source: "x") == image)
    #expect(try Image<UInt8>(decoding: bytes, source: "x").samples == image.samples.map { UInt8($0 >> 8) })
  }
}
