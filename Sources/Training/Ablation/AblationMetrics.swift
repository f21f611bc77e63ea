import U2NetEvaluation
import U2NetNetwork

/// What came of one training: `metrics.json`.
struct AblationMetrics: Codable {
  let block: String
  let seed: UInt64
  let steps: Int
  /// The network, see `Configuration.text`.
  let stages: String
  let parameters: Int
  /// For a square input of the plan's side.
  let macs: Int
  /// Of a training step; median.
  let millisecondsPerStep: Double
  /// All maps' losses on the validation set, summed.
  let validationLoss: Double
  /// On the validation set after the last step, by `Measure`'s raw values.
  let scores: [String: Double]

  /// - Precondition: the training is done.
  init(_ run: AblationPlan.Run, of ablation: Ablation) throws(TrainingError) {
    let plan = ablation.plan, configuration = run.variant.configuration
    let log = ablation.path(of: run).replacing(".safetensors", with: ".jsonl")
    let lines = try TrainingLog.lines(path: log)
    guard let last = lines.last(where: { $0.step == plan.steps && $0.validation != nil })?.validation else {
      throw .file(path: log, reason: "no scores after step \(plan.steps): the log of this training was emptied or cut")
    }
    let times = lines.compactMap { $0.images_per_second }.sorted()
    guard !times.isEmpty, let loss = last["loss"] else {
      throw .file(path: log, reason: "no steps or no loss in it: the log of this training was emptied or cut")
    }
    block = run.variant.name
    seed = run.seed
    steps = plan.steps
    stages = configuration.text
    parameters = configuration.cost(.parameters)
    macs = configuration.cost(.macs(side: plan.side))
    millisecondsPerStep = Double(plan.recipe.examplesPerStep) * 1000 / max(times[times.count / 2], 1e-6)
    validationLoss = loss
    scores = last.filter { $0.key != "loss" }
  }
}
