import U2NetCompute
import U2NetPlatform

/// The values of a network while it is trained, each kind in one stretch of memory: what the optimiser changes, its gradients
/// and the running statistics of batch normalisation.
public final class TrainableParameters {
  /// Where the values of one layer begin, in floats.
  struct Place {
    /// [O, I, 3, 3], of the `dense` layer if its stride is 2; a 1×1 kernel is the middle of a 3×3 one. The other values stay zero.
    let weight: Int
    /// [O] each; γ and β only where the layer is normalised.
    let bias, gamma, beta: Int
    /// [O] each, in `statistics`.
    let mean, variance: Int
  }

  /// In the order that they were given in.
  public let layers: [Convolution]
  let places: [LayerName: Place]
  /// Values and their gradients, in the same order. Padding between tensors is zero.
  let values, gradients: OwnedFloats
  let statistics: OwnedFloats
  /// Floats of the values, and of the running statistics.
  private let count, statisticsCount: Int
  /// Layers whose normalisation was folded into their weights, so that it began anew; see `Tape.calibrate`.
  public private(set) var folded: Set<LayerName> = []

  /// Momentum of the running statistics: PyTorch's default, which the published weights were trained with.
  static let momentum = 0.1

  /// Values for `layers`, all zero. Kernels must be 1×1 or 3×3.
  /// - Parameter isPlanned: whether this is to be known about only: there are no values then, and nobody asks for them.
  init(_ layers: [Convolution], isPlanned: Bool = false) {
    var places: [LayerName: Place] = [:], count = 0, statisticsCount = 0
    func take(_ n: Int, from count: inout Int) -> Int {
      defer { count += (n + 15) / 16 * 16 }
      return count
    }
    for layer in layers {
      precondition(layer.kernel == 1 || layer.kernel == 3, "\(layer.name): no training of \(layer.kernel)² kernels")
      let o = layer.output, normalized = layer.isNormalized ? o : 0
      places[layer.name] = Place(
        weight: take(Self.weightCount(layer), from: &count), bias: take(o, from: &count),
        gamma: take(normalized, from: &count), beta: take(normalized, from: &count),
        mean: take(normalized, from: &statisticsCount), variance: take(normalized, from: &statisticsCount))
    }
    precondition(places.count == layers.count, "two layers have the same name")
    self.layers = layers
    self.places = places
    (self.count, self.statisticsCount) = (count, statisticsCount)
    values = OwnedFloats(count: isPlanned ? 0 : count)
    gradients = OwnedFloats(count: isPlanned ? 0 : count)
    statistics = OwnedFloats(count: isPlanned ? 0 : statisticsCount)
    for memory in [values, gradients, statistics] { memory.buffer.initialize(repeating: 0) }
  }

  /// Fresh values: weights and biases uniform in ±1/√(I·k²), which is PyTorch's default for convolutions (He et al. 2015 with
  /// a = √5), layer by layer, weight before bias; γ = 1, β = 0, running mean 0 and variance 1.
  public convenience init(_ layers: [Convolution], using generator: inout SplitMix64) {
    self.init(layers)
    for layer in layers {
      let bound = 1 / Double(layer.input * layer.kernel * layer.kernel).squareRoot()
      func uniform() -> Float { Float((2 * generator.unit() - 1) * bound) }
      let place = places[layer.name]!
      for i in 0..<layer.weightShape.reduce(1, *) { values.start[index(layer, place, i)] = uniform() }
      for o in 0..<layer.output { values.start[place.bias + o] = uniform() }
      if layer.isNormalized {
        for o in 0..<layer.output {
          values.start[place.gamma + o] = 1
          statistics.start[place.variance + o] = 1
        }
      }
    }
  }

  /// The values of a trained network. Where batch normalisation was folded into a layer it begins anew, changing nothing.
  public convenience init(_ layers: [Convolution], _ parameters: NetworkParameters) {
    self.init(layers)
    fill(values, from: parameters)
    fillStatistics(statistics, from: parameters)
    folded = Set(layers.filter { $0.isNormalized && parameters[$0.name]!.normalization == nil }.map(\.name))
  }

  /// The opposite of `copy`; running statistics are left out.
  func fill(_ memory: OwnedFloats, from parameters: NetworkParameters) {
    for layer in layers {
      guard let given = parameters[layer.name], given.weight.shape == layer.weightShape,
        given.bias.shape == [layer.output]
      else { preconditionFailure("parameters of \(layer.name) are missing or do not fit") }
      let place = places[layer.name]!
      for (i, value) in given.weight.values.enumerated() { memory.start[index(layer, place, i)] = value }
      copy(given.bias, or: 0, layer.output, to: memory.start + place.bias)
      guard layer.isNormalized else { continue }
      copy(given.normalization?.gamma, or: 1, layer.output, to: memory.start + place.gamma)
      copy(given.normalization?.beta, or: 0, layer.output, to: memory.start + place.beta)
    }
  }

  /// Writes running statistics to `memory`, which is laid out as `statistics`.
  func fillStatistics(_ memory: OwnedFloats, from parameters: NetworkParameters) {
    for layer in layers where layer.isNormalized {
      let place = places[layer.name]!, old = parameters[layer.name]!.normalization
      copy(old?.mean, or: 0, layer.output, to: memory.start + place.mean)
      copy(
        old?.variance, or: 1 - Float(ConvolutionParameters.BatchNormalization.epsilon), layer.output,
        to: memory.start + place.variance)
    }
  }

  private func copy(_ tensor: Tensor?, or value: Float, _ count: Int, to start: UnsafeMutablePointer<Float>) {
    let values = tensor?.values ?? Array(repeating: value, count: count)
    precondition(values.count == count, "\(values.count) values for \(count) channels")
    start.update(from: values, count: count)
  }

  /// Bytes of one kind of values, with the running statistics: those themselves, or an average of them. Gradients and each of
  /// the optimiser's two moments take the same.
  public var memory: Int { (count + statisticsCount) * MemoryLayout<Float>.size }

  /// `memory` of values for `layers`, to be known before there are any.
  public static func memory(_ layers: [Convolution]) -> Int { TrainableParameters(layers, isPlanned: true).memory }

  /// A copy of the values as they are.
  public var networkParameters: NetworkParameters { copy(values) }

  /// A copy of the gradients in the place of the values they belong to; the running statistics are those of the values.
  public var networkGradients: NetworkParameters { copy(gradients) }

  /// A copy of `memory`, which is laid out as `values`, layer by layer, and of running statistics: those of the values if nil.
  func copy(_ memory: OwnedFloats, statistics: OwnedFloats? = nil) -> NetworkParameters {
    let statistics = statistics ?? self.statistics
    var result: NetworkParameters = [:]
    for layer in layers {
      let place = places[layer.name]!
      func tensor(_ memory: OwnedFloats, _ start: Int) -> Tensor {
        Tensor(shape: [layer.output], memory.buffer[start..<start + layer.output])
      }
      result[layer.name] = ConvolutionParameters(
        weight: Tensor(shape: layer.weightShape) { out in
          for i in out.indices { out.initializeElement(at: i, to: memory.buffer[index(layer, place, i)]) }
        },
        bias: tensor(memory, place.bias),
        normalization: layer.isNormalized
          ? .init(
            gamma: tensor(memory, place.gamma), beta: tensor(memory, place.beta),
            mean: tensor(statistics, place.mean), variance: tensor(statistics, place.variance)) : nil)
    }
    return result
  }

  /// Where value `i` of a layer's weight lies.
  private func index(_ layer: Convolution, _ place: Place, _ i: Int) -> Int {
    place.weight + Self.index(layer, i)
  }

  private static func index(_ layer: Convolution, _ i: Int) -> Int {
    layer.kernel == 1 ? i * 9 + 4 : layer.placeInDense(i)
  }

  /// Floats of a layer's weight, with what stays zero.
  private static func weightCount(_ layer: Convolution) -> Int { layer.output * layer.dense.input * 9 }

  /// Which values of a layer's weight stay zero.
  static func padding(_ layer: Convolution) -> [Int] {
    let count = layer.weightShape.reduce(1, *), all = weightCount(layer)
    if count == all { return [] }
    let used = Set((0..<count).map { index(layer, $0) })
    return (0..<all).filter { !used.contains($0) }
  }
}
