import U2NetCompute

/// Which maps a tape keeps, for how long, and who writes a gradient first.
///
/// Moments: 0 the input, 1 … S the steps, S + 1 the loss, then the steps' pullbacks from the last to the first.
struct TapePlan {
  /// What a piece of the arena is for.
  enum Role: Hashable {
    case value(Schedule.Map)
    case gradient(Schedule.Map)
    /// A convolution's result before normalisation, and its gradient: named by the step's result.
    case product(Schedule.Map)
    case productGradient(Schedule.Map)
    /// The gradient of an operand as the convolution read it, resized.
    case resizedGradient(step: Int, operand: Int)
  }

  /// A gradient that a pullback contributes to: the first contribution sets it, others are added.
  struct Contribution {
    let map: Schedule.Map
    let isFirst: Bool
  }

  /// The maps of one step and its contributions, in the order in which the pullback makes them.
  struct Step {
    let index: Int
    let operands: [Schedule.Map]
    let residual: Schedule.Map?
    let result: Schedule.Map
    let pooled: Schedule.Map?
    /// Whether the pooled map's gradient is the first contribution to the result's.
    fileprivate(set) var poolingIsFirst = false
    fileprivate(set) var toResidual: Contribution?
    /// nil for an operand whose gradient nobody needs.
    fileprivate(set) var toOperands: [Contribution?] = []
    /// Whether the convolution resizes the operand.
    let isResized: [Bool]
  }

  private(set) var steps: [Step] = []
  private(set) var shapes: [Role: MapShape] = [:]
  private(set) var offsets: [Role: Int] = [:]
  let images: Int
  let lanes: Int
  /// Floats of the arena.
  let count: Int

  init(_ schedule: Schedule, images: Int, lanes: Int, keepsInputGradient: Bool) {
    self.images = images
    self.lanes = lanes
    let last = schedule.steps.count
    func pullBack(_ index: Int) -> Int { 2 * last + 1 - index }  // Of the step whose own moment is index + 1.
    let end = 2 * last + 2

    var roles: [Role] = [], lives: [Role: ClosedRange<Int>] = [:], shapes: [Role: MapShape] = [:]
    func live(_ role: Role, _ shape: MapShape, at moment: Int) {
      if lives[role] == nil { roles.append(role) }
      let life = lives[role] ?? moment...moment
      lives[role] = min(life.lowerBound, moment)...max(life.upperBound, moment)
      shapes[role] = shape
    }
    func needsGradient(_ map: Schedule.Map) -> Bool { keepsInputGradient || !schedule.inputs.contains(map) }

    for map in schedule.inputs { live(.value(map), schedule.shapes[map]!, at: 0) }
    for (index, step) in schedule.steps.enumerated() {
      let moment = index + 1, back = pullBack(index), shape = schedule.shapes[step.result]!
      live(.value(step.result), shape, at: moment)
      live(.gradient(step.result), shape, at: back)
      if let pooled = step.pooled {
        live(.value(pooled), schedule.shapes[pooled]!, at: moment)
        live(.gradient(pooled), schedule.shapes[pooled]!, at: back)
        live(.value(step.result), shape, at: back)  // To find the largest of each window again.
      }
      if let residual = step.residual { live(.value(residual), shape, at: moment) }
      var isConvolution = false
      switch step.operation {
      case .convolution:
        isConvolution = true
        live(.product(step.result), shape, at: moment)
        live(.product(step.result), shape, at: back)
        live(.productGradient(step.result), shape, at: back)
      case .sigmoid: live(.value(step.result), shape, at: back)
      default: break
      }
      var isResized: [Bool] = []
      for (number, operand) in step.operands.enumerated() {
        let its = schedule.shapes[operand]!
        live(.value(operand), its, at: moment)
        if case .maxPool = step.operation { live(.value(operand), its, at: back) }
        if isConvolution { live(.value(operand), its, at: back) }
        isResized.append(isConvolution && its.with(channels: 1) != shape.with(channels: 1))
        if isResized[number] && needsGradient(operand) {
          live(.resizedGradient(step: index, operand: number), shape.with(channels: its.channels), at: back)
        }
      }
      steps.append(
        Step(
          index: index, operands: step.operands, residual: step.residual, result: step.result, pooled: step.pooled,
          isResized: isResized))
    }

    // Gradients begin with the loss or with the first pullback that contributes.
    var begun: Set<Schedule.Map> = []
    for map in schedule.outputs.joined() {
      precondition(begun.insert(map).inserted, "the same output twice")
      for moment in [last + 1, end] { live(.value(map), schedule.shapes[map]!, at: moment) }
      live(.gradient(map), schedule.shapes[map]!, at: last + 1)
    }
    for index in steps.indices.reversed() {
      let step = steps[index]
      func contribution(to map: Schedule.Map) -> Contribution? {
        guard needsGradient(map) else { return nil }
        live(.gradient(map), schedule.shapes[map]!, at: pullBack(index))
        return Contribution(map: map, isFirst: begun.insert(map).inserted)
      }
      steps[index].poolingIsFirst = step.pooled != nil && begun.insert(step.result).inserted
      steps[index].toResidual = step.residual.flatMap(contribution)
      precondition(Set(step.operands).count == step.operands.count, "a step reads the same map twice")
      steps[index].toOperands = step.operands.map(contribution)
    }
    if keepsInputGradient {
      for map in schedule.inputs { live(.gradient(map), schedule.shapes[map]!, at: end) }
    }

    let arena = ArenaPlan(
      roles.map {
        ArenaPlan.Buffer(
          count: StoredMap.blocks(shapes[$0]!.channels, lanes: lanes) * lanes * shapes[$0]!.pixels * images,
          lifetime: lives[$0]!)
      })
    for (role, offset) in zip(roles, arena.offsets) { offsets[role] = offset }
    self.shapes = shapes
    count = arena.count
  }
}

/// The maps of a plan in memory.
struct TapeMaps {
  private let plan: TapePlan
  private let start: UnsafeMutablePointer<Float>

  init(_ plan: TapePlan, start: UnsafeMutablePointer<Float>) {
    self.plan = plan
    self.start = start
  }

  subscript(role: TapePlan.Role) -> StoredMap {
    StoredMap(plan.shapes[role]!, images: plan.images, blocks: plan.lanes, start: start + plan.offsets[role]!)
  }
}
