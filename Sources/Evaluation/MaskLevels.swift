import Images

extension Image where Sample == UInt8 {
  /// The picture as a mask of 8-bit grey levels. Colours become their luma, as by Pillow's `convert("L")`: a grey mask
  /// that was stored in colour stays what it is. Alpha is dropped where it is opaque.
  ///
  /// - Parameter source: the file's name, for error messages.
  /// - Throws: `transparent`: what is left of a cut-out without its alpha is not a mask.
  public func maskLevels(source: String) throws(EvaluationError) -> Image {
    if let alpha, !alpha.samples.allSatisfy({ $0 == 255 }) { throw .transparent(source: source) }
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
