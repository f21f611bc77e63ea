import U2NetPixels
import U2NetPlatform

/// The weighted F-measure of Margolin and others, "How to evaluate foreground maps", 2014, with β² = 1, as PySODMetrics
/// computes it. 0 if there is no object.
///
/// Errors E = |value - truth| are weighted before they are counted. Inside the object an error counts no more than the
/// errors around it do on average (a 7×7 Gaussian of σ = 5; pixels outside the object stand in with the error of the
/// object's pixel nearest to them). Outside it counts the more the farther it is from the object: 2 - 0.5^(D/5) for a
/// distance of D pixels.
///
/// Memory: 1 byte a pixel, and 4 for those of the rectangle around the object.
func weightedFMeasure(_ prediction: Image<UInt8>, _ truth: Foreground, _ levels: StretchedLevels) -> Double {
  guard truth.count > 0 else { return 0 }
  let distance = ObjectDistance(truth)
  let outside = sumOutside(prediction, truth, levels, distance)
  let inside = sumInside(prediction, truth, levels, distance)
  let object = Double(truth.count), hits = object - inside
  let recall = 1 - inside / object
  let precision = hits / (hits + outside + Double.ulpOfOne)
  return 2 * precision * recall / (precision + recall + Double.ulpOfOne)
}

/// Weights of errors outside the object by squared distance in pixels. At the longest distance 2 would be right, which
/// this is but for 2e-8.
private let distanceWeights = (0...ObjectDistance.limit * ObjectDistance.limit).map {
  2 - exp(log(0.5) / 5 * Double($0).squareRoot())
}

/// The sum of weighted errors outside the object.
private func sumOutside(
  _ prediction: Image<UInt8>, _ truth: Foreground, _ levels: StretchedLevels, _ distance: borrowing ObjectDistance
) -> Double {
  let block = ObjectDistance.block, width = truth.width, blocks = (width + block - 1) / block
  let clean = UInt8(levels.offset), limit = Int16(ObjectDistance.limit * ObjectDistance.limit)
  var sum = 0.0
  withUnsafeTemporaryAllocation(of: Int16.self, capacity: blocks * block) { buffer in
    buffer.initialize(repeating: 0)
    let squares = buffer.baseAddress!
    for y in 0..<truth.height {
      prediction.samples.withUnsafeBufferPointer { samples in
        truth.flags.withUnsafeBufferPointer { flags in
          let (level, flag) = (samples.baseAddress! + y * width, flags.baseAddress! + y * width)
          // Only errors need their distance.
          var any: Int16 = 0
          for x in 0..<width {
            squares[x] = (level[x] != clean ? limit : 0) & (Int16(flag[x]) &- 1)
            any |= squares[x]
          }
          if any == 0 { return }
          distance.select(row: y)
          levels.values.withUnsafeBufferPointer { values in
            distanceWeights.withUnsafeBufferPointer { weights in
              for start in stride(from: 0, to: width, by: block) {
                let some = squares + start
                var any: Int16 = 0
                for i in 0..<block { any |= some[i] }
                if any == 0 { continue }
                distance.lower(some, from: start)
                for i in 0..<block where some[i] != 0 {
                  sum += values[Int(level[start + i])] * weights[Int(some[i])]
                }
              }
            }
          }
        }
      }
    }
  }
  return sum
}

/// Weights of a Gaussian of σ = 5 at 0, 1, 2 and 3 pixels; the seven, 3 … 0 … 3, sum to 1.
private let gaussianTaps: (Float, Float, Float, Float) = {
  let weights = (0...3).map { exp(-Double($0 * $0) / 50) }
  let sum = weights[0] + 2 * (weights[1] + weights[2] + weights[3])
  return (Float(weights[0] / sum), Float(weights[1] / sum), Float(weights[2] / sum), Float(weights[3] / sum))
}()

/// The sum of smoothed errors in the object.
private func sumInside(
  _ prediction: Image<UInt8>, _ truth: Foreground, _ levels: StretchedLevels, _ distance: borrowing ObjectDistance
) -> Double {
  let (rows, columns) = (truth.rows, truth.columns)
  // The rectangle around the object with three pixels more to all sides, zeros where the picture ends.
  let width = columns.count + 6
  return withUnsafeTemporaryAllocation(of: Float.self, capacity: width * (rows.count + 6)) { errors in
    errors.initialize(repeating: 0)
    fillErrors(errors.baseAddress!, width, prediction, truth, levels, distance)
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { buffer in
      truth.flags.withUnsafeBufferPointer { flags in
        var sum = 0.0
        for y in 0..<rows.count {
          let smoothed = smooth(errors.baseAddress! + (y + 3) * width, width, buffer.baseAddress!)
          let flag = flags.baseAddress! + (rows.lowerBound + y) * truth.width + columns.lowerBound
          for x in 0..<columns.count where flag[x] != 0 { sum += Double(smoothed[x]) }
        }
        return sum
      }
    }
  }
}

/// Writes the errors of the object's pixels, and of those around it the errors of the object's pixels nearest to them.
private func fillErrors(
  _ errors: UnsafeMutablePointer<Float>, _ stride: Int, _ prediction: Image<UInt8>, _ truth: Foreground,
  _ levels: StretchedLevels, _ distance: borrowing ObjectDistance
) {
  let width = truth.width, top = truth.rows.lowerBound - 3, left = truth.columns.lowerBound - 3
  let missed = levels.values.map { Float(1 - $0) }
  let columns = max(left, 0)..<min(truth.columns.upperBound + 3, width)
  withUnsafeTemporaryAllocation(of: UInt8.self, capacity: width + 6) { marks in
    prediction.samples.withUnsafeBufferPointer { samples in
      truth.flags.withUnsafeBufferPointer { flags in
        missed.withUnsafeBufferPointer { missed in
          for y in max(top, 0)..<min(truth.rows.upperBound + 3, truth.height) {
            let to = errors + (y - top) * stride - left
            distance.markSurroundings(row: y, marks.baseAddress!)
            for x in columns where marks[x] != 0 {
              let nearest = flags[y * width + x] != 0 ? (x, y) : distance.nearest(toMarked: x, y)
              to[x] = missed[Int(samples[nearest.1 * width + nearest.0])]
            }
          }
        }
      }
    }
  }
}

/// The lesser of error and smoothed error, from the fourth pixel of a row to the fourth from its end.
/// - Parameter buffer: for two rows; the result is in it.
private func smooth(
  _ row: UnsafePointer<Float>, _ stride: Int, _ buffer: UnsafeMutablePointer<Float>
) -> UnsafePointer<Float> {
  let (w0, w1, w2, w3) = gaussianTaps
  let (down, result) = (buffer, buffer + stride)
  for x in 0..<stride {
    let near = w0 * row[x] + w1 * (row[x - stride] + row[x + stride])
    let far = w2 * (row[x - 2 * stride] + row[x + 2 * stride]) + w3 * (row[x - 3 * stride] + row[x + 3 * stride])
    down[x] = near + far
  }
  for x in 0..<stride - 6 {
    let near = w0 * down[x + 3] + w1 * (down[x + 2] + down[x + 4])
    let far = w2 * (down[x + 1] + down[x + 5]) + w3 * (down[x] + down[x + 6])
    result[x] = min(near + far, row[x + 3])
  }
  return UnsafePointer(result)
}
