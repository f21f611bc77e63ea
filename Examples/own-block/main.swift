// A block of one's own from training to mask: drawn photos of 96×96 pixels, a small network, some seconds.
//
// $ own-block
// > 11 stages of TWIN, 20815 parameters
// > more than 95 % of an unseen photo's pixels are right

import RSU
import Shapes
import U2NetTraining

/// Features at the map's own size and at half of it, joined.
struct Twin: Block {
  let widths: Widths
  let kind = "TWIN"

  func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap {
    let layers = StageLayers(stage, engine), m = widths.middle
    let near = layers("near", x, widths.input, m)
    let far = layers("far", engine.maxPool(near), m, m, dilation: 2)
    return layers("out", engine.concatenate([near, engine.upsample(far, like: near)]), 2 * m, widths.output)
  }
}

let twin = BlockKind("TWIN") { Twin(widths: $0) }
let network = Configuration.custom(blocks: twin, channels: Array(repeating: (6, 8), count: 11))
print("\(network.stages.count) stages of \(network.name), \(NetworkSummary(network, size: 96).parameters) parameters")

var recipe = Recipe()
(recipe.batch, recipe.augmentation.side, recipe.augmentation.crop) = (6, 96, 84)
let photos = try Dataset(folder: Shapes.write(0..<30, to: "photos"))
let trainer = try Trainer(photos, from: Checkpoint(network, seed: 1), recipe: recipe, threads: 2)
for _ in 0..<120 { _ = try trainer.step() }
try trainer.checkpoint.write(to: "twin.safetensors")
let trained = try TrainedNetwork(safetensors: "twin.safetensors", kinds: .builtIn.with(twin))
var options = SaliencyDetector.Options()
options.inputSize = 96
let mask = SaliencyDetector(trained, options: options).detect(in: Shapes.photo(77)).mask()
let right = zip(mask.samples, Shapes.mask(77).samples).count { ($0 > 127) == ($1 > 127) }
print("\(right * 100 > 95 * mask.samples.count ? "more" : "less") than 95 % of an unseen photo's pixels are right")
