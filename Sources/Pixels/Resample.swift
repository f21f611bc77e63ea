import U2NetPlatform

extension Image where Sample == UInt8 {
  /// The image at another size, bit for bit as `resize` in Pillow up to 12.1: along rows first, rounded to 8 bits,
  /// then along columns; a side that keeps its size is not filtered. (Newer versions start with the columns of an
  /// image whose height shrinks more than its width, and so round a few samples otherwise.)
  ///
  /// Channels are filtered each for itself. (Pillow multiplies colours by alpha before and divides after; here
  /// that is the caller's choice.)
  ///
  /// - Parameters:
  ///   - width: in pixels, at least 1.
  ///   - height: in pixels, at least 1.
  ///   - filter: what new pixels are weighted by.
  ///   - threads: how many bands of rows to compute at once. The result is the same for any number.
  public func resized(width: Int, height: Int, filter: ResampleFilter, threads: Int = 1) -> Image {
    resampled(self, width: width, height: height, filter: filter, threads: threads, FixedPoint.self)
  }
}

extension Image where Sample == Float {
  /// The image at another size, by the same filters as 8-bit images but without rounding and clipping: results of
  /// `lanczos` may leave the range of the input (as Pillow's in mode "F").
  ///
  /// Parameters are those of `Image<UInt8>.resized(width:height:filter:threads:)`.
  public func resized(width: Int, height: Int, filter: ResampleFilter, threads: Int = 1) -> Image {
    resampled(self, width: width, height: height, filter: filter, threads: threads, FloatingPoint.self)
  }
}

private func resampled<A: ResampleArithmetic>(
  _ image: Image<A.Sample>, width: Int, height: Int, filter: ResampleFilter, threads: Int, _: A.Type
) -> Image<A.Sample> {
  precondition(width > 0 && height > 0, "an image cannot be resized to \(width) x \(height)")
  precondition(threads > 0, "\(threads) threads cannot resize an image")
  if width == image.width && height == image.height { return image }
  let across =
    width == image.width ? nil : ResampleTaps(from: image.width, to: width, filter: filter, weight: A.weight)
  let down =
    height == image.height ? nil : ResampleTaps(from: image.height, to: height, filter: filter, weight: A.weight)
  let bands = min(threads, height)

  return Image(width: width, height: height, channels: image.channels) { output in
    image.samples.withUnsafeBufferPointer { input in
      nonisolated(unsafe) let (input, output) = (input.baseAddress!, output.baseAddress!)
      let channels = image.channels.rawValue
      let (inputRow, outputRow) = (image.width * channels, width * channels)

      /// The bands share nothing they write: each computes for itself the rows it sums.
      @Sendable func fill(_ band: Int) {
        let rows = band * height / bands..<(band + 1) * height / bands
        let target = output + rows.lowerBound * outputRow
        guard let down else {
          let source = input + rows.lowerBound * inputRow
          return filterRows(source, inputRow, to: target, outputRow, rows.count, channels, across!, A.self)
        }
        guard let across else {
          return filterColumns(input, firstRow: 0, to: target, rows, rowSize: outputRow, down, A.self)
        }
        let needed = down.inputs(of: rows)
        withUnsafeTemporaryAllocation(of: A.Sample.self, capacity: needed.count * outputRow) { narrowed in
          let narrowed = narrowed.baseAddress!
          let source = input + needed.lowerBound * inputRow
          filterRows(source, inputRow, to: narrowed, outputRow, needed.count, channels, across, A.self)
          filterColumns(narrowed, firstRow: needed.lowerBound, to: target, rows, rowSize: outputRow, down, A.self)
        }
      }
      concurrently(bands, atMost: bands, fill)
    }
  }
}
