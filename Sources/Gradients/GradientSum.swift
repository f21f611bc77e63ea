import U2NetCompute

/// Adds up the gradients of several batches, so that one step of the optimiser can see more images than fit into memory at once.
public final class GradientSum {
  private let parameters: TrainableParameters
  private let sum: OwnedFloats
  /// Batches that were added.
  private var count = 0

  /// Memory: as much as the parameters.
  public init(of parameters: TrainableParameters) {
    self.parameters = parameters
    sum = OwnedFloats(count: parameters.gradients.buffer.count)
  }

  /// Forgets what was added.
  public func reset() { count = 0 }

  /// Adds the gradients as they are in the parameters.
  public func add(pool: ThreadPool) {
    let sum = sum, gradients = parameters.gradients, isFirst = count == 0
    forEachPart(of: parameters.gradients.buffer.count, pool) { part in
      let sum = sum.start, gradients = gradients.start
      if isFirst {
        for i in part { sum[i] = gradients[i] }
      } else {
        for i in part { sum[i] += gradients[i] }
      }
    }
    count += 1
  }

  /// Puts the mean of what was added in the place of the parameters' gradients.
  public func putMean(pool: ThreadPool) {
    precondition(count > 0, "the mean of no gradients")
    let sum = sum, gradients = parameters.gradients, share = 1 / Float(count)
    forEachPart(of: parameters.gradients.buffer.count, pool) { part in
      let sum = sum.start, gradients = gradients.start
      for i in part { gradients[i] = sum[i] * share }
    }
    reset()
  }
}
