import Compute
import Images
import Testing
import Training

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
}
