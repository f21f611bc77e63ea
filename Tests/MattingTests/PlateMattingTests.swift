import Testing
import U2NetPixels
import U2NetPlatform

@testable import U2NetMatting

/// Alpha with a photo of the background.
struct PlateMattingTests {
  private let width = 150, height = 120

  /// A texture of some waves, anywhere between pixels.
  private func background(_ x: Double, _ y: Double, _ channel: Int) -> Double {
    let shift = Double(channel)
    return 0.45 + 0.12 * sin(x / 7 + shift) * cos(y / 5) + 0.1 * sin((x + 2 * y) / 11 + 2 * shift)
      + 0.06 * cos(x / 2.3 - y / 3.1)
  }

  /// Noise of ±2 of 255.
  private func noise(_ i: Int, _ seed: UInt64) -> Double {
    var value = (UInt64(i) &+ seed) &* 0x9e37_79b9_7f4a_7c15
    value = (value ^ (value >> 29)) &* 0xbf58_476d_1ce4_e5b9
    return (Double(value >> 40) / Double(1 << 24) - 0.5) * 4 / 255
  }

  private func picture(_ seed: UInt64, _ color: (_ x: Double, _ y: Double, _ channel: Int) -> Double) -> Image<UInt8> {
    Image(
      width: width, height: height, channels: .rgb,
      samples: (0..<3 * width * height).map { i in
        let (x, y) = (i / 3 % width, i / 3 / width)
        return UInt8(share: Float(color(Double(x), Double(y), i % 3) + noise(i, seed)))
      })
  }

  /// A disc with an edge six pixels wide.
  private func truth(_ x: Double, _ y: Double) -> Double { min(max((36 - hypot(x - 80, y - 62)) / 6, 0), 1) }

  private var photo: Image<UInt8> {
    picture(1) { x, y, channel in
      let alpha = truth(x, y)
      return alpha * [0.85, 0.2, 0.1][channel] + (1 - alpha) * background(x, y, channel)
    }
  }

  /// As from a camera that has moved, turned and zoomed, with another exposure and vignetting.
  private func plate(zoom: Double = 0.004, turn: Double = 0.003, right: Double = 2.3, down: Double = -1.6) -> Image<
    UInt8
  > {
    picture(2) { x, y, channel in
      let (x0, y0) = (x - 74.5 - right, y - 59.5 - down)
      // The other way round than `PlateAlignment.place`, to the second order.
      let (u, v) = ((1 - zoom) * x0 + turn * y0, -turn * x0 + (1 - zoom) * y0)
      let exposure = [1.08, 1.0, 0.93][channel] * (1 - 0.05 * (x0 * x0 + y0 * y0) / 9000)
      return exposure * background(u + 74.5, v + 59.5, channel)
    }
  }

  /// Half of the object, and a part that is none.
  private var mask: Image<UInt8> {
    gray(width, height) { x, y in
      let isFound = truth(Double(x), Double(y)) > 0.5 && x < 84
      return isFound || (10..<24).contains(x) && (70..<90).contains(y) ? UInt8(250) : 3
    }
  }

  private func error(_ alpha: Image<UInt8>) -> Double {
    alpha.samples.indices.reduce(0) {
      $0 + abs(Double(alpha.samples[$1]) / 255 - truth(Double($1 % width), Double($1 / width)))
    } / Double(alpha.samples.count)
  }

  @Test func `a mask is mended, whatever the camera did meanwhile`() throws {
    #expect(error(mask) > 0.08)
    for plate in [plate(zoom: 0, turn: 0, right: 0, down: 0), plate()] {
      let alpha = try PlateMatting.alpha(of: photo, mask: mask, plate: plate)
      #expect(error(alpha) < 0.01, "\(error(alpha))")
      for threads in [2, 5] {
        #expect(try PlateMatting.alpha(of: photo, mask: mask, plate: plate, threads: threads) == alpha)
      }
    }
  }

  @Test func `photos of 16 bits and plates of another size are taken`() throws {
    let deep = try PlateMatting.alpha(
      of: photo.converted(to: UInt16.self), mask: mask.converted(to: UInt16.self),
      plate: plate().resized(width: 300, height: 240, filter: .bilinear))
    #expect(error(deep.converted(to: UInt8.self)) < 0.02)
  }

  @Test func `a camera's movement is found to a twentieth of a pixel`() {
    let known = PlateAlignment(zoom: 0.004, turn: 0.003, right: 2.3, down: -1.6)
    func brightness(_ image: Image<UInt8>) -> Image<Float> { image.plane(1).converted(to: Float.self) }
    let everywhere = Image<Float>(
      width: width, height: height, channels: .gray, samples: Array(repeating: 1, count: width * height))
    // Nobody says where the object is.
    let found = PlateAlignment(of: brightness(plate()), to: brightness(photo), background: everywhere, threads: 1)
    for (x, y) in [(5, 5), (140, 10), (20, 110), (75, 60)] {
      let a = found.place(x, y, width: width, height: height), b = known.place(x, y, width: width, height: height)
      #expect(hypot(a.x - b.x, a.y - b.y) < 0.05, "\(x) \(y): \(a) \(b)")
    }
  }

  @Test func `a plate of something else is told`() throws {
    let other = picture(3) { x, y, channel in background(3 * y + 40, 200 - 2 * x, 2 - channel) }
    for plate in [other, plate().resized(width: 100, height: 120, filter: .bilinear)] {
      let error = #expect(throws: MattingError.self) { try PlateMatting.alpha(of: photo, mask: mask, plate: plate) }
      #expect("\(try #require(error))".hasPrefix("the plate does not fit: "))
    }
  }

  @Test func `where nothing has changed there is no object`() throws {
    let empty = picture(4, background)
    #expect(try PlateMatting.alpha(of: empty, mask: mask, plate: plate()).samples.allSatisfy { $0 == 0 })
  }

  @Test func `what is a few pixels wide stays`() throws {
    let wire = picture(5) { x, y, channel in abs(x - 60) < 2.5 ? 0.02 : background(x, y, channel) }
    let mask = gray(width, height) { x, _ in (57...63).contains(x) ? UInt8(255) : 0 }
    let alpha = try PlateMatting.alpha(of: wire, mask: mask, plate: plate())
    for y in 4..<116 {
      let row = alpha.samples[y * width..<(y + 1) * width]
      #expect(row.reduce(0) { $0 + Int($1) } / 255 - 5 == 0 && row[y * width + 60] == 255, "\(y)")
    }
  }

  @Test func `least squares, and what nothing is known of`() {
    var equations = LeastSquares(unknowns: 3)
    for (x, y) in [(1.0, 2.0), (3, 1), (-2, 4), (0.5, -1)] {
      equations.add([x, y, 0], value: 2 * x - 3 * y, weight: x * x)
    }
    let solution = equations.solution()
    #expect(abs(solution[0] - 2) < 1e-9 && abs(solution[1] + 3) < 1e-9 && solution[2] == 0)
    equations.draw(2, to: 5, weight: 0.1)
    #expect(abs(equations.solution()[2] - 5) < 1e-9)
  }

  @Test func `most ratios are the common one, most residuals noise`() {
    let ratios = (0..<100).map { (i: Int) -> Double in
      if i < 40 { return 1.1 + 0.002 * Double(i % 5) }
      return 0.4 + 0.04 * Double(i - 40)
    }
    #expect(abs(commonRatio(ratios) - 1.1) < 0.03 && commonRatio([]) == 1)
    let residuals = (0..<1000).map { (i: Int) -> Double in
      if i < 350 { return Double(i % 7 - 3) / 100 }
      return Double(i)
    }
    #expect((0.01..<0.1).contains(robustDeviation(residuals)) && robustDeviation([]) == 0)
    #expect(robustWeight(0, deviation: 1) == 1 && robustWeight(8, deviation: 1) < 0.01)
  }
}
