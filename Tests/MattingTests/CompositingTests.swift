import U2NetPixels
import U2NetMatting
import Testing

@Suite struct CompositingTests {
  private let magenta = Color(red: 255, green: 0, blue: 255)

  /// All pairs of colour and alpha.
  private let all = picture(256, 256, .rgba) { x, y, c in UInt8(c == 3 ? y : x) }

  @Test func `rounding to the nearest, for all colours and alphas`() {
    let result = all.composited(over: Color(red: 255, green: 0, blue: 77))
    #expect(result.channels == .rgb)
    for (pixel, c) in [(0, 255), (1, 0), (2, 77)] {
      for y in 0..<256 {
        for x in 0..<256 {
          let exact = (Double(x * y) + Double(c * (255 - y))) / 255
          #expect(result.samples[(y * 256 + x) * 3 + pixel] == UInt8(exact.rounded()))
        }
      }
    }
    #expect(all.composited(over: magenta, threads: 3) == all.composited(over: magenta))
  }

  @Test func `16 bits and floats`() {
    let wide = Image<UInt16>(
      width: 3, height: 1, channels: .rgba,
      samples: [65535, 0, 9, 65535, 65535, 65535, 65535, 0, 65535, 30000, 1, 32768])
    #expect(wide.composited(over: magenta).samples == [65535, 0, 9, 65535, 0, 65535, 65535, 15000, 32768])
    let float = Image<Float>(width: 1, height: 1, channels: .rgba, samples: [0.5, 1, 0, 0.25])
    #expect(float.composited(over: magenta).samples == [0.875, 0.25, 0.75])
  }

  @Test func `over a colour that is not opaque`() {
    let clear = Color(red: 9, green: 8, blue: 7, alpha: 0)
    let over = all.composited(over: clear)
    #expect(over.alpha == all.alpha)
    for pixel in 256..<65536 { #expect(over.samples[4 * pixel] == all.samples[4 * pixel]) }
    let half = Color(red: 100, green: 0, blue: 200, alpha: 128)
    let pixel = Image<UInt8>(width: 2, height: 1, channels: .rgba, samples: [0, 0, 0, 0, 200, 100, 0, 128])
    // alpha = 128/255 + 128/255 (1 - 128/255) = 0.7520; red = (200 0.50196 + 100 0.25) / 0.7520
    #expect(pixel.composited(over: half).samples == [100, 0, 200, 128, 167, 67, 66, 192])
  }

  @Test func `a picture covers, cut equally at both ends`() {
    let clear = picture(6, 4, .rgba) { _, _, _ in UInt8(0) }
    let wide = picture(16, 4, .rgb) { x, _, c in UInt8(10 * x + c) }
    let middle = clear.composited(over: wide)
    #expect(middle == wide.cropped(to: PixelRect(x: 5, y: 0, width: 6, height: 4)))
    let tall = picture(6, 20, .gray) { _, y, _ in UInt8(y) }
    #expect(clear.composited(over: tall) == tall.rgb.cropped(to: PixelRect(x: 0, y: 8, width: 6, height: 4)))
    let small = picture(3, 2, .rgba) { _, _, _ in UInt8(50) }
    #expect(clear.composited(over: small).samples.allSatisfy { $0 == 50 }, "its alpha does not count")
    let dot = picture(1, 1, .rgb) { _, _, c in UInt16(c) }
    let full = picture(5, 300, .rgba) { _, _, c in c == 3 ? UInt16.max : 7 }
    #expect(full.composited(over: dot).samples.allSatisfy { $0 == 7 })
  }

  @Test(arguments: [1.5, 12])
  func `the blurred background has nothing of the object`(sigma: Double) {
    let photo = picture(60, 40, .rgb) { x, _, c in 20..<40 ~= x ? UInt8(c == 0 ? 250 : 0) : 90 }
    let alpha = gray(60, 40) { x, _ in 20..<40 ~= x ? UInt8(255) : 0 }
    let over = photo.withAlpha(alpha).composited(overBlurred: photo, sigma: sigma)
    for x in 0..<60 {
      for c in 0..<3 {
        let sample = Int(over.samples[3 * (20 * 60 + x) + c]), expected = Int(photo.samples[3 * x + c])
        #expect(abs(sample - expected) <= 1, "column \(x)")
      }
    }
  }
}
