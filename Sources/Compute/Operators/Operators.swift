#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The verbs other than convolution, over planar maps: C planes of H·W floats, one job a plane.
enum Operators {
  /// max(floor, x) that keeps a NaN in x, as the field's ReLU does.
  @inline(__always)
  static func atLeast(_ floor: Float, _ x: Float) -> Float { x < floor ? floor : x }

  /// 2×2 max-pool, stride 2, ceil mode: C×H×W → C×⌈H/2⌉×⌈W/2⌉.
  static func maxPool(
    _ source: UnsafePointer<Float>, _ shape: MapShape, into out: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let pooled = shape.pooled
    pool.run(shape.channels) { channel, _ in
      for y in 0..<pooled.height {
        let top = source + channel * shape.pixels + 2 * y * shape.width
        let bottom = 2 * y + 1 < shape.height ? top + shape.width : top
        let row = out + channel * pooled.pixels + y * pooled.width
        for x in 0..<shape.width / 2 {
          row[x] = larger(larger(top[2 * x], top[2 * x + 1]), larger(bottom[2 * x], bottom[2 * x + 1]))
        }
        if shape.width % 2 == 1 { row[pooled.width - 1] = larger(top[shape.width - 1], bottom[shape.width - 1]) }
      }
    }
  }

  /// The larger of two, NaN if either is.
  @inline(__always)
  private static func larger(_ a: Float, _ b: Float) -> Float { a > b || a != a ? a : b }

  /// Bilinear resize: source coordinate (i + ½)·in/out − ½, clamped below at 0, neighbours clamped to the last index
  /// (`align_corners = false`).
  static func upsample(
    _ source: UnsafePointer<Float>, _ shape: MapShape, into out: UnsafeMutablePointer<Float>, _ target: MapShape,
    pool: ThreadPool
  ) {
    let xs = linearTaps(from: shape.width, to: target.width), ys = linearTaps(from: shape.height, to: target.height)
    pool.run(shape.channels) { channel, _ in
      let plane = source + channel * shape.pixels
      xs.withUnsafeBufferPointer { xs in
        for (y, tap) in ys.enumerated() {
          let top = plane + tap.first * shape.width, bottom = plane + tap.second * shape.width
          let row = out + channel * target.pixels + y * target.width
          for x in 0..<target.width {
            let t = xs[x]
            let a = top[t.first] + (top[t.second] - top[t.first]) * t.weight
            let b = bottom[t.first] + (bottom[t.second] - bottom[t.first]) * t.weight
            row[x] = a + (b - a) * tap.weight
          }
        }
      }
    }
  }

  /// The two neighbours of an output sample and the weight of the second.
  struct LinearTap {
    let first, second: Int
    let weight: Float
  }

  static func linearTaps(from input: Int, to output: Int) -> [LinearTap] {
    let scale = Float(input) / Float(output)
    return (0..<output).map { i in
      let position = max(0, (Float(i) + 0.5) * scale - 0.5)
      let first = min(Int(position), input - 1)
      return LinearTap(first: first, second: min(first + 1, input - 1), weight: position - Float(first))
    }
  }

  /// a + b over `shape`.
  static func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ shape: MapShape, into out: UnsafeMutablePointer<Float>,
    pool: ThreadPool
  ) {
    pool.run(shape.channels) { channel, _ in
      for i in channel * shape.pixels..<(channel + 1) * shape.pixels { out[i] = a[i] + b[i] }
    }
  }

  /// 1 / (1 + e⁻ˣ) over `shape`.
  static func sigmoid(
    _ source: UnsafePointer<Float>, _ shape: MapShape, into out: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    pool.run(shape.channels * shape.height) { row, _ in
      for i in row * shape.width..<(row + 1) * shape.width { out[i] = 1 / (1 + expf(-source[i])) }
    }
  }
}
