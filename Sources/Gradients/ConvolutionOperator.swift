import U2NetCompute

/// Convolution, normalisation, ReLU, residual and max-pool, and back.
///
/// All convolutions are Winograd's: the gradient with respect to the input is the convolution of the result's with the
/// turned, transposed weight, a 1×1 kernel is the middle of a 3×3 one, and a layer of stride 2 is its `dense` one.
struct ConvolutionOperator: TapeOperator {
  private let layer: Convolution
  private let context: TapeContext
  private let forward: WinogradConvolution
  private let backward: WinogradConvolution?
  private let weightGradient: WeightGradient
  /// Values of the weight that are always zero.
  private let padding: [Int]
  private let normalization: BatchNormalization
  private let product, productGradient, result, resultGradient: StoredMap
  private let residual: StoredMap?
  private let pooling: (pooled: StoredMap, gradient: StoredMap, isFirst: Bool)?
  private let residualGradient: (map: StoredMap, isFirst: Bool)?
  /// The operands' gradients that `backward` does not write itself.
  private let resized: [(from: StoredMap, to: StoredMap, isFirst: Bool, taps: Interpolation)]

  init(
    _ asTrained: Convolution, _ plan: ConvolutionPlan, _ step: TapePlan.Step, _ maps: TapeMaps, _ context: TapeContext
  ) {
    let layer = asTrained.dense
    guard case .winograd(let forwardTile) = plan.algorithm else {
      preconditionFailure("\(layer.name): no training by \(plan.algorithm)")
    }
    self.layer = layer
    self.context = context
    padding = TrainableParameters.padding(asTrained)
    let z = maps[.product(step.result)]
    product = z
    productGradient = maps[.productGradient(step.result)]
    result = maps[.value(step.result)]
    resultGradient = maps[.gradient(step.result)]
    residual = step.residual.map { maps[.value($0)] }
    pooling = step.pooled.map { (maps[.value($0)], maps[.gradient($0)], step.poolingIsFirst) }
    residualGradient = step.toResidual.map { (maps[.gradient($0.map)], $0.isFirst) }
    normalization = BatchNormalization(layer, z: product, context)

    let place = context.parameters.places[layer.name]!
    // The optimiser changes these values between two steps; transformed copies are made in every run.
    let weight = Tensor(
      shape: [layer.output, layer.input, 3, 3], base: context.parameters.values.start + place.weight,
      owner: context.parameters)
    let operands = step.operands.map { maps[.value($0)] }
    func convolution(
      from inputs: Int, to outputs: Int, isTransposed: Bool, _ sources: [StoredMap],
      into destination: WinogradConvolution.Destination, tile: Int?
    ) -> WinogradConvolution {
      let plain = Convolution(
        layer.name, input: inputs, output: outputs, dilation: layer.dilation, isNormalized: false, hasReLU: false)
      return WinogradConvolution(
        plain, .init(weight: weight, isTransposed: isTransposed), sources: sources, into: destination,
        m: tile ?? ConvolutionPlan.trainingTile(plain, out: z.shape, lanes: context.kernels.lanes),
        kernels: context.kernels, weightUse: .everyRun, pool: context.pool)
    }
    forward = convolution(
      from: layer.input, to: layer.output, isTransposed: false, operands, into: .init(product), tile: forwardTile)
    weightGradient = WeightGradient(
      forward, sources: operands, gradient: productGradient, kernels: context.gradientKernels)

    var destinations: [(map: StoredMap, isAddedTo: Bool)] = []
    var resized: [(from: StoredMap, to: StoredMap, isFirst: Bool, taps: Interpolation)] = []
    for (number, contribution) in step.toOperands.enumerated() {
      guard let contribution else { continue }
      let gradient = maps[.gradient(contribution.map)]
      if step.isResized[number] {
        let whole = maps[.resizedGradient(step: step.index, operand: number)]
        destinations.append((whole, false))
        resized.append(
          (whole, gradient, contribution.isFirst, Interpolation(from: gradient.shape, to: whole.shape)))
      } else {
        destinations.append((gradient, !contribution.isFirst))
      }
    }
    self.resized = resized
    precondition(
      destinations.isEmpty || destinations.count == operands.count, "\(layer.name) reads the network's input and more")
    backward =
      destinations.isEmpty
      ? nil
      : convolution(
        from: layer.output, to: layer.input, isTransposed: true, [productGradient], into: .init(destinations),
        tile: context.tile)
  }

  var scratchSize: Scratch.Size {
    let rows = resized.map { $0.to.shape.width * $0.to.lanes }.max() ?? 0
    return forward.scratchSize.union(backward?.scratchSize ?? Scratch.Size())
      .union(Scratch.Size(shared: max(weightGradient.scratchCount, normalization.scratchCount), each: rows))
  }

  func run(_ scratch: Scratch) { run(scratch, calibrating: nil) }

  func calibrate(_ scratch: Scratch, pass: Int) {
    run(scratch, calibrating: context.parameters.folded.contains(layer.name) ? pass : nil)
  }

  private func run(_ scratch: Scratch, calibrating pass: Int?) {
    run(forward, scratch)
    normalization.run(
      into: result, residual: residual, shared: scratch.shared, pool: context.pool, calibrating: pass)
    if let pooling { Maps.maxPool(result, into: pooling.pooled, context) }
  }

  private func run(_ convolution: WinogradConvolution, _ scratch: Scratch) {
    convolution.phases(scratch, stopwatch: context.stopwatch).forEach(context.pool.run)
  }

  func pullBack(_ scratch: Scratch) {
    if let pooling {
      if pooling.isFirst { Maps.clear(resultGradient, context) }
      Maps.pullBackMaxPool(result, pooling.gradient, into: resultGradient, context)
    }
    if let (map, isFirst) = residualGradient { Maps.add(resultGradient, to: map, isFirst: isFirst, context) }
    normalization.pullBack(resultGradient, into: productGradient, shared: scratch.shared, pool: context.pool)

    let place = context.parameters.places[layer.name]!
    let gradient = context.parameters.gradients.start + place.weight
    weightGradient.run(into: gradient, shared: scratch.shared, pool: context.pool)
    for i in padding { gradient[i] = 0 }
    if let backward { run(backward, scratch) }
    for (from, to, isFirst, taps) in resized {
      if isFirst { Maps.clear(to, context) }
      Maps.pullBackUpsample(from, taps, into: to, scratch, context)
    }
  }
}
