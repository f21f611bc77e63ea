import U2NetPixels
import U2NetMatting
import Testing

@Suite struct GuidedFilterTests {
  /// A photo of ramps and noise, and a mask that is certain nowhere.
  private let photo = picture(31, 22, .rgb) { x, y, c in
    Float((x * (3 + c) + y * y * (2 - c) + (x * y * 7) % 11 * 9) % 200) / 255
  }
  private let mask = gray(31, 22) { x, y in 0.2 + 0.6 * Float((x * 5 + y * 3) % 29) / 29 }

  /// The filter by its definition, window by window, in double precision.
  private func reference(radius: Int, epsilon: Double) -> [Float] {
    let (width, height) = (mask.width, mask.height)
    func window(_ x: Int, _ y: Int) -> [Int] {
      (max(0, y - radius)...min(height - 1, y + radius)).flatMap { y in
        (max(0, x - radius)...min(width - 1, x + radius)).map { y * width + $0 }
      }
    }
    func color(_ i: Int) -> SIMD3<Double> {
      SIMD3(Double(photo.samples[3 * i]), Double(photo.samples[3 * i + 1]), Double(photo.samples[3 * i + 2]))
    }
    var models: [(a: SIMD3<Double>, b: Double)] = []
    for y in 0..<height {
      for x in 0..<width {
        let pixels = window(x, y), n = Double(pixels.count)
        let mean = pixels.reduce(.zero) { $0 + color($1) } / n
        let meanMask = pixels.reduce(0) { $0 + Double(mask.samples[$1]) } / n
        // Rows of the covariance matrix, and its right-hand side.
        var rows = (0..<3).map { row in
          var unit = SIMD3<Double>.zero
          unit[row] = epsilon
          return pixels.reduce(unit) { $0 + (color($1) - mean) * (color($1)[row] - mean[row]) / n }
        }
        var right = pixels.reduce(SIMD3<Double>.zero) {
          $0 + (color($1) - mean) * (Double(mask.samples[$1]) - meanMask) / n
        }
        for pivot in 0..<3 {
          for row in 0..<3 where row != pivot {
            let factor = rows[row][pivot] / rows[pivot][pivot]
            rows[row] -= rows[pivot] * factor
            right[row] -= right[pivot] * factor
          }
        }
        let a = SIMD3(right[0] / rows[0][0], right[1] / rows[1][1], right[2] / rows[2][2])
        models.append((a, meanMask - (a * mean).sum()))
      }
    }
    return (0..<width * height).map { i in
      let around = window(i % width, i / width), n = Double(around.count)
      let value = around.reduce(0) { $0 + (models[$1].a * color(i)).sum() + models[$1].b } / n
      return Float(min(max(value, 0), 1))
    }
  }

  @Test func `as defined, where the grid is that of the pixels`() {
    let filter = GuidedFilter(reach: 3.0 / 31, epsilon: 0.01)
    #expect(largestDifference(filter.refined(mask, photo: photo).samples, reference(radius: 3, epsilon: 0.01)) < 1e-4)
  }

  /// Two colours that meet at column 203, and a mask whose soft edge lies 6 pixels off.
  @Test func `a mask finds the photo's edge, at any depth`() {
    let photo = picture(400, 60, .rgb) { x, y, c in
      UInt8((x < 203 ? [200, 60, 40] : [60, 90, 160])[c] + (x * 7 + y * 3) % 5)
    }
    let mask = gray(400, 60) { x, _ in UInt8(min(255, max(0, 128 + (209 - x) * 12))) }
    let filter = GuidedFilter(reach: 0.04)
    let refined = filter.refined(mask, photo: photo)
    #expect(mask.samples[207] > 128, "the mask itself is off")
    for y in 0..<60 {
      #expect((0..<203).allSatisfy { refined.samples[y * 400 + $0] > 128 })
      #expect((203..<400).allSatisfy { refined.samples[y * 400 + $0] < 128 })
    }
    #expect(filter.refined(mask, photo: photo, threads: 3) == refined)
    let wide = filter.refined(mask.converted(to: UInt16.self), photo: photo.converted(to: UInt16.self))
    #expect(largestDifference(wide.samples.map(\.share), refined.samples.map(\.share)) < 1 / 255)
    let small = filter.refined(mask.resized(width: 160, height: 30, filter: .bilinear), photo: photo)
    #expect(largestDifference(small.samples.map(\.share), refined.samples.map(\.share)) < 0.1)
  }

  @Test func `what is certain stays`() {
    let (photo, _) = discs(width: 90, height: 70)
    let mask = gray(90, 70) { x, _ in x < 45 ? UInt8(250) : 3 }
    let refined = GuidedFilter(reach: 0.05).refined(mask, photo: photo)
    for y in 0..<70 {
      for x in [0, 10, 20, 70, 80, 89] { #expect(refined.samples[y * 90 + x] == mask.samples[y * 90 + x]) }
    }
  }

  @Test(arguments: [(1, 1), (1, 2), (1, 50), (50, 1), (2, 2), (7, 300)])
  func `any size`(width: Int, height: Int) {
    let (photo, alpha) = discs(width: width, height: height)
    for reach in [0, 0.006, 0.1] {
      let refined = GuidedFilter(reach: reach).refined(alpha, photo: photo)
      #expect((refined.width, refined.height) == (width, height))
      let flat = gray(width, height) { _, _ in UInt8(255) }
      #expect(GuidedFilter(reach: reach).refined(flat, photo: photo) == flat)
    }
  }
}
