import RSU
import U2NetNetwork

/// Which networks an ablation trains, and how: the same outer network with one block after the other, each with several seeds.
///
/// Trainings with the same seed see the same examples, cut and turned in the same way, in the same order.
public struct AblationPlan: Sendable {
  /// What is equal to that of the reference, which has residual U-blocks.
  public enum Match: String, Codable, CaseIterable, Sendable {
    /// Multiply-accumulates, by other middle channels.
    case macs
    /// Trainable parameters, by other middle channels.
    case parameters
    /// The middle channels themselves, whatever that costs.
    case middle
  }

  /// One block in the outer network.
  public struct Variant: Sendable {
    /// The block of all stages.
    public let blocks: BlockKind
    /// The network of them, as wide as `Match` makes it.
    public let configuration: Configuration
    /// The block's name.
    public var name: String { blocks.name }
  }

  /// One training.
  public struct Run: Sendable {
    /// The network.
    public let variant: Variant
    /// What its values and its examples come from.
    public let seed: UInt64
    /// "RSU-seed1": what its folder is called.
    public var name: String { "\(variant.name)-seed\(seed)" }
  }

  /// The network of residual U-blocks that others are to equal.
  public let reference: Configuration
  /// In what.
  public let match: Match
  /// The networks, in the order of the blocks given.
  public let variants: [Variant]
  /// Of the trainings of each network; all different.
  public let seeds: [UInt64]
  /// Of each training, at least 1.
  public let steps: Int
  /// Of all trainings but for the seed.
  public let recipe: Recipe

  /// Side of the photos that networks see when they are validated, in pixels.
  public var side: Int { recipe.augmentation.side }
  /// Seed by seed, so that all blocks can be compared as early as possible.
  public var runs: [Run] { seeds.flatMap { seed in variants.map { Run(variant: $0, seed: seed) } } }

  /// The files that are written, as they are called in the ablation's folder.
  var files: [String] {
    let each = ["checkpoint.safetensors", "checkpoint-best.safetensors", "checkpoint.jsonl", "metrics.json"]
    return ["plan.json", "speed.json", "report.html", "report.csv"]
      + runs.flatMap { run in each.map { "\(run.name)/\($0)" } }
  }

  /// What the checkpoints of these trainings may be made of.
  var kinds: BlockKinds {
    let own = variants.map(\.blocks)
    return BlockKinds(own + BlockKinds.builtIn.all.filter { !own.contains($0) })
  }

  /// A plan of one training for each block and seed.
  /// - Parameters:
  ///   - blocks: at least one, all different. Kinds of one's own are as good as those of the paper.
  ///   - match: what of the reference's the other networks have, too.
  ///   - reference: a network of residual U-blocks.
  ///   - seeds: at least one, all different.
  ///   - steps: of each training, at least 1; where a cosine schedule ends.
  ///   - recipe: of all trainings but for the seed.
  public init(
    blocks: [BlockKind], match: Match, reference: Configuration, seeds: [UInt64], steps: Int, recipe: Recipe
  ) {
    precondition(!blocks.isEmpty && Set(blocks).count == blocks.count, "blocks \(blocks)")
    precondition(!seeds.isEmpty && Set(seeds).count == seeds.count, "seeds \(seeds)")
    precondition(steps > 0, "\(steps) steps")
    (self.reference, self.match, self.seeds, self.steps) = (reference, match, seeds, steps)
    var recipe = recipe
    recipe.learningRate.steps = steps
    recipe.seed = 0
    self.recipe = recipe
    let side = recipe.augmentation.side
    variants = blocks.map { kind in
      let configuration =
        switch match {
        case .macs: reference.matched(blocks: kind, by: .macs(side: side))
        case .parameters: reference.matched(blocks: kind, by: .parameters)
        case .middle: reference.with(blocks: kind)
        }
      return Variant(blocks: kind, configuration: kind == .rsu ? reference : configuration)
    }
  }

  /// The recipe of one training.
  public func recipe(for run: Run) -> Recipe {
    var recipe = recipe
    recipe.seed = run.seed
    return recipe
  }
}
