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
  public func maskLevels(source: String) throws(EvaluationError) -> Image {
    if let alpha, let levels = alpha.samples.min(), levels < alpha.samples.max()! || levels == 0 {
      guard hasOneVisibleColor else { throw .transparent(source: source) }
      return alpha
    }
    if channels.opaque == .gray { return plane(0) }
    let stride = channels.rawValue
    return Image(width: width, height: height, channels: .gray) { output in
      samples.withUnsafeBufferPointer { input in
        for i in output.indices {
          let (red, green, blue) = (Int(input[stride * i]), Int(input[stride * i + 1]), Int(input[stride * i + 2]))
          output[i] = UInt8((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16)
        }
      }
    }
  }

  /// As `maskLevels`, of a true mask: what is brighter than 128 is the object.
  ///
  /// A mask of two levels, such as 0 and 1 or a palette's black and dark red, is stretched to 0 and 255, and so is one
  /// whose brightest level is 128 or less, so that this becomes 255. All others stay what they are.
  public func trueMaskLevels(source: String) throws(EvaluationError) -> Image {
    let mask = try maskLevels(source: source)
    var isThere = [Bool](repeating: false, count: 256)
    for level in mask.samples { isThere[Int(level)] = true }
    let levels = isThere.indices.filter { isThere[$0] }
    let (darkest, brightest) = (levels.first!, levels.last!)
    let isTwoValued = levels.count == 2 && darkest <= 128
    guard brightest > 0, isTwoValued ? (darkest, brightest) != (0, 255) : brightest <= 128 else { return mask }
    let low = isTwoValued ? darkest : 0, range = brightest - low
    let stretched = (0..<256).map { UInt8(clamping: (($0 - low) * 255 + range / 2) / range) }
    return Image(
      width: mask.width, height: mask.height, channels: .gray, samples: mask.samples.map { stretched[Int($0)] })
  }

  /// Whether anything in a true mask is object.
  public var hasObject: Bool { samples.contains { $0 > 128 } }

  /// A lossy format may have changed one colour a little here and there.
  private var hasOneVisibleColor: Bool {
    let stride = channels.rawValue, most = 8
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

  /// A map of probabilities as the 8-bit mask that would be written to a file: 255 times the value, cut, not rounded.
  ///
  /// - Parameter source: the map's name, for error messages.
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
