import Images

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The weighted F-measure of Margolin and others, "How to evaluate foreground maps", 2014, with β² = 1, as PySODMetrics
/// computes it. 0 if there is no object.
///
/// Errors E = |value - truth| are weighted before they are counted. Inside the object an error counts no more than the
/// errors around it do on average (a 7×7 Gaussian of σ = 5; pixels outside the object stand in with the error of the
/// object's pixel nearest to them). Outside it counts the more the farther it is from the object: 2 - 0.5^(D/5) for a
/// distance of D pixels.
///
/// Memory: 8 bytes a pixel.
func weightedFMeasure(_ prediction: Image<UInt8>, _ truth: Foreground, _ levels: StretchedLevels) -> Double {
  guard truth.count > 0 else { return 0 }
  let errors = WeightedErrors(prediction, truth, levels)
  let object = Double(truth.count)
  let hits = object - errors.inside
  let recall = 1 - errors.inside / object
  let precision = hits / (hits + errors.outside + Double.ulpOfOne)
  return 2 * precision * recall / (precision + recall + Double.ulpOfOne)
}

private struct WeightedErrors {
  /// Sums over the pixels in the object, and outside.
  private(set) var inside = 0.0
  private(set) var outside = 0.0

  init(_ prediction: Image<UInt8>, _ truth: Foreground, _ levels: StretchedLevels) {
    let (width, height) = (truth.width, truth.height)
    // With three pixels of zeros around.
    let stride = width + 6, area = stride * (height + 6)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: area) { padded in
      padded.initialize(repeating: 0)
      let errors = padded.baseAddress! + 3 * stride + 3
      prediction.samples.withUnsafeBufferPointer { samples in
        truth.flags.withUnsafeBufferPointer { flags in
          fill(errors, stride, samples.baseAddress!, flags.baseAddress!, truth, levels)
          sumInside(errors, stride, flags.baseAddress!, truth)
        }
      }
    }
  }

  /// Writes E where it is needed: in the object, and the transferred one up to three pixels around. Sums what is outside.
  private mutating func fill(
    _ errors: UnsafeMutablePointer<Float>, _ stride: Int, _ samples: UnsafePointer<UInt8>,
    _ flags: UnsafePointer<UInt8>, _ truth: Foreground, _ levels: StretchedLevels
  ) {
    let width = truth.width
    let isFull = truth.count == truth.flags.count
    let missed = levels.values.map { Float(1 - $0) }
    let nearest: NearestObject? = isFull ? nil : NearestObject(truth)
    var outside = 0.0
    levels.values.withUnsafeBufferPointer { values in
      missed.withUnsafeBufferPointer { missed in
        distanceWeights.withUnsafeBufferPointer { weights in
          for y in 0..<truth.height {
            let (row, flag, to) = (samples + y * width, flags + y * width, errors + y * stride)
            if nearest == nil {
              for x in 0..<width { to[x] = missed[Int(row[x])] }
              continue
            }
            nearest!.forEach(inRow: y) { x, squaredDistance, index in
              if flag[x] == 0 {
                outside += values[Int(row[x])] * weights[min(Int(squaredDistance), weights.count - 1)]
              }
              if squaredDistance <= 18 { to[x] = missed[Int(samples[index])] }
            }
          }
        }
      }
    }
    self.outside = outside
  }

  /// Smooths in the rectangle around the object: 7 taps down, 7 across.
  private mutating func sumInside(
    _ errors: UnsafePointer<Float>, _ stride: Int, _ flags: UnsafePointer<UInt8>, _ truth: Foreground
  ) {
    let first = truth.columns.lowerBound, count = truth.columns.count
    let (w0, w1, w2, w3) = gaussianTaps
    var inside = 0.0
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * count + 6) { buffer in
      let (down, smooth) = (buffer.baseAddress!, buffer.baseAddress! + count + 6)
      for y in truth.rows {
        let row = errors + y * stride + first - 3
        for x in 0..<count + 6 {
          let near = w0 * row[x] + w1 * (row[x - stride] + row[x + stride])
          let far = w2 * (row[x - 2 * stride] + row[x + 2 * stride]) + w3 * (row[x - 3 * stride] + row[x + 3 * stride])
          down[x] = near + far
        }
        for x in 0..<count {
          let near = w0 * down[x + 3] + w1 * (down[x + 2] + down[x + 4])
          let far = w2 * (down[x + 1] + down[x + 5]) + w3 * (down[x] + down[x + 6])
          smooth[x] = min(near + far, row[x + 3])
        }
        let flag = flags + y * truth.width + first
        for x in 0..<count where flag[x] != 0 { inside += Double(smooth[x]) }
      }
    }
    self.inside = inside
  }
}

/// Weights of errors outside the object, by squared distance in pixels; from 160 pixels on it is 2 but for 2e-10.
private let distanceWeights = (0...160 * 160).map { 2 - exp(log(0.5) / 5 * Double($0).squareRoot()) }

/// Weights of a Gaussian of σ = 5 at 0, 1, 2 and 3 pixels; the seven, 3 … 0 … 3, sum to 1.
private let gaussianTaps: (Float, Float, Float, Float) = {
  let weights = (0...3).map { exp(-Double($0 * $0) / 50) }
  let sum = weights[0] + 2 * (weights[1] + weights[2] + weights[3])
  return (Float(weights[0] / sum), Float(weights[1] / sum), Float(weights[2] / sum), Float(weights[3] / sum))
}()
