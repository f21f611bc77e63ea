import Dispatch

extension PixelBuffer {
  /// The picture in RGB of 8 bits without its alpha at another size: sample for sample
  /// `Image<UInt8>(self).rgb.resized(width:height:filter:threads:)`, but read where it lies.
  /// - Parameters:
  ///   - width: in pixels, at least 1.
  ///   - height: in pixels, at least 1.
  ///   - threads: how many bands of rows to compute at once. The result is the same for any number.
  package func resizedRGB(width: Int, height: Int, filter: ResampleFilter, threads: Int = 1) -> Image<UInt8> {
    precondition(width > 0 && height > 0, "an image cannot be resized to \(width) x \(height)")
    precondition(threads > 0, "\(threads) threads cannot resize an image")
    func taps(_ input: Int, _ output: Int) -> ResampleTaps<Int32>? {
      input == output ? nil : ResampleTaps(from: input, to: output, filter: filter, weight: FixedPoint.weight)
    }
    let across = taps(self.width, width), down = taps(self.height, height)
    return withView(isOpaque: true) { view in
      nonisolated(unsafe) let view = view
      let row = width * view.channels.rawValue, bands = min(threads, height)
      return Image<UInt8>(width: width, height: height, channels: view.channels) { output in
        nonisolated(unsafe) let output = output.baseAddress!
        /// Some rows of the input, as wide as the output.
        @Sendable func narrow(_ rows: Range<Int>, to target: UnsafeMutablePointer<UInt8>) {
          if let across { view.filterRows(rows, to: target, across) } else { view.copy(rows, to: target) }
        }
        DispatchQueue.concurrentPerform(iterations: bands) { band in
          let rows = band * height / bands..<(band + 1) * height / bands
          let target = output + rows.lowerBound * row
          guard let down else { return narrow(rows, to: target) }
          let needed = down.inputs(of: rows)
          withUnsafeTemporaryAllocation(of: UInt8.self, capacity: needed.count * row) { narrowed in
            let narrowed = narrowed.baseAddress!
            narrow(needed, to: narrowed)
            filterColumns(
              narrowed, firstRow: needed.lowerBound, to: target, rows, rowSize: row, down, FixedPoint.self)
          }
        }
      }
    }.rgb
  }

  /// `Image.resizedBilinearWithoutAntialiasing(width:height:)` of the picture, read where it lies.
  package func resizedBilinearWithoutAntialiasing(width: Int, height: Int) -> Image<Float> {
    withView { $0.resizedBilinear(width: width, height: height) }
  }
}

extension SampleView {
  /// Filters some rows along themselves, as `filterRows` does where samples lie side by side.
  fileprivate func filterRows(
    _ rows: Range<Int>, to output: UnsafeMutablePointer<UInt8>, _ taps: ResampleTaps<Int32>
  ) {
    let (red, green, blue) = (offsets[0], offsets.count > 1 ? offsets[1] : 0, offsets.count > 2 ? offsets[2] : 0)
    let isGray = offsets.count == 1, pixel = bytesPerPixel
    var target = output
    taps.ranges.withUnsafeBufferPointer { ranges in
      taps.weights.withUnsafeBufferPointer { weights in
        for y in rows {
          let row = start + y * bytesPerRow
          for x in 0..<ranges.count {
            let from = row + ranges[x].lowerBound * pixel, weights = weights.baseAddress! + x * taps.stride
            let count = ranges[x].count
            var r = FixedPoint.zero, g = FixedPoint.zero, b = FixedPoint.zero
            if isGray {
              for k in 0..<count { FixedPoint.add(from[k * pixel + red], weights[k], to: &r) }
              target[0] = FixedPoint.sample(r)
              target += 1
            } else {
              for k in 0..<count {
                let at = from + k * pixel
                FixedPoint.add(at[red], weights[k], to: &r)
                FixedPoint.add(at[green], weights[k], to: &g)
                FixedPoint.add(at[blue], weights[k], to: &b)
              }
              target[0] = FixedPoint.sample(r)
              target[1] = FixedPoint.sample(g)
              target[2] = FixedPoint.sample(b)
              target += 3
            }
          }
        }
      }
    }
  }
}
