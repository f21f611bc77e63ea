import U2NetPixels
import Testing

@Suite struct ImageTests {
  let gray = Image<UInt8>(width: 2, height: 1, channels: .gray, samples: [10, 20])
  let grayAlpha = Image<UInt8>(width: 2, height: 1, channels: .grayAlpha, samples: [10, 1, 20, 2])
  let rgb = Image<UInt8>(width: 2, height: 1, channels: .rgb, samples: [10, 11, 12, 20, 21, 22])
  let rgba = Image<UInt8>(width: 2, height: 1, channels: .rgba, samples: [10, 11, 12, 1, 20, 21, 22, 2])

  @Test func `sizes as text`() {
    #expect(PixelSize("2000x1500") == PixelSize(width: 2000, height: 1500) && PixelSize("1X65500") != nil)
    for text in ["", "2000", "x", "0x5", "5x65501", "5x5x5", "-5x5", "5 x 5", "axb"] {
      #expect(PixelSize(text) == nil, "\(text)")
    }
    #expect("\(PixelSize(width: 3, height: 4))" == "3x4")
  }

  @Test func `colours`() {
    #expect(gray.rgb.samples == [10, 10, 10, 20, 20, 20])
    #expect(grayAlpha.rgb.samples == [10, 10, 10, 20, 20, 20])
    #expect(rgb.rgb == rgb)
    #expect(rgba.rgb == rgb)
  }

  @Test func `alpha`() {
    #expect(gray.alpha == nil && rgb.alpha == nil)
    #expect(grayAlpha.alpha?.samples == [1, 2])
    #expect(rgba.alpha?.samples == [1, 2])
  }

  @Test func `planes`() {
    #expect(gray.plane(0) == gray)
    #expect(rgba.plane(2).samples == [12, 22])
  }

  @Test func `with a mask as alpha`() {
    let mask = Image<UInt8>(width: 2, height: 1, channels: .gray, samples: [7, 8])
    #expect(rgb.withAlpha(mask).samples == [10, 11, 12, 7, 20, 21, 22, 8])
    #expect(rgba.withAlpha(mask) == rgb.withAlpha(mask))
    #expect(gray.withAlpha(mask).samples == [10, 10, 10, 7, 20, 20, 20, 8])
    #expect(grayAlpha.withAlpha(mask) == gray.withAlpha(mask))
  }

  @Test func `8 and 16 bits`() {
    #expect(gray.widened.samples == [10 * 257, 20 * 257] && gray.widened.narrowed == gray)
    let deep = Image<UInt16>(width: 2, height: 1, channels: .gray, samples: [0x01FF, 0xFF00])
    #expect(deep.narrowed.samples == [0x01, 0xFF])
  }
}
