import U2NetPixels

/// How masks are read: by training, validation and evaluation alike.
extension Image where Sample == UInt8 {
  /// The picture as a mask of 8-bit grey levels.
  ///
  /// Alpha is the mask where it alone varies: in a cut-out of one colour, such as white. Colours below alpha 0, which nobody
  /// sees, do not count. Where alpha does not vary it is dropped, and colours become their luma, as by Pillow's
  /// `convert("L")`: a grey mask that was stored in colour stays what it is.
  ///
  /// - Parameter source: the file's name, for error messages.
  /// - Throws: `transparent` where both vary: there is no telling what is object in a cut-out of many colours.
  public func maskLevels(source: String) throws(EvaluationError) -> Image { try levels(source: source) }

  /// The picture as alpha, 0 … 1: its transparency where that varies, as in a cut-out of many colours, else its grey levels.
  /// Nothing is stretched.
  public func alphaLevels() -> Image<Float> { alpha(full: 255) }

  /// As `maskLevels`, of a true mask: what is brighter than 128 is the object.
  ///
  /// A mask of two levels, such as 0 and 1 or a palette's black and dark red, is stretched to 0 and 255, and so is one
  /// whose brightest level is 128 or less, so that this becomes 255. All others stay what they are.
  /// - Parameter source: the file's name, for error messages.
  /// - Throws: `transparent`, as `maskLevels`.
  public func trueMaskLevels(source: String) throws(EvaluationError) -> Image {
    let mask = try levels(source: source)
    return LevelExtent(mask).stretchOfTruth.map(mask.stretched) ?? mask
  }

  /// Whether anything in a true mask is object.
  public var hasObject: Bool { samples.contains { $0 > 128 } }

  /// A map of probabilities as the 8-bit mask that would be written to a file: 255 times the value, cut, not rounded.
  ///
  /// - Parameters:
  ///   - map: probabilities, 0…1.
  ///   - source: the map's name, for error messages.
  /// - Precondition: the map has 1 channel.
  /// - Throws: `notAProbability` if a value is not a number or not in 0…1.
  public init(levelsOf map: Image<Float>, source: String) throws(EvaluationError) {
    precondition(map.channels == .gray, "a map has 1 channel, not \(map.channels.rawValue)")
    if let index = map.samples.firstIndex(where: { !(0...1 ~= $0) }) {
      let (y, x) = index.quotientAndRemainder(dividingBy: map.width)
      throw .notAProbability(source: source, value: map.samples[index], x: x, y: y)
    }
    self.init(width: map.width, height: map.height, channels: .gray, samples: map.samples.map { UInt8($0 * 255) })
  }
}

extension Image where Sample == UInt16 {
  /// As of a picture of 8 bits, in full depth.
  public func alphaLevels() -> Image<Float> { alpha(full: 65535) }

  /// As of a picture of 8 bits: each level's high byte. But where 8 bits would lose a mask it is stretched first: one of two
  /// levels that are both dark, such as 0 and 4095, and one that is nowhere brighter than 255 of 65535, which is black in 8 bits.
  /// - Parameter source: the file's name, for error messages.
  /// - Throws: `transparent` where colours and alpha both vary.
  public func maskLevels(source: String) throws(EvaluationError) -> Image<UInt8> {
    let mask = try levels(source: source), extent = LevelExtent(mask)
    if extent.count == 2, extent.isDark { return mask.stretched(extent.ownRange) }
    if extent.count > 2, extent.brightest < 256 { return mask.stretched(0...extent.brightest) }
    return try narrowed.maskLevels(source: source)
  }

  /// As of a picture of 8 bits, but that levels are counted and compared as they are in the file.
  /// - Parameter source: the file's name, for error messages.
  /// - Throws: `transparent` where colours and alpha both vary.
  public func trueMaskLevels(source: String) throws(EvaluationError) -> Image<UInt8> {
    let mask = try levels(source: source)
    if let range = LevelExtent(mask).stretchOfTruth { return mask.stretched(range) }
    return try narrowed.trueMaskLevels(source: source)
  }
}

/// Which levels a mask has.
private struct LevelExtent {
  let darkest, brightest: Int
  /// How many different ones.
  let count: Int
  /// That a level is more than a level of 8 bits.
  private let shift: Int
  private let full: Int

  init<Sample: PixelSample & FixedWidthInteger>(_ mask: Image<Sample>) {
    full = Int(Sample.max)
    shift = Sample.bitWidth - 8
    var isThere = [Bool](repeating: false, count: full + 1)
    for level in mask.samples { isThere[Int(level)] = true }
    darkest = isThere.firstIndex(of: true)!
    brightest = isThere.lastIndex(of: true)!
    count = isThere.count { $0 }
  }

  /// Whether nothing is brighter than 128 of 255.
  var isDark: Bool { brightest >> shift <= 128 }
  var ownRange: ClosedRange<Int> { darkest...brightest }

  /// What becomes 0 and 255 where a true mask is to be stretched, else nil.
  var stretchOfTruth: ClosedRange<Int>? {
    let isTwoValued = count == 2 && darkest >> shift <= 128
    guard brightest > 0, isTwoValued ? ownRange != 0...full : isDark else { return nil }
    return isTwoValued ? ownRange : 0...brightest
  }
}

extension Image where Sample: FixedWidthInteger {
  /// The picture as grey levels of its own depth; see `maskLevels`.
  fileprivate func levels(source: String) throws(EvaluationError) -> Image {
    guard let alpha = varyingAlpha else { return luma }
    guard hasOneVisibleColor else { throw .transparent(source: source) }
    return alpha
  }

  fileprivate func alpha(full: Float) -> Image<Float> {
    Image<Float>(
      width: width, height: height, channels: .gray, samples: (varyingAlpha ?? luma).samples.map { Float($0) / full })
  }

  /// Alpha, if it varies or hides all.
  private var varyingAlpha: Image? {
    let shift = Sample.bitWidth - 8
    guard let alpha, let least = alpha.samples.min(),
      least >> shift < alpha.samples.max()! >> shift || least >> shift == 0
    else { return nil }
    return alpha
  }

  /// In 8 bits, the first of these levels as 0, the last as 255.
  fileprivate func stretched(_ range: ClosedRange<Int>) -> Image<UInt8> {
    let low = range.lowerBound, length = range.count - 1
    let stretched = (0...Int(Sample.max)).map { UInt8(clamping: (($0 - low) * 255 + length / 2) / length) }
    return Image<UInt8>(
      width: width, height: height, channels: .gray, samples: samples.map { stretched[Int($0)] })
  }

  /// A lossy format may have changed one colour a little here and there.
  private var hasOneVisibleColor: Bool {
    let stride = channels.rawValue, most = 8 << (Sample.bitWidth - 8)
    return samples.withUnsafeBufferPointer { samples in
      var first: Int?
      for i in Swift.stride(from: 0, to: samples.count, by: stride) where samples[i + stride - 1] > 0 {
        let from = first ?? i
        first = from
        for c in 0..<stride - 1 where abs(Int(samples[i + c]) - Int(samples[from + c])) > most { return false }
      }
      return true
    }
  }
}
