internal import U2NetCMatting
import U2NetPixels
import U2NetPlatform

/// The number type that a blur computes in.
protocol BlurNumber: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// See `cm_weigh_float`.
  static func weigh(
    _ count: Int, _ output: UnsafeMutablePointer<Self>, _ rows: UnsafePointer<UnsafePointer<Self>?>, _ radius: Int,
    _ weights: UnsafePointer<Self>)
}

extension Float: BlurNumber {
  static func weigh(
    _ count: Int, _ output: UnsafeMutablePointer<Float>, _ rows: UnsafePointer<UnsafePointer<Float>?>, _ radius: Int,
    _ weights: UnsafePointer<Float>
  ) { cm_weigh_float(count, output, rows, radius, weights) }
}

extension Double: BlurNumber {
  static func weigh(
    _ count: Int, _ output: UnsafeMutablePointer<Double>, _ rows: UnsafePointer<UnsafePointer<Double>?>,
    _ radius: Int, _ weights: UnsafePointer<Double>
  ) { cm_weigh_double(count, output, rows, radius, weights) }
}

/// A Gaussian filter as SciPy's `gaussian_filter` with its defaults: cut off at 4 sigma, pictures mirrored at their
/// borders (edge pixels twice), columns first.
struct GaussianBlur<Number: BlurNumber> {
  let radius: Int
  /// From the centre outwards.
  private let weights: [Number]

  init(sigma: Double) {
    radius = Int(4 * sigma + 0.5)
    let values = (0...radius).map { sigma > 0 ? exp(-0.5 / (sigma * sigma) * Double($0 * $0)) : 1 }
    let sum = values.dropFirst().reduce(values[0]) { $0 + 2 * $1 }
    weights = values.map { Number($0 / sum) }
  }

  /// Filters every channel of a picture of `width` x `height` pixels.
  ///
  /// Memory for each thread: 2 `radius` + 2 rows of `Number`.
  /// - Parameters:
  ///   - load: writes row `y` of the picture as numbers, on any thread.
  ///   - store: takes row `y` of the result, on any thread.
  @inline(__always)
  func apply(
    width: Int, height: Int, channels: Int, threads: Int, load: (_ y: Int, UnsafeMutablePointer<Number>) -> Void,
    store: (_ y: Int, UnsafePointer<Number>) -> Void
  ) {
    let (taps, row, margin) = (2 * radius + 1, width * channels, radius * channels)
    Bands(of: height, height: max(128, 4 * radius)).forEach(threads: threads) { rows in
      let memory = UnsafeMutablePointer<Number>.allocate(capacity: (taps + 1) * row + row + 2 * margin)
      let pointers = UnsafeMutablePointer<UnsafePointer<Number>?>.allocate(capacity: taps)
      defer {
        memory.deallocate()
        pointers.deallocate()
      }
      let (result, padded) = (memory + taps * row, memory + (taps + 1) * row)
      // The ring holds row y of the picture, real or mirrored, in slot (y + radius) % taps.
      var next = rows.lowerBound - radius
      for y in rows {
        while next <= y + radius {
          load(mirrored(next, height), memory + (next + radius) % taps * row)
          next += 1
        }
        for k in 0..<taps { pointers[k] = UnsafePointer(memory + (y + k) % taps * row) }
        weights.withUnsafeBufferPointer { weights in
          Number.weigh(row, padded + margin, pointers, radius, weights.baseAddress!)
          for x in 1..<radius + 1 {
            for c in 0..<channels {
              padded[margin - x * channels + c] = padded[margin + mirrored(-x, width) * channels + c]
              padded[margin + (width - 1 + x) * channels + c] =
                padded[margin + mirrored(width - 1 + x, width) * channels + c]
            }
          }
          for k in 0..<taps { pointers[k] = UnsafePointer(padded + k * channels) }
          Number.weigh(row, result, pointers, radius, weights.baseAddress!)
        }
        store(y, result)
      }
    }
  }
}

/// Where position `i` of an axis of `count` pixels lies when pictures are mirrored at their borders, edge pixels twice:
/// c b a | a b c | c b a.
private func mirrored(_ i: Int, _ count: Int) -> Int {
  let period = 2 * count
  let wrapped = ((i % period) + period) % period
  return wrapped < count ? wrapped : period - 1 - wrapped
}

extension Image where Sample: MaskSample {
  /// The image under a Gaussian of `sigma` pixels; mirrored at its borders.
  ///
  /// From 6 pixels on, the picture is shrunk first, blurred there by what enlarging leaves to do, and enlarged, which takes
  /// the same time for any `sigma`.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public func blurred(sigma: Double, threads: Int = 1) -> Image {
    precondition(sigma >= 0 && sigma.isFinite, "a Gaussian cannot have a sigma of \(sigma)")
    if sigma == 0 { return self }
    let factor = (sigma / 3).rounded(.down)
    guard factor >= 2 else { return blurredAtFullSize(sigma: sigma, threads: threads) }
    // The variance of a triangle of 2 n pixels is n² / 6, and there are two of them.
    let rest = (sigma * sigma / (factor * factor) - 1.0 / 3).squareRoot()
    let smallWidth = max(1, Int((Double(width) / factor).rounded()))
    let smallHeight = max(1, Int((Double(height) / factor).rounded()))
    if let bytes = self as? Image<UInt8> {
      return bytes.resized(width: smallWidth, height: smallHeight, filter: .bilinear, threads: threads)
        .blurredAtFullSize(sigma: rest, threads: threads)
        .resized(width: width, height: height, filter: .bilinear, threads: threads) as! Image
    }
    return converted(to: Float.self).resized(
      width: smallWidth, height: smallHeight, filter: .bilinear, threads: threads
    )
    .blurredAtFullSize(sigma: rest, threads: threads)
    .resized(width: width, height: height, filter: .bilinear, threads: threads).converted(to: Sample.self)
  }

  @inline(__always)
  private func blurredAtFullSize(sigma: Double, threads: Int) -> Image {
    let row = width * channels.rawValue
    return Image(width: width, height: height, channels: channels) { output in
      samples.withUnsafeBufferPointer { input in
        GaussianBlur<Float>(sigma: sigma).apply(
          width: width, height: height, channels: channels.rawValue, threads: threads,
          load: { y, numbers in
            let from = input.baseAddress! + y * row
            for i in 0..<row { numbers[i] = from[i].share }
          },
          store: { y, numbers in
            let to = output.baseAddress! + y * row
            for i in 0..<row { to[i] = Sample(share: numbers[i]) }
          })
      }
    }
  }
}
