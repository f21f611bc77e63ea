import U2NetCompute

/// What follows a convolution in training: batch normalisation with the batch's own statistics, ReLU, sum with a residual.
///
///     y = max(γ·x̂ + β, 0) + residual        x̂ = (z − μ) / √(σ² + ε)
///
/// μ and σ² (biased) are over all pixels of all images. A layer without normalisation has y = max(z + bias, 0) + residual;
/// without ReLU there is no max. The convolution's own bias changes nothing that is normalised: it only enters the running
/// mean, and its gradient is exactly zero (Ioffe and Szegedy 2015, section 3.2).
///
/// With g = dy where the ReLU lets it through, else 0, over n pixels:
///
///     dγ = Σ g·x̂      dβ = Σ g      dz = γ/√(σ² + ε) · (g − dβ/n − x̂·dγ/n)
///
/// Sums are taken over parts of the pixels in single precision and over the parts, in their order, in double.
struct BatchNormalization: @unchecked Sendable {  // The jobs of a phase share out what they write.
  private let layer: Convolution
  private let place: TrainableParameters.Place
  private let parameters: TrainableParameters
  private let kernels: Kernels
  private let gradientKernels: GradientKernels
  private let z: StoredMap
  /// [⌈O/L⌉·L] each, zero beyond O: what `normalize` and its gradient multiply by and add.
  private let coefficients: OwnedFloats

  /// Pixels in a part: with L = 8, 32 KB of z, which stay in a core's cache between mean and squares.
  private static let partPixels = 1024

  private var lanes: Int { z.lanes }
  private var parts: Int { (z.pixels + Self.partPixels - 1) / Self.partPixels }
  private var floor: Float { layer.hasReLU ? 0 : -.infinity }

  private enum Coefficient: Int, CaseIterable { case scale, shift, mean, offset, slope, inverseDeviation }
  private func coefficient(_ c: Coefficient, _ block: Int = 0) -> UnsafeMutablePointer<Float> {
    coefficients.start + (c.rawValue * z.blocks + block) * lanes
  }

  init(_ layer: Convolution, z: StoredMap, _ context: TapeContext) {
    precondition(!layer.isNormalized || z.pixels > 1, "\(layer.name): one value has no variance")
    self.layer = layer
    parameters = context.parameters
    kernels = context.kernels
    gradientKernels = context.gradientKernels
    self.z = z
    place = parameters.places[layer.name]!
    coefficients = OwnedFloats(count: Coefficient.allCases.count * z.blocks * z.lanes)
    coefficients.buffer.initialize(repeating: 0)
  }

  /// Floats that all workers share: two sums a lane for each part.
  var scratchCount: Int { z.blocks * parts * 2 * lanes }

  private func forEachPart(
    _ pool: ThreadPool, _ body: @Sendable (_ block: Int, _ offset: Int, _ pixels: Int, _ part: Int) -> Void
  ) {
    pool.run(z.blocks * parts) { job, _ in
      let first = job % parts * Self.partPixels
      body(job / parts, first * lanes, min(Self.partPixels, z.pixels - first), job)
    }
  }

  /// - Parameter pass: of `Tape.calibrate`, from 1; nil for training.
  func run(
    into y: StoredMap, residual: StoredMap?, shared sums: UnsafeMutablePointer<Float>, pool: ThreadPool,
    calibrating pass: Int? = nil
  ) {
    nonisolated(unsafe) let sums = sums
    if layer.isNormalized {
      forEachPart(pool) { block, offset, pixels, part in
        let sum = sums + part * 2 * lanes
        gradientKernels.c.moments(z.block(block) + offset, pixels, sum, sum + lanes)
      }
      for channel in 0..<layer.output { setStatistics(channel, sums, calibrating: pass) }
    } else {
      for channel in 0..<layer.output {
        coefficient(.scale)[channel] = 1
        coefficient(.shift)[channel] = parameters.values.start[place.bias + channel]
      }
    }
    forEachPart(pool) { block, offset, pixels, _ in
      kernels.c.normalize(
        z.block(block) + offset, pixels, coefficient(.scale, block), coefficient(.shift, block), floor,
        residual.map { UnsafePointer($0.block(block) + offset) }, y.block(block) + offset)
    }
  }

  /// Mean and variance from those of the parts (Chan, Golub and LeVeque 1983), and what follows from them.
  private func setStatistics(_ channel: Int, _ sums: UnsafePointer<Float>, calibrating pass: Int?) {
    let block = channel / lanes, lane = channel % lanes
    var count = 0.0, mean = 0.0, squares = 0.0
    for part in 0..<parts {
      let sum = sums + (block * parts + part) * 2 * lanes + lane
      let n = Double(min(Self.partPixels, z.pixels - part * Self.partPixels)), away = Double(sum[0]) - mean
      mean += away * n / (count + n)
      squares += Double(sum[lanes]) + away * away * n * count / (count + n)
      count += n
    }
    let values = parameters.values.start, running = parameters.statistics.start
    let inverse = 1 / (squares / count + ConvolutionParameters.BatchNormalization.epsilon).squareRoot()
    let scale = Double(values[place.gamma + channel]) * inverse
    coefficient(.mean)[channel] = Float(mean)
    coefficient(.inverseDeviation)[channel] = Float(inverse)
    coefficient(.scale)[channel] = Float(scale)
    coefficient(.shift)[channel] = Float(Double(values[place.beta + channel]) - mean * scale)
    let momentum = pass.map { 1 / Double($0) } ?? TrainableParameters.momentum
    func move(_ value: inout Float, to new: Double) {
      value = Float(Double(value) + momentum * (new - Double(value)))
    }
    move(&running[place.mean + channel], to: mean + Double(values[place.bias + channel]))
    move(&running[place.variance + channel], to: squares / (count - 1))
    guard pass != nil else { return }
    // What the running statistics take away is given back, and this run leaves the layer as it was.
    let variance = Double(running[place.variance + channel]) + ConvolutionParameters.BatchNormalization.epsilon
    values[place.gamma + channel] = Float(variance.squareRoot())
    values[place.beta + channel] = running[place.mean + channel]
    coefficient(.scale)[channel] = 1
    coefficient(.shift)[channel] = values[place.bias + channel]
  }

  /// From dy to dz, and the gradients of γ and β, or of the bias. dz may be dy.
  func pullBack(_ dy: StoredMap, into dz: StoredMap, shared sums: UnsafeMutablePointer<Float>, pool: ThreadPool) {
    nonisolated(unsafe) let sums = sums
    forEachPart(pool) { block, offset, pixels, part in
      let sum = sums + part * 2 * lanes
      gradientKernels.c.normalization_sums(
        z.block(block) + offset, dy.block(block) + offset, pixels, coefficient(.scale, block),
        coefficient(.shift, block),
        floor, coefficient(.mean, block), sum, sum + lanes)
    }
    for channel in 0..<layer.output { setGradients(channel, sums) }
    forEachPart(pool) { block, offset, pixels, _ in
      gradientKernels.c.normalization_gradient(
        z.block(block) + offset, dy.block(block) + offset, pixels, coefficient(.scale, block),
        coefficient(.shift, block),
        floor, coefficient(.mean, block), coefficient(.offset, block), coefficient(.slope, block),
        dz.block(block) + offset)
    }
  }

  private func setGradients(_ channel: Int, _ sums: UnsafePointer<Float>) {
    let block = channel / lanes, lane = channel % lanes
    var sum = 0.0, product = 0.0
    for part in 0..<parts {
      let s = sums + (block * parts + part) * 2 * lanes + lane
      sum += Double(s[0])
      product += Double(s[lanes])
    }
    let gradients = parameters.gradients.start, n = Double(z.pixels)
    guard layer.isNormalized else {
      gradients[place.bias + channel] = Float(sum)
      return
    }
    let inverse = Double(coefficient(.inverseDeviation)[channel]), scale = Double(coefficient(.scale)[channel])
    gradients[place.gamma + channel] = Float(product * inverse)
    gradients[place.beta + channel] = Float(sum)
    coefficient(.offset)[channel] = Float(scale * sum / n)
    coefficient(.slope)[channel] = Float(scale * product * inverse * inverse / n)
  }
}
