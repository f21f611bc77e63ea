import U2NetEvaluation
import U2NetPixels
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

  /// The object is in alpha, whatever the one colour is, and whatever lies below alpha 0.
  @Test(arguments: [0, 9, 255] as [UInt8]) func alphaIsTheMaskWhereItAloneVaries(level: UInt8) throws {
    let alpha = gray(16, 4) { x, y in UInt8(16 * y + x) * 4 }
    let flat = gray(16, 4) { _, _ in level }, hidden = gray(16, 4) { x, y in y == 0 && x == 0 ? 77 : level }
    for colors in [flat, flat.rgb, hidden, hidden.rgb] {
      #expect(try colors.withAlpha(alpha).maskLevels(source: "") == alpha)
    }
    // White is what is seen, in both channels: the same mask.
    let both = gray(16, 4) { x, _ in x > 7 ? 255 : 0 }
    #expect(try both.rgb.withAlpha(both).maskLevels(source: "") == both)
    // As a lossy format leaves one colour.
    #expect(try gray(16, 4) { x, _ in UInt8(200 + x % 3) }.rgb.withAlpha(alpha).maskLevels(source: "") == alpha)
  }

  @Test func aConstantAlphaSaysNothingButThatNothingIsThere() throws {
    let mask = gray(16, 4) { x, y in UInt8(16 * y + x) }
    #expect(try mask.withAlpha(gray(16, 4) { _, _ in 200 }).maskLevels(source: "") == mask)
    let nothing = gray(16, 4) { _, _ in 0 }
    #expect(try mask.withAlpha(nothing).maskLevels(source: "") == nothing)
  }

  @Test func cutoutsOfManyColoursAreRefused() {
    let photo = gray(3, 2) { x, y in UInt8(40 * x + 50 * y) }
    let cutout = photo.rgb.withAlpha(gray(3, 2) { x, _ in x == 1 ? 254 : 255 })
    let error = EvaluationError.transparent(source: "cut.png")
    #expect(throws: error) { try cutout.maskLevels(source: "cut.png") }
    #expect(throws: error) { try cutout.trueMaskLevels(source: "cut.png") }
  }

  private func stretched(_ levels: UInt8...) throws -> [UInt8] {
    try Image<UInt8>(width: levels.count, height: 1, channels: .gray, samples: levels).trueMaskLevels(source: "")
      .samples
  }

  @Test func twoLevelsAndDarkMasksAreStretched() throws {
    #expect(try stretched(0, 1, 1) == [0, 255, 255])
    #expect(try stretched(0, 38) == [0, 255])  // A palette's dark red.
    #expect(try stretched(50, 200) == [0, 255])
    #expect(try stretched(100, 101) == [0, 255])
    #expect(try stretched(0, 254) == [0, 255])
    #expect(try stretched(1, 1) == [255, 255])
    #expect(try stretched(0, 50, 100) == [0, 128, 255])
    let red = Image<UInt8>(width: 2, height: 1, channels: .rgb, samples: [0, 0, 0, 128, 0, 0])
    #expect(try red.trueMaskLevels(source: "").samples == [0, 255] && red.trueMaskLevels(source: "").hasObject)
  }

  @Test func otherMasksStayWhatTheyAre() throws {
    for levels in [[0, 255], [0, 0], [255, 255], [0, 100, 129], [0, 128, 255], [200, 255], [129, 129]] as [[UInt8]] {
      let mask = Image<UInt8>(width: levels.count, height: 1, channels: .gray, samples: levels)
      #expect(try mask.trueMaskLevels(source: "") == mask)
      #expect(mask.hasObject == (levels.max()! > 128))
    }
  }

  private func deep(_ levels: [UInt16], channels: Channels = .gray) -> Image<UInt16> {
    Image(width: levels.count / channels.rawValue, height: 1, channels: channels, samples: levels)
  }

  /// Of 12 bits in 16, of 8 bits in 16, of classes in 16.
  @Test(arguments: [1, 2, 255, 256, 4095, 32767, 65280, 65535] as [UInt16])
  func twoLevelsOf16BitsAreAMask(level: UInt16) throws {
    let expected: [UInt8] = [0, 255, 255, 0]
    for mask in [deep([0, level, level, 0]), deep([0, level, level, 0]).rgb] {
      #expect(try mask.trueMaskLevels(source: "").samples == expected)
      if level < 33024 { #expect(try mask.maskLevels(source: "").samples == expected) }
    }
    // The object in alpha, below one colour.
    let cutout = deep([7, 7, 7, 7].map { $0 * 900 }).rgb.withAlpha(deep([0, level, level, 0]))
    #expect(try cutout.trueMaskLevels(source: "").samples == expected)
  }

  @Test func darkMasksOf16BitsAreStretchedAtTheirDepth() throws {
    #expect(try deep([0, 2048, 4095]).trueMaskLevels(source: "").samples == [0, 128, 255])
    #expect(try deep([1000, 1001]).trueMaskLevels(source: "").samples == [0, 255])
    #expect(try deep([9, 9]).trueMaskLevels(source: "").samples == [255, 255])
    #expect(try deep([0, 0]).trueMaskLevels(source: "").samples == [0, 0])
    // Levels of 8 bits in a file of 16.
    #expect(try deep([0, 64, 255]).maskLevels(source: "").samples == [0, 64, 255])
  }

  /// As before there was a rule for them: by the high byte.
  @Test func otherMasksOf16BitsKeepTheirHighByte() throws {
    for levels in [[0, 65535, 30000], [0, 40000], [0, 256, 40000], [33024, 33025], [65535, 65535]] as [[UInt16]] {
      let mask = deep(levels)
      #expect(try mask.trueMaskLevels(source: "") == mask.narrowed.trueMaskLevels(source: ""), "\(levels)")
    }
    for levels in [[0, 30000, 20000], [0, 300, 299], [500, 500], [0, 65535]] as [[UInt16]] {
      #expect(try deep(levels).maskLevels(source: "") == deep(levels).narrowed, "\(levels)")
    }
    let photo = deep([0, 9000, 60000, 65535, 100, 30000, 2000, 300], channels: .rgba)
    #expect(throws: EvaluationError.transparent(source: "cut.png")) { try photo.maskLevels(source: "cut.png") }
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
