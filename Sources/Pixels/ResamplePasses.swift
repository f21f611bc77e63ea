// The two passes of resampling. These loops are where the time goes: plain pointers, no allocation.

/// Filters each of `rows` rows along itself. Row sizes are in samples.
func filterRows<A: ResampleArithmetic>(
  _ input: UnsafePointer<A.Sample>, _ inputRow: Int, to output: UnsafeMutablePointer<A.Sample>, _ outputRow: Int,
  _ rows: Int, _ channels: Int, _ taps: ResampleTaps<A.Weight>, _: A.Type
) {
  taps.ranges.withUnsafeBufferPointer { ranges in
    taps.weights.withUnsafeBufferPointer { weights in
      for y in 0..<rows {
        let (from, to) = (input + y * inputRow, output + y * outputRow)
        for x in 0..<ranges.count {
          let sums = Sums<A>(
            from + ranges[x].lowerBound * channels, weights.baseAddress! + x * taps.stride, ranges[x].count,
            channels)
          sums.store(to + x * channels, channels)
        }
      }
    }
  }
}

/// The weighted sums of up to four channels. With the count of channels known to each loop, the sums stay in
/// registers, and a weight is loaded once for all.
private struct Sums<A: ResampleArithmetic> {
  var s0 = A.zero
  var s1 = A.zero
  var s2 = A.zero
  var s3 = A.zero

  @inline(__always)
  init(_ samples: UnsafePointer<A.Sample>, _ weights: UnsafePointer<A.Weight>, _ count: Int, _ channels: Int) {
    switch channels {
    case 1:
      for k in 0..<count {
        A.add(samples[k], weights[k], to: &s0)
      }
    case 2:
      for k in 0..<count {
        A.add(samples[2 * k], weights[k], to: &s0)
        A.add(samples[2 * k + 1], weights[k], to: &s1)
      }
    case 3:
      for k in 0..<count {
        A.add(samples[3 * k], weights[k], to: &s0)
        A.add(samples[3 * k + 1], weights[k], to: &s1)
        A.add(samples[3 * k + 2], weights[k], to: &s2)
      }
    default:
      for k in 0..<count {
        A.add(samples[4 * k], weights[k], to: &s0)
        A.add(samples[4 * k + 1], weights[k], to: &s1)
        A.add(samples[4 * k + 2], weights[k], to: &s2)
        A.add(samples[4 * k + 3], weights[k], to: &s3)
      }
    }
  }

  @inline(__always)
  func store(_ output: UnsafeMutablePointer<A.Sample>, _ channels: Int) {
    output[0] = A.sample(s0)
    if channels > 1 { output[1] = A.sample(s1) }
    if channels > 2 { output[2] = A.sample(s2) }
    if channels > 3 { output[3] = A.sample(s3) }
  }
}

/// Sums rows into the output rows `rows`. Row `firstRow` of the whole input is the first at `input`.
func filterColumns<A: ResampleArithmetic>(
  _ input: UnsafePointer<A.Sample>, firstRow: Int, to output: UnsafeMutablePointer<A.Sample>, _ rows: Range<Int>,
  rowSize: Int, _ taps: ResampleTaps<A.Weight>, _: A.Type
) {
  withUnsafeTemporaryAllocation(of: A.Sum.self, capacity: rowSize) { sums in
    let sums = sums.baseAddress!
    taps.weights.withUnsafeBufferPointer { weights in
      for y in rows {
        for i in 0..<rowSize { sums[i] = A.zero }
        for (k, row) in taps.ranges[y].enumerated() {
          let from = input + (row - firstRow) * rowSize
          let weight = weights[y * taps.stride + k]
          for i in 0..<rowSize { A.add(from[i], weight, to: &sums[i]) }
        }
        let to = output + (y - rows.lowerBound) * rowSize
        for i in 0..<rowSize { to[i] = A.sample(sums[i]) }
      }
    }
  }
}
