import Evaluation
import Images
import Testing

struct MaskLevelTests {
  @Test func greyInAnyChannelsIsTheSameMask() throws {
    let mask = gray(16, 16) { x, y in UInt8(16 * y + x) }
    #expect(try mask.maskLevels(source: "") == mask)
    #expect(try mask.rgb.maskLevels(source: "") == mask)
    #expect(try mask.rgb.withAlpha(gray(16, 16) { _, _ in 255 }).maskLevels(source: "") == mask)
  }

  /// As Pillow's convert("L").
  @Test func coloursBecomeLuma() throws {
    let colours = Image<UInt8>(
      width: 4, height: 1, channels: .rgb, samples: [255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30])
    #expect(try colours.maskLevels(source: "").samples == [76, 150, 29, 18])
  }

  @Test func cutoutsAreRefused() {
    let cutout = gray(3, 2) { _, _ in 9 }.withAlpha(gray(3, 2) { x, _ in x == 1 ? 254 : 255 })
    #expect(throws: EvaluationError.transparent(source: "cut.png")) { try cutout.maskLevels(source: "cut.png") }
  }

  @Test func mapsBecomeLevels() throws {
    let map = Image<Float>(width: 4, height: 1, channels: .gray, samples: [0, 0.5, 0.9999, 1])
    #expect(try Image<UInt8>(levelsOf: map, source: "").samples == [0, 127, 254, 255])
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity, -0.001, 1.001]) func whatIsNoProbabilityIsRefused(_ value: Float)
  {
    let map = Image<Float>(width: 3, height: 2, channels: .gray, samples: [0, 1, 0, 1, value, .nan])
    let error = #expect(throws: EvaluationError.self) { try Image<UInt8>(levelsOf: map, source: "epoch 3") }
    #expect(error?.description == "epoch 3: the value in column 1, row 1 is \(value), not in 0...1")
  }
}
