/// Which layer of the network this is: its stage ("En_1", "side3") and its name within the stage ("6d").
public struct LayerName: Hashable, Sendable, CustomStringConvertible {
  /// "En_1" … "De_1", "side1" … "side6" or "fusion" in a U²-Net.
  public let stage: String
  /// Within the stage; empty if the stage is this one layer.
  public let layer: String

  /// The layer `layer` of `stage`.
  public init(stage: String, layer: String = "") {
    self.stage = stage
    self.layer = layer
  }

  public var description: String { layer.isEmpty ? stage : "\(stage)/\(layer)" }
}

/// A convolution layer as data: a pixel for each of the map's, or for every second one of every second row; zero padding that
/// centres the kernel on it; bias; optionally followed by batch normalisation and by ReLU.
public struct Convolution: Hashable, Sendable {
  /// Whose parameters it takes.
  public let name: LayerName
  /// Channels in, I.
  public let input: Int
  /// Channels out, O.
  public let output: Int
  /// Side of the square kernel, odd.
  public let kernel: Int
  /// Distance between taps in pixels.
  public let dilation: Int
  /// Distance between the pixels that the kernel is centred on: 1, or 2, which halves the map.
  public let stride: Int
  /// Whether batch normalisation follows.
  public let isNormalized: Bool
  /// Whether ReLU, max(x, 0), comes last.
  public let hasReLU: Bool

  /// A layer of `input` to `output` channels.
  /// - Precondition: `kernel` is odd, no number is below 1, and a stride of 2 goes with a 3×3 kernel without dilation.
  public init(
    _ name: LayerName, input: Int, output: Int, kernel: Int = 3, dilation: Int = 1, stride: Int = 1,
    isNormalized: Bool, hasReLU: Bool
  ) {
    precondition(input > 0 && output > 0 && dilation > 0, "\(name): widths and dilation must be positive")
    precondition(kernel > 0 && kernel % 2 == 1, "\(name): the kernel's side must be odd, not \(kernel)")
    precondition(
      stride == 1 || stride == 2 && kernel == 3 && dilation == 1,
      "\(name): a stride of \(stride) with a kernel of \(kernel) and dilation \(dilation)")
    self.name = name
    self.input = input
    self.output = output
    self.kernel = kernel
    self.dilation = dilation
    self.stride = stride
    self.isNormalized = isNormalized
    self.hasReLU = hasReLU
  }

  /// Shape of what it makes of a map: O×⌈H/stride⌉×⌈W/stride⌉.
  public func result(of map: MapShape) -> MapShape {
    MapShape(
      channels: output, height: (map.height + stride - 1) / stride, width: (map.width + stride - 1) / stride)
  }

  /// Shape of the weight: [O, I, kernel, kernel].
  public var weightShape: [Int] { [output, input, kernel, kernel] }

  /// Trainable parameters: weight, bias and, where normalised, γ and β.
  public var parameters: Int { output * (input * kernel * kernel + 1 + (isNormalized ? 2 : 0)) }

  /// Multiply-accumulate operations for an output of H×W, border taps included.
  public func macs(height: Int, width: Int) -> Int { output * input * kernel * kernel * height * width }
}

/// The trained values of one `Convolution`.
public struct ConvolutionParameters: Sendable {
  /// What batch normalisation subtracts, divides by, scales by and adds, each `[O]`.
  public struct BatchNormalization: Sendable {
    /// y = γ·(x − mean) / √(variance + ε) + β.
    public let gamma, beta, mean, variance: Tensor
    /// Added to the variance before the root: PyTorch's default, which the published weights were trained with.
    public static let epsilon = 1e-5

    /// Four tensors of one shape, `[O]`.
    public init(gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor) {
      self.gamma = gamma
      self.beta = beta
      self.mean = mean
      self.variance = variance
    }
  }

  /// `[O, I, kernel, kernel]`
  public let weight: Tensor
  /// `[O]`
  public let bias: Tensor
  /// nil where the layer has none or where it is already folded into weight and bias.
  public let normalization: BatchNormalization?

  /// Weight `[O, I, K, K]`, bias `[O]`; `normalization` is nil where it is folded into these or there is none.
  public init(weight: Tensor, bias: Tensor, normalization: BatchNormalization? = nil) {
    self.weight = weight
    self.bias = bias
    self.normalization = normalization
  }

  /// The same function without batch normalisation: w' = w·γ/√(σ²+ε), b' = (b−μ)·γ/√(σ²+ε) + β.
  ///
  /// Tensors without normalisation are returned as they are.
  public var folded: ConvolutionParameters {
    guard let normalization else { return self }
    let gamma = normalization.gamma.values, beta = normalization.beta.values
    let mean = normalization.mean.values, variance = normalization.variance.values
    let scale = zip(gamma, variance).map { Double($0) / (Double($1) + BatchNormalization.epsilon).squareRoot() }
    let fan = weight.count / scale.count
    let foldedWeight = Tensor(shape: weight.shape) { out in
      weight.withUnsafeBufferPointer { w in
        for o in scale.indices {
          for i in o * fan..<(o + 1) * fan { out[i] = Float(Double(w[i]) * scale[o]) }
        }
      }
    }
    let foldedBias = bias.values.enumerated().map { o, b in
      Float((Double(b) - Double(mean[o])) * scale[o] + Double(beta[o]))
    }
    return ConvolutionParameters(weight: foldedWeight, bias: Tensor(shape: bias.shape, foldedBias))
  }
}

/// The trained values of a whole network, layer by layer.
public typealias NetworkParameters = [LayerName: ConvolutionParameters]
