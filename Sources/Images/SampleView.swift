/// Where the samples of a picture lie in memory that belongs to another: those of 8 bits, or the high bytes of those of 16, as
/// decoding to 8 bits takes them.
struct SampleView {
  /// The first byte of the first pixel.
  let start: UnsafePointer<UInt8>
  let width, height: Int
  let bytesPerRow, bytesPerPixel: Int
  let channels: Channels
  /// Of each channel, from the first byte of a pixel.
  let offsets: [Int]

  /// Whether all bytes of a row's pixels are samples.
  var isDense: Bool { bytesPerPixel == offsets.count }

  /// The least and the largest sample.
  var extremes: (least: UInt8, most: UInt8) {
    var (least, most) = (UInt8.max, UInt8.min)
    for y in 0..<height {
      let row = start + y * bytesPerRow
      if isDense {
        for i in 0..<width * bytesPerPixel {
          least = min(least, row[i])
          most = max(most, row[i])
        }
      } else {
        for x in 0..<width {
          for offset in offsets {
            least = min(least, row[x * bytesPerPixel + offset])
            most = max(most, row[x * bytesPerPixel + offset])
          }
        }
      }
    }
    return (least, most)
  }

  /// Writes the samples of some rows side by side, channel after channel.
  func copy(_ rows: Range<Int>, to output: UnsafeMutablePointer<UInt8>) {
    let count = offsets.count
    for (index, y) in rows.enumerated() {
      let (row, target) = (start + y * bytesPerRow, output + index * width * count)
      if isDense && offsets == Array(0..<count) {
        target.update(from: row, count: width * count)
      } else {
        for (c, offset) in offsets.enumerated() {
          for x in 0..<width { target[x * count + c] = row[x * bytesPerPixel + offset] }
        }
      }
    }
  }
}

extension PixelBuffer {
  /// - Parameter isOpaque: whether alpha is left out.
  func withView<Result>(isOpaque: Bool = false, _ body: (SampleView) -> Result) -> Result {
    withUnsafeBytes { memory in
      let bytes = bitsPerSample / 8
      #if _endian(big)
        let high = 0
      #else
        let high = bytes - 1
      #endif
      let channels = isOpaque ? layout.channels.opaque : layout.channels
      return body(
        SampleView(
          start: memory.baseAddress!.assumingMemoryBound(to: UInt8.self), width: width, height: height,
          bytesPerRow: bytesPerRow, bytesPerPixel: layout.samples * bytes, channels: channels,
          offsets: layout.order.prefix(channels.rawValue).map { $0 * bytes + high }))
    }
  }
}

extension Image where Sample == UInt8 {
  /// The samples of this picture, where they are.
  func withView<Result>(_ body: (SampleView) -> Result) -> Result {
    samples.withUnsafeBufferPointer { samples in
      body(
        SampleView(
          start: samples.baseAddress!, width: width, height: height, bytesPerRow: width * channels.rawValue,
          bytesPerPixel: channels.rawValue, channels: channels, offsets: Array(0..<channels.rawValue)))
    }
  }
}
