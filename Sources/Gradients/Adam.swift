import U2NetCGradientKernels
import U2NetCompute
import U2NetPlatform

/// Adam (Kingma and Ba 2015, algorithm 1) with bias correction and without weight decay.
public final class Adam {
  /// The paper's names for them, and its defaults.
  public struct Options: Sendable {
    /// α, what U²-Net was trained with.
    public var learningRate = 1e-3
    /// β₁, decay of the running mean of the gradients: 0 ≤ β₁ < 1.
    public var beta1 = 0.9
    /// β₂, decay of the running mean of their squares: 0 ≤ β₂ < 1.
    public var beta2 = 0.999
    /// ε, added to the root of the mean square.
    public var epsilon = 1e-8

    /// PyTorch's defaults.
    public init() {}
  }

  /// May be changed between two steps.
  public var options: Options
  /// Steps made so far.
  public private(set) var steps = 0
  private let parameters: TrainableParameters
  /// Running means of the gradients and of their squares, in the order of the parameters.
  private let first, second: OwnedFloats

  /// An optimiser of `parameters` that has made no step: both means are zero.
  public init(_ parameters: TrainableParameters, options: Options = Options()) {
    self.parameters = parameters
    self.options = options
    first = OwnedFloats(count: parameters.values.buffer.count)
    second = OwnedFloats(count: parameters.values.buffer.count)
    for memory in [first, second] { memory.buffer.initialize(repeating: 0) }
  }

  /// Where an optimiser stands, beside the values: a copy, which no later step changes.
  public struct State: Sendable {
    /// Those of the last step.
    public var options: Options
    /// Steps made, ≥ 0.
    public var steps: Int
    /// Running means of the gradients and of their squares, in the place of the values that they belong to; nil: all zero, as
    /// before the first step.
    public var moments: (first: NetworkParameters, second: NetworkParameters)?

    /// A state to go on from; by default the one before the first step.
    public init(
      options: Options = Options(), steps: Int = 0,
      moments: (first: NetworkParameters, second: NetworkParameters)? = nil
    ) {
      precondition(steps >= 0, "\(steps) steps")
      (self.options, self.steps, self.moments) = (options, steps, moments)
    }
  }

  /// Goes on where another one stood.
  public convenience init(_ parameters: TrainableParameters, at state: State) {
    self.init(parameters, options: state.options)
    steps = state.steps
    if let moments = state.moments {
      parameters.fill(first, from: moments.first)
      parameters.fill(second, from: moments.second)
    }
  }

  /// A copy of where it stands.
  public var state: State { State(options: options, steps: steps, moments: moments) }

  /// A copy of the running means of the gradients and of their squares, in the place of the values that they belong to.
  public var moments: (first: NetworkParameters, second: NetworkParameters) {
    (parameters.copy(first), parameters.copy(second))
  }

  /// Values in a job: with both moments and the gradient, 256 KB.
  private static let jobCount = 1 << 14

  /// Moves all values by one step against their gradients.
  public func step(pool: ThreadPool, kernels: Kernels = .fastest) {
    steps += 1
    func left(_ beta: Double) -> Double { 1 - pow(beta, Double(steps)) }
    let constants = ck_adam(
      toward_gradient: Float(1 - options.beta1), beta2: Float(options.beta2), toward_square: Float(1 - options.beta2),
      rate: Float(options.learningRate / left(options.beta1)),
      root: Float(left(options.beta2).squareRoot()), epsilon: Float(options.epsilon))
    let count = parameters.values.buffer.count, kernels = GradientKernels(kernels)
    let (values, gradients, first, second) = (parameters.values, parameters.gradients, first, second)
    pool.run((count + Self.jobCount - 1) / Self.jobCount) { job, _ in
      var constants = constants
      let start = job * Self.jobCount
      kernels.c.adam(
        &constants, min(Self.jobCount, count - start), gradients.start + start,
        values.start + start, first.start + start, second.start + start)
    }
  }
}
