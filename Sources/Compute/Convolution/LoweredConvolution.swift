import U2NetCOpenBLAS

/// A convolution as a matrix product: a tile of pixels is unfolded into columns (im2col) and multiplied by the
/// weight with OpenBLAS, then bias and ReLU are applied while the tile is in cache.
///
///     out [O, n] = W [O, I·k·k] · columns [I·k·k, n]       n pixels of a tile
///
/// Legend: I, O channels; k kernel; H×W pixels.
struct LoweredConvolution {
  let layer: Convolution
  let height: Int
  let width: Int
  /// Pixels per tile.
  let tilePixels: Int
  /// Output channels per job: all of them where there are tiles enough for every core.
  let jobChannels: Int

  /// I·k·k.
  var depth: Int { layer.input * layer.kernel * layer.kernel }
  /// Floats of scratch that each worker needs.
  var scratchCount: Int { depth * tilePixels }

  init(_ layer: Convolution, height: Int, width: Int) {
    self.layer = layer
    self.height = height
    self.width = width
    let pixels = height * width, depth = layer.input * layer.kernel * layer.kernel
    // At most 1 MB of columns and a sixteenth of the map, but never so few pixels that OpenBLAS spends its time packing the
    // weight.
    let cacheful = max(192, min((1 << 18) / depth, (pixels + 15) / 16))
    let tiles = (pixels + cacheful - 1) / cacheful
    tilePixels = (pixels + tiles - 1) / tiles
    jobChannels = tiles >= 8 ? layer.output : max(16, (layer.output + 3) / 4)
  }

  /// - Parameters:
  ///   - sources: the planes of the input, one pointer per channel, each H·W floats.
  ///   - weight: [O, I, k, k]; bias: [O].
  ///   - destination: [O, H, W].
  ///   - scratch: `scratchCount` floats per worker.
  func phase(
    sources: UnsafeMutableBufferPointer<UnsafePointer<Float>>, weight: Tensor, bias: Tensor,
    destination: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) -> Phase {
    let pixels = height * width
    let tiles = (pixels + tilePixels - 1) / tilePixels
    let channelJobs = (layer.output + jobChannels - 1) / jobChannels
    return Phase(jobs: tiles * channelJobs) { job, worker in
      let first = job / channelJobs * tilePixels
      let n = min(tilePixels, pixels - first)
      let o = job % channelJobs * jobChannels
      let rows = min(jobChannels, layer.output - o)
      let columns = scratch + worker * scratchCount
      unfold(sources, firstPixel: first, count: n, into: columns)
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(n), Int32(depth),
        1, weight.withUnsafeBufferPointer { $0.baseAddress! + o * depth }, Int32(depth), columns, Int32(n), 0,
        destination + o * pixels + first, Int32(pixels))
      for channel in o..<o + rows {
        finish(destination + channel * pixels + first, n, bias: bias.withUnsafeBufferPointer { $0[channel] })
      }
    }
  }

  /// Bias and ReLU, in place. A NaN stays.
  private func finish(_ x: UnsafeMutablePointer<Float>, _ n: Int, bias: Float) {
    let floor: Float = layer.hasReLU ? 0 : -.infinity
    for i in 0..<n {
      let value = x[i] + bias
      x[i] = value < floor ? floor : value
    }
  }

  /// Writes the columns of the pixels `firstPixel ..< firstPixel + count` (row-major): row (c·k + ky)·k + kx of
  /// the result holds channel c shifted by that tap, zero outside the map.
  private func unfold(
    _ sources: UnsafeMutableBufferPointer<UnsafePointer<Float>>, firstPixel: Int, count: Int,
    into columns: UnsafeMutablePointer<Float>
  ) {
    let k = layer.kernel, d = layer.dilation
    var out = columns
    for plane in sources {
      for ky in 0..<k {
        for kx in 0..<k {
          unfoldTap(plane, dy: (ky - k / 2) * d, dx: (kx - k / 2) * d, firstPixel: firstPixel, count: count, into: out)
          out += count
        }
      }
    }
  }

  private func unfoldTap(
    _ plane: UnsafePointer<Float>, dy: Int, dx: Int, firstPixel: Int, count: Int, into out: UnsafeMutablePointer<Float>
  ) {
    var pixel = firstPixel
    let end = firstPixel + count
    while pixel < end {
      // One stretch of one row of the map at a time.
      let y = pixel / width, x = pixel - y * width
      let length = min(width - x, end - pixel)
      let segment = out + (pixel - firstPixel)
      let low = max(x, -dx), high = min(x + length, width - dx)  // Columns whose tap lies inside.
      if y + dy < 0 || y + dy >= height || low >= high {
        segment.update(repeating: 0, count: length)
      } else {
        segment.update(repeating: 0, count: low - x)
        (segment + (low - x)).update(from: plane + (y + dy) * width + low + dx, count: high - low)
        (segment + (high - x)).update(repeating: 0, count: x + length - high)
      }
      pixel += length
    }
  }
}
