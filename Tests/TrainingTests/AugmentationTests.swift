import U2NetCompute
import U2NetPixels
import Testing
import U2NetPlatform
import U2NetTraining

struct AugmentationTests {
  /// A sample of a picture and a mask that both hold their row and column.
  func sample(
    _ augmentation: Augmentation, width: Int = 40, height: Int = 40, seed: UInt64
  ) -> (image: [Float], target: [Float], after: SplitMix64) {
    let photo = Image(
      width: width, height: height, channels: .rgb,
      samples: (0..<width * height).flatMap { i in
        [UInt8(i / width), UInt8(i % width), 255]
      })
    let mask = Image(
      width: width, height: height, channels: .gray,
      samples: (0..<width * height).map { i in
        UInt8(i / width)
      })
    var generator = SplitMix64(seed: seed)
    let n = augmentation.crop * augmentation.crop
    var image = [Float](repeating: .nan, count: 3 * n), target = [Float](repeating: .nan, count: n)
    image.withUnsafeMutableBufferPointer { image in
      target.withUnsafeMutableBufferPointer {
        augmentation.sample(photo, mask, using: &generator, image: image, target: $0)
      }
    }
    return (image, target, generator)
  }

  /// The photo's value before normalisation.
  func raw(_ value: Float, _ channel: Int) -> Float {
    let (mean, deviation): ([Float], [Float]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    return (value * deviation[channel] + mean[channel]) * 255
  }

  @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
  func photoAndMaskAreCutAlike(flipsRows: Bool, flipsColumns: Bool) {
    var augmentation = Augmentation()
    (augmentation.side, augmentation.crop) = (40, 32)
    (augmentation.flipsRows, augmentation.flipsColumns) = (flipsRows, flipsColumns)
    var offsets: Set<Int> = [], turned = (rows: 0, columns: 0)
    for seed in 0..<200 {
      let (image, target, _) = sample(augmentation, seed: UInt64(seed))
      let n = 32 * 32
      let row = raw(image[0], 0), column = raw(image[n], 1)
      let down = raw(image[32], 0) - row, right = raw(image[n + 1], 1) - column
      #expect(abs(abs(down) - 1) < 1e-3 && abs(abs(right) - 1) < 1e-3)
      turned.rows += down < 0 ? 1 : 0
      turned.columns += right < 0 ? 1 : 0
      offsets.insert(Int((down < 0 ? 39 - row : row).rounded()))
      for i in 0..<n { #expect(abs(target[i] * 39 - raw(image[i], 0)) < 1e-2, "pixel \(i), seed \(seed)") }
    }
    #expect(offsets == Set(0..<8), "offsets \(offsets.sorted())")
    #expect(flipsRows ? (70...130).contains(turned.rows) : turned.rows == 0)
    #expect(flipsColumns ? (70...130).contains(turned.columns) : turned.columns == 0)
  }

  @Test func samplesCanBeMadeAgain() {
    let augmentation = Augmentation()
    let first = sample(augmentation, width: 13, height: 7, seed: 9)
    let again = sample(augmentation, width: 13, height: 7, seed: 9)
    #expect(first.image == again.image && first.target == again.target)
    var other = Augmentation()
    (other.flipsRows, other.flipsColumns) = (false, true)
    #expect(sample(other, seed: 9).after.state == first.after.state, "as many numbers whatever the options")
  }

  @Test func onePixelAndNoForeground() {
    var augmentation = Augmentation()
    (augmentation.side, augmentation.crop) = (32, 32)
    let (image, target, _) = sample(augmentation, width: 1, height: 1, seed: 1)
    #expect(image.allSatisfy { $0.isFinite })
    #expect(target.allSatisfy { $0 == 0 }, "an all black mask stays black")
  }

  @Test func scalesFromTheWholePictureUp() {
    var augmentation = Augmentation()
    (augmentation.side, augmentation.crop, augmentation.scale, augmentation.flipsRows) = (40, 32, 0.5, false)
    var steps: Set<Int> = []
    for seed in 0..<300 {
      let (image, target, _) = sample(augmentation, seed: UInt64(seed))
      // In the middle, where nothing is darkened by the border: one pixel is 40 / side rows of the photo.
      let pace = (raw(image[20 * 32 + 16], 0) - raw(image[10 * 32 + 16], 0)) / 10
      let side = Int((40 / pace).rounded())
      #expect((32...60).contains(side), "\(side)")
      steps.insert(side)
      for i in stride(from: 5 * 32 + 16, to: 25 * 32, by: 32) {
        #expect(abs(target[i] * 39 - raw(image[i], 0)) <= 0.76, "photo and mask at the same scale, pixel \(i)")
      }
    }
    #expect(steps.count > 20 && steps.min()! == 32 && steps.max()! >= 59)
  }

  @Test func hardMasks() {
    var augmentation = Augmentation()
    (augmentation.side, augmentation.crop, augmentation.flipsRows) = (40, 40, false)
    augmentation.maskThreshold = 10
    let (_, target, _) = sample(augmentation, seed: 1)
    for row in 0..<40 { #expect(target[row * 40] == (row >= 10 ? 1 : 0)) }
  }

  /// One colour after a jitter whose chance is known.
  func jittered(_ colors: ColorJitter, _ color: [UInt8], seed: UInt64 = 4) -> [Float] {
    var augmentation = Augmentation()
    (augmentation.side, augmentation.crop, augmentation.colors) = (4, 4, colors)
    // A white pixel, so that the largest value is 1.
    let photo = Image(
      width: 4, height: 4, channels: .rgb, samples: (0..<16).flatMap { $0 == 15 ? [255, 255, 255] : color })
    let mask = Image<UInt8>(width: 4, height: 4, channels: .gray, samples: Array(repeating: 0, count: 16))
    var generator = SplitMix64(seed: seed)
    var image = [Float](repeating: 0, count: 48), target = [Float](repeating: 0, count: 16)
    image.withUnsafeMutableBufferPointer { image in
      target.withUnsafeMutableBufferPointer {
        augmentation.sample(photo, mask, using: &generator, image: image, target: $0)
      }
    }
    // Neither the first nor the last pixel is the white one, whichever way round.
    return (0..<3).map { raw(image[$0 * 16 + 5], $0) / 255 }
  }

  @Test func coloursChangeAsTheFormulaSays() {
    // The numbers that chance gives: two turns, two offsets, the scale, then the four of the colours.
    var generator = SplitMix64(seed: 4)
    let chance = (0..<9).map { _ in generator.unit() }
    func factor(_ index: Int, _ range: Double) -> Double { 1 + (2 * chance[index] - 1) * range }
    let color: [UInt8] = [150, 90, 60], x = color.map { Double($0) / 255 }, weights = [0.299, 0.587, 0.114]
    func luma(_ x: [Double]) -> Double { zip(x, weights).map(*).reduce(0, +) }
    func expect(_ found: [Float], _ expected: [Double], _ name: String) {
      for (a, b) in zip(found, expected) { #expect(abs(Double(a) - b) < 1e-3, "\(name): \(found), not \(expected)") }
    }
    var colors = ColorJitter()
    expect(jittered(colors, color), x, "none")
    colors.brightness = 0.3
    expect(jittered(colors, color), x.map { $0 * factor(5, 0.3) }, "brightness")
    colors = ColorJitter()
    colors.contrast = 0.3
    let mean = (15 * luma(x) + 1) / 16, c = factor(6, 0.3)
    expect(jittered(colors, color), x.map { c * $0 + (1 - c) * mean }, "contrast")
    colors = ColorJitter()
    colors.saturation = 0.5
    let s = factor(7, 0.5)
    expect(jittered(colors, color), x.map { s * $0 + (1 - s) * luma(x) }, "saturation")
    colors = ColorJitter()
    colors.hue = 0.1
    let turned = jittered(colors, color)
    #expect(abs(luma(turned.map(Double.init)) - luma(x)) < 1e-3, "hue keeps luma")
    #expect(abs(Double(turned[0]) - x[0]) > 0.01)
    colors.saturation = 1
    let gray = jittered(colors, [99, 99, 99])
    for value in gray { #expect(abs(value - 99.0 / 255) < 1e-3, "grey stays grey") }
    colors.brightness = 1
    for seed in 0..<UInt64(50) {
      #expect(jittered(colors, [255, 0, 9], seed: seed).allSatisfy { (-1e-3...1.001).contains($0) })
    }
  }
}
