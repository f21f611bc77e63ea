/// A convolution as a matrix product: strips of pixels are unfolded into columns (im2col) and multiplied by the weight, then
/// bias and ReLU are applied while the strip is in cache.
///
///     strip [O, 2·L] = W [O, I·k·k] · columns [I·k·k, 2·L]        2·L pixels of a strip, zero beyond the map
///
/// Legend: I, O channels; k kernel; H×W pixels; L lanes. Maps are planar here.
struct UnfoldedConvolution: Sendable {
  let layer: Convolution
  private let kernels: Kernels
  private let weight: Tensor
  private let bias: [Float]
  private let height: Int
  private let width: Int
  /// Of the input, one pointer a channel.
  let planes: OwnedBuffer<UnsafePointer<Float>>
  /// Pixels per job, a multiple of a strip's.
  let jobPixels: Int
  /// Output channels per job: all of them where there are pixels enough for every core.
  private let jobChannels: Int

  /// I·k·k.
  private var depth: Int { layer.input * layer.kernel * layer.kernel }
  private var strip: Int { 2 * kernels.lanes }

  /// - Parameter out: shape of the result.
  init(_ layer: Convolution, _ parameters: ConvolutionParameters, out: MapShape, kernels: Kernels) {
    self.layer = layer
    self.kernels = kernels
    weight = parameters.weight
    bias = parameters.bias.values
    height = out.height
    width = out.width
    planes = OwnedBuffer(count: layer.input)
    let strip = 2 * kernels.lanes, strips = (out.pixels + strip - 1) / strip
    jobPixels = (strips + 15) / 16 * strip
    jobChannels = Self.jobChannels(layer, strips: strips)
  }

  private static func jobChannels(_ layer: Convolution, strips: Int) -> Int {
    strips >= 8 ? layer.output : max(16, (layer.output + 3) / 4)
  }

  /// Columns and products of a strip.
  static func scratchSize(_ layer: Convolution, out: MapShape, lanes: Int) -> Scratch.Size {
    let strip = 2 * lanes, strips = (out.pixels + strip - 1) / strip
    return Scratch.Size(
      each: (layer.input * layer.kernel * layer.kernel + jobChannels(layer, strips: strips)) * strip)
  }

  /// - Parameter destination: [O, H, W].
  func phase(into destination: UnsafeMutablePointer<Float>, _ scratch: Scratch) -> Phase {
    nonisolated(unsafe) let destination = destination
    let pixels = height * width
    let channelJobs = (layer.output + jobChannels - 1) / jobChannels
    return Phase(jobs: (pixels + jobPixels - 1) / jobPixels * channelJobs) { job, worker in
      let start = job / channelJobs * jobPixels, o = job % channelJobs * jobChannels
      let rows = min(jobChannels, layer.output - o)
      let columns = scratch.own(worker), products = columns + depth * strip
      for first in stride(from: start, to: min(start + jobPixels, pixels), by: strip) {
        let count = min(strip, pixels - first)
        unfold(firstPixel: first, count: count, into: columns)
        weight.withUnsafeBufferPointer { weight in
          let v = weight.baseAddress! + o * depth
          kernels.multiply(
            v: v, rowOfV: depth, u: columns, into: products, rows: rows, depth: depth, vectors: 2, isAdded: false,
            nextV: v, nextU: columns)
        }
        for row in 0..<rows {
          finish(
            products + row * strip, count: count, bias: bias[o + row], into: destination + (o + row) * pixels + first)
        }
      }
    }
  }

  /// Bias and ReLU. A NaN stays.
  private func finish(
    _ products: UnsafePointer<Float>, count: Int, bias: Float, into out: UnsafeMutablePointer<Float>
  ) {
    let floor: Float = layer.hasReLU ? 0 : -.infinity
    for i in 0..<count {
      let value = products[i] + bias
      out[i] = value < floor ? floor : value
    }
  }

  /// Writes the columns of the pixels `firstPixel ..< firstPixel + count` (row-major): row (c·k + ky)·k + kx of
  /// the result holds channel c shifted by that tap, zero outside the map.
  private func unfold(firstPixel: Int, count: Int, into columns: UnsafeMutablePointer<Float>) {
    let k = layer.kernel, d = layer.dilation
    var out = columns
    for plane in planes.buffer {
      for ky in 0..<k {
        for kx in 0..<k {
          unfoldTap(plane, dy: (ky - k / 2) * d, dx: (kx - k / 2) * d, firstPixel: firstPixel, count: count, into: out)
          (out + count).update(repeating: 0, count: strip - count)
          out += strip
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
