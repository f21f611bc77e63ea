import U2NetPixels

extension Image where Sample: MaskSample {
  /// Grey-scale erosion: each pixel takes the least value not farther than `radius` pixels (a disc), so the object
  /// shrinks by that much. Pixels outside the image do not count.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public func eroded(radius: Double, threads: Int = 1) -> Image {
    eroded(.disc(radius: radius), threads: threads)
  }

  /// Grey-scale dilation: each pixel takes the largest value not farther than `radius` pixels (a disc), so the object
  /// grows by that much. Pixels outside the image do not count.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public func dilated(radius: Double, threads: Int = 1) -> Image {
    dilated(.disc(radius: radius), threads: threads)
  }

  /// - Parameter outside: what pixels outside the image count as; by default they do not count.
  @inline(__always)
  func eroded(_ footprint: Footprint, outside: Sample = .full, threads: Int) -> Image {
    extremum(Least<Sample>.self, footprint, outside: outside, threads: threads)
  }

  @inline(__always)
  func dilated(_ footprint: Footprint, threads: Int) -> Image {
    extremum(Largest<Sample>.self, footprint.mirrored, outside: .none, threads: threads)
  }

  /// Combines the pixels of a footprint around each pixel.
  ///
  /// Each input row is laid into the output rows that it counts for. The extremum of a chord is that of two overlapping
  /// stretches whose length is a power of two, and those are made by doubling (Urbach and Wilkinson, "Efficient 2-D
  /// Grayscale Morphological Transformations With Arbitrary Flat Structuring Elements", 2008): per pixel and chord two
  /// operations, which vectorise.
  @inline(__always)
  private func extremum<E: Extremum>(
    _: E.Type, _ footprint: Footprint, outside: Sample, threads: Int
  ) -> Image where E.Sample == Sample {
    requireMask(self)
    let chords = footprint.chords
    let left = max(0, -chords.map(\.columns.lowerBound).min()!), right = max(0, chords.map(\.columns.upperBound).max()!)
    let padded = left + width + right
    let longest = chords.map(\.columns.count).max()!
    let levels = longest.bitWidth - longest.leadingZeroBitCount
    return Image(width: width, height: height, channels: .gray) { output in
      nonisolated(unsafe) let output = output.baseAddress!
      samples.withUnsafeBufferPointer { input in
        nonisolated(unsafe) let input = input.baseAddress!
        Bands(of: height, height: 128).forEach(threads: threads) { rows in
          (output + rows.lowerBound * width).update(repeating: E.ofNone, count: rows.count * width)
          // Row k holds the extrema of 2^k pixels to the right of each, itself included.
          let stretches = UnsafeMutablePointer<Sample>.allocate(capacity: levels * padded)
          defer { stretches.deallocate() }
          stretches.initialize(repeating: outside, count: levels * padded)
          for y in rows.lowerBound + chords[0].row..<rows.upperBound + chords.last!.row {
            let isInside = 0..<height ~= y
            if !isInside && outside == E.ofNone { continue }
            if isInside {
              (stretches + left).update(from: input + y * width, count: width)
              for level in 1..<max(1, levels) {
                let from = stretches + (level - 1) * padded, to = stretches + level * padded, step = 1 << (level - 1)
                for x in 0..<max(0, padded - 2 * step + 1) { to[x] = E.of(from[x], from[x + step]) }
              }
            }
            for chord in chords where rows ~= y - chord.row {
              let row = output + (y - chord.row) * width
              if !isInside {
                for x in 0..<width { row[x] = E.of(row[x], outside) }
                continue
              }
              let level = chord.columns.count.bitWidth - 1 - chord.columns.count.leadingZeroBitCount
              let first = stretches + level * padded + left + chord.columns.lowerBound
              let second = first + (chord.columns.count - (1 << level))
              for x in 0..<width { row[x] = E.of(row[x], E.of(first[x], second[x])) }
            }
          }
        }
      }
    }
  }
}

/// A choice between two samples.
private protocol Extremum {
  associatedtype Sample: MaskSample
  /// What is never chosen.
  static var ofNone: Sample { get }
  static func of(_ a: Sample, _ b: Sample) -> Sample
}

private enum Least<Sample: MaskSample>: Extremum {
  static var ofNone: Sample { .full }
  @inline(__always)
  static func of(_ a: Sample, _ b: Sample) -> Sample { b < a ? b : a }
}

private enum Largest<Sample: MaskSample>: Extremum {
  static var ofNone: Sample { .none }
  @inline(__always)
  static func of(_ a: Sample, _ b: Sample) -> Sample { b > a ? b : a }
}
