import PixelsTestSupport
import U2NetPixels
import Testing

@Suite struct ResamplingTests {
  private func filter(_ name: String) -> ResampleFilter { name == "lanczos" ? .lanczos : .bilinear }

  @Test func `8 bits, as Pillow to the bit`() {
    for golden in Golden.values.bytes {
      let (s, channels) = (golden.sizes, Channels(rawValue: golden.channels)!)
      let image = texture(s[0], s[1], channels)
      for threads in [1, 2, 3, 7] {
        let resized = image.resized(width: s[2], height: s[3], filter: filter(golden.filter), threads: threads)
        #expect([resized.width, resized.height] == [s[2], s[3]])
        #expect(resized.channels == channels)
        #expect(Array(resized.samples.prefix(8)) == golden.start, "\(golden)")
        #expect(fnv(resized.samples) == golden.fnv, "\(golden), \(threads) threads")
      }
    }
  }

  @Test func `floating point, as Pillow`() {
    for golden in Golden.values.floats {
      let s = golden.sizes
      let bytes = texture(s[0], s[1], .gray)
      let image = Image<Float>(
        width: s[0], height: s[1], channels: .gray, samples: bytes.samples.map { Float($0) / 8 - 10 })
      let resized = image.resized(width: s[2], height: s[3], filter: filter(golden.filter))
      #expect(zip(resized.samples.prefix(8), golden.start).allSatisfy { abs($0 - $1) < 1e-5 }, "\(golden)")
      #expect(zip(resized.samples.suffix(8), golden.end).allSatisfy { abs($0 - $1) < 1e-5 }, "\(golden)")
      #expect(abs(resized.samples.reduce(0) { $0 + Double($1) } - golden.sum) < 1e-6 * Double(s[2] * s[3]))
      for threads in [2, 5] {
        #expect(
          image.resized(width: s[2], height: s[3], filter: filter(golden.filter), threads: threads) == resized)
      }
    }
  }

  @Test func `channels of a floating point image are independent`() {
    for channels in Channels.allCases {
      let bytes = texture(40, 30, channels)
      let image = Image<Float>(width: 40, height: 30, channels: channels, samples: bytes.samples.map(Float.init))
      let resized = image.resized(width: 23, height: 47, filter: .lanczos)
      for c in 0..<channels.rawValue {
        #expect(resized.plane(c) == image.plane(c).resized(width: 23, height: 47, filter: .lanczos))
      }
    }
  }

  @Test func `the same size is the same image`() {
    let image = texture(21, 14, .rgb)
    for filter in ResampleFilter.allCases { #expect(image.resized(width: 21, height: 14, filter: filter) == image) }
  }

  /// One row of ten pixels, measured with Pillow.
  @Test func `a row of ten`() {
    let row = Image<UInt8>(
      width: 10, height: 1, channels: .gray, samples: [0, 10, 50, 90, 200, 255, 128, 64, 32, 16])
    func resized(_ width: Int, _ filter: ResampleFilter) -> [UInt8] {
      row.resized(width: width, height: 1, filter: filter).samples
    }
    #expect(resized(4, .lanczos) == [1, 141, 172, 19])
    #expect(resized(4, .bilinear) == [20, 129, 156, 39])
    #expect(resized(16, .lanczos) == [0, 1, 12, 39, 58, 86, 147, 222, 255, 210, 121, 75, 53, 33, 20, 15])
    #expect(resized(16, .bilinear) == [0, 4, 13, 38, 63, 88, 152, 210, 245, 199, 124, 84, 54, 34, 23, 16])
  }

  /// Measured with Pillow on the image (7x + 13y) mod 256 of 53 x 37 pixels: sums of all samples, first rows.
  @Test func `a ramp in two dimensions`() {
    let ramp = rampImage()
    func check(_ width: Int, _ height: Int, _ filter: ResampleFilter, sum: Int, row: [UInt8]) {
      let resized = ramp.resized(width: width, height: height, filter: filter)
      #expect(resized.samples.reduce(0) { $0 + Int($1) } == sum)
      #expect(Array(resized.samples.prefix(row.count)) == row)
    }
    check(
      20, 16, .lanczos, sum: 41_054,
      row: [15, 33, 52, 70, 89, 108, 126, 145, 163, 180, 195, 232, 229, 112, 17, 37, 56, 74, 93, 111])
    check(
      80, 64, .lanczos, sum: 656_761,
      row: [0, 2, 7, 12, 16, 21, 26, 30, 35, 40, 44, 49, 54, 58, 63, 68, 72, 77, 81, 86])
    check(
      20, 16, .bilinear, sum: 41_069,
      row: [19, 35, 54, 73, 91, 109, 128, 146, 165, 184, 202, 221, 205, 110, 30, 39, 57, 76, 95, 111])
    check(
      80, 64, .bilinear, sum: 656_725,
      row: [0, 3, 8, 13, 17, 22, 27, 31, 36, 41, 45, 50, 54, 59, 64, 68, 73, 78, 82, 87])
  }
}

func rampImage() -> Image<UInt8> {
  Image(width: 53, height: 37, channels: .gray) { output in
    for i in output.indices { output[i] = UInt8(truncatingIfNeeded: 7 * (i % 53) + 13 * (i / 53)) }
  }
}

@Suite struct UnantialiasedResizeTests {
  @Test func `as scikit-image`() {
    for golden in Golden.values.unantialiased {
      let s = golden.sizes
      let samples = texture(s[0], s[1], .rgb).samples.map { max($0, golden.least) }
      let image = Image<UInt8>(width: s[0], height: s[1], channels: .rgb, samples: samples)
      let resized = image.resizedBilinearWithoutAntialiasing(width: s[2], height: s[3])
      #expect([resized.width, resized.height] == [s[2], s[3]])
      #expect(zip(resized.samples, golden.start).allSatisfy { abs($0 - $1) < 1e-6 }, "\(golden)")
      #expect(zip(resized.samples.suffix(24), golden.end).allSatisfy { abs($0 - $1) < 1e-6 }, "\(golden)")
      #expect(abs(resized.samples.reduce(0) { $0 + Double($1) } - golden.sum) < 1e-6 * Double(3 * s[2] * s[3]))
    }
  }

  /// Measured with scikit-image on the image (7x + 13y) mod 256 of 53 x 37 pixels: sums of all samples, first rows.
  @Test func `a ramp in two dimensions`() {
    let small = rampImage().resizedBilinearWithoutAntialiasing(width: 20, height: 16)
    #expect(abs(small.samples.reduce(0) { $0 + Double($1) } - 160.91215686274506) < 1e-4)
    let smallStart: [Float] = [0.05610294, 0.12884804, 0.20159314, 0.27433824, 0.34708333, 0.41982843, 0.49257353]
    #expect(zip(small.samples, smallStart).allSatisfy { abs($0 - $1) < 1e-6 })
    let large = rampImage().resizedBilinearWithoutAntialiasing(width: 80, height: 64)
    #expect(abs(large.samples.reduce(0) { $0 + Double($1) } - 2549.76012254902) < 1e-3)
    let largeStart: [Float] = [0, 0.01069489, 0.025045, 0.03939511, 0.05374521, 0.06809532, 0.08244543]
    #expect(zip(large.samples, largeStart).allSatisfy { abs($0 - $1) < 1e-6 })
  }
}
