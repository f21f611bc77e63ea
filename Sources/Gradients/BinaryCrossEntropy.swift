import U2NetCompute
import U2NetPlatform

extension Tape {
  /// The binary cross-entropy between the sigmoid of output `index`, of one channel, and `target`, mean over all pixels of
  /// all images; its gradient becomes the output's.
  ///
  ///     max(x, 0) − x·t + ln(1 + e^−|x|)          derivative: σ(x) − t
  ///
  /// which overflows for no x.
  /// - Parameters:
  ///   - index: of the output, in the order of the tape's outputs.
  ///   - target: N×H×W values in 0 … 1.
  public func binaryCrossEntropy(output index: Int, target: UnsafeBufferPointer<Float>) -> Double {
    let (value, gradient) = self[output: index]
    precondition(
      value.shape.channels == 1 && target.count == value.pixels, "\(target.count) targets for \(value.shape)")
    let lanes = value.lanes, jobs = lossJobs(value.pixels)
    let share = 1 / Float(value.pixels), losses = losses
    nonisolated(unsafe) let target = target
    pool.run(jobs) { job, _ in
      var sum = 0.0
      for i in job * Self.lossPixels..<min((job + 1) * Self.lossPixels, value.pixels) {
        let x = value.start[i * lanes], t = target[i], e = expf(-abs(x))
        sum += Double(max(x, 0) - x * t + log1pf(e))
        gradient.start[i * lanes] = ((x >= 0 ? 1 : e) / (1 + e) - t) * share
      }
      losses.start[job] = sum
    }
    return losses.buffer[..<jobs].reduce(0, +) / Double(value.pixels)
  }

  static var lossPixels: Int { 4096 }
  func lossJobs(_ pixels: Int) -> Int { (pixels + Self.lossPixels - 1) / Self.lossPixels }
}
