import U2NetReports
import U2NetPlatform
import U2NetEvaluation
import U2NetImageFiles
import U2NetMachine
import U2NetSafetensors
import U2NetNetwork

/// The comparison of all trainings that are done: `report.html`, a page that needs no other file, and `report.csv`.
extension Ablation {
  /// The scores that the page's table shows.
  private static let measures = [Measure.maxF, .mae, .structure]

  /// A block with what came of its trainings, in the order of the plan's seeds.
  private struct Result {
    let variant: AblationPlan.Variant
    let speed: AblationSpeed
    let runs: [(run: AblationPlan.Run, metrics: AblationMetrics, log: [TrainingLog.Line])]

    /// Mean and standard deviation (of a sample; nil for one) over the seeds.
    func statistics(_ value: (AblationMetrics) -> Double) -> (mean: Double, deviation: Double?) {
      let values = runs.map { value($0.metrics) }
      let mean = values.reduce(0, +) / Double(values.count)
      guard values.count > 1 else { return (mean, nil) }
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, (squares / Double(values.count - 1)).squareRoot())
    }

    /// The mean over the seeds of what the log says at each step at which all of them say it.
    func curve(_ value: (TrainingLog.Line) -> Double?) -> [(x: Double, y: Double)] {
      var sums: [Int: (sum: Double, count: Int)] = [:]
      for run in runs {
        for line in run.log {
          guard let value = value(line) else { continue }
          sums[line.step, default: (0, 0)].sum += value
          sums[line.step]!.count += 1
        }
      }
      return sums.filter { $0.value.count == runs.count }.sorted { $0.key < $1.key }
        .map { (Double($0.key), $0.value.sum / Double(runs.count)) }
    }
  }

  /// Writes both files.
  /// - Parameter pictures: how many photos of the validation set to show with every block's mask, spread evenly over it; 0 for a
  ///   page that may be published where the photos may not.
  func writeReport(_ speeds: [AblationSpeed], pictures: Int) throws(TrainingError) {
    var results: [Result] = []
    for variant in plan.variants {
      var runs: [(AblationPlan.Run, AblationMetrics, [TrainingLog.Line])] = []
      for run in plan.runs where run.variant.blocks == variant.blocks && isDone(run) {
        guard let metrics: AblationMetrics = read("\(run.name)/metrics.json") else { continue }
        let log = path(of: run).replacing(".safetensors", with: ".jsonl")
        runs.append((run, metrics, try TrainingLog.lines(path: log)))
      }
      let speed = speeds.first { $0.stages == variant.configuration.text }
      if !runs.isEmpty { results.append(Result(variant: variant, speed: speed!, runs: runs)) }
    }
    guard !results.isEmpty else { return }
    try write(csv(results).utf8, to: "report.csv")
    let title = "Ablation: \(results.map(\.variant.name).joined(separator: ", ")) in one outer network"
    let body = """
      \(introduction(results))
      <h2>Costs and scores</h2>
      \(table(results))
      <h2>Curves</h2>
      <p>Means over the seeds.</p>
      <div class="charts">
      \(charts(results).map(\.html).joined(separator: "\n"))
      </div>
      <h2>Stages</h2>
      \(stages(results))
      \(try masks(results, pictures))
      """
    try write(Page.html(title: title, body: body).utf8, to: "report.html")
  }

  // MARK: - Table

  private func ratio(_ variant: AblationPlan.Variant, _ cost: Cost) -> String {
    fixed(Double(variant.configuration.cost(cost)) / Double(plan.reference.cost(cost)), places: 3)
  }

  private func introduction(_ results: [Result]) -> String {
    let recipe = plan.recipe, done = results.reduce(0) { $0 + $1.runs.count }
    let matching =
      switch plan.match {
      case .macs: "Middle channels are such that every network has as many MACs as that of residual U-blocks."
      case .parameters:
        "Middle channels are such that every network has as many parameters as that of residual U-blocks."
      case .middle: "All networks have the same middle channels, whatever that costs."
      }
    return """
      <p>\(done) of \(plan.runs.count) trainings done: \(plan.steps) steps with \(recipe.examplesPerStep) photos each, \
      learning rate \(recipe.learningRate.base), \(recipe.learningRate.schedule.rawValue), photos at \(plan.side)×\(plan.side) \
      cut to \(recipe.augmentation.crop)×\(recipe.augmentation.crop); \(training.examples.count) photos to train on, \
      \(validation.examples.count) to score on after the last step, at \(plan.side)×\(plan.side).</p>
      <p>\(matching) Trainings with the same seed see the same photos in the same order. Inference is timed on \
      \(options.threads) thread\(options.threads == 1 ? "" : "s"), all networks in turns; ± is the standard deviation over \
      the seeds.</p>
      """
  }

  private func table(_ results: [Result]) -> String {
    let header =
      ["block", "seeds", "parameters", "of RSU's", "MMACs", "of RSU's", "field", "ms per image", "ms per step"]
      + ["max F", "MAE", "S-measure"]
    let macs = Cost.macs(side: plan.side)
    let rows = results.map { result -> [String] in
      let configuration = result.variant.configuration
      let field = configuration.receptiveFields(height: plan.side, width: plan.side)["De_1"]!
      return [
        result.variant.name, "\(result.runs.count)", "\(configuration.cost(.parameters))",
        ratio(result.variant, .parameters), fixed(Double(configuration.cost(macs)) / 1e6, places: 1),
        ratio(result.variant, macs), "\(field)",
        fixed(result.speed.milliseconds, places: 1),
        fixed(result.statistics(\.millisecondsPerStep).mean, places: 0),
      ]
        + Self.measures.map { measure in
          let (mean, deviation) = result.statistics { $0.scores[measure.rawValue] ?? .nan }
          return fixed(mean, places: 4) + (deviation.map { " ± \(fixed($0, places: 4))" } ?? "")
        }
    }
    return Page.table(header: header, rows)
      + "\n<p>field: how many pixels of the input, along one side, a pixel of De_1 depends on, borders ignored.</p>"
  }

  /// Middle channels of each block in each stage; outputs are the same in all.
  private func stages(_ results: [Result]) -> String {
    let rows = plan.reference.stages.enumerated().map { index, stage in
      [stage.name, "\(stage.block.widths.input)", "\(stage.block.widths.output)"]
        + results.map { "\($0.variant.configuration.stages[index].block.widths.middle)" }
    }
    return "<p>Channels of the stages: of input and output, and inside each block.</p>\n"
      + Page.table(header: ["stage", "input", "output"] + results.map(\.variant.name), rows)
  }

  /// One row a training.
  private func csv(_ results: [Result]) -> String {
    let measures = Measure.allCases
    let header =
      ["block", "seed", "steps", "parameters", "parameters_ratio", "macs", "macs_ratio", "ms_per_image", "ms_per_step"]
      + ["validation_loss"] + measures.map(\.rawValue)
    let rows = results.flatMap { result in
      result.runs.map { _, metrics, _ -> [String] in
        [
          metrics.block, "\(metrics.seed)", "\(metrics.steps)", "\(metrics.parameters)",
          ratio(result.variant, .parameters), "\(metrics.macs)", ratio(result.variant, .macs(side: plan.side)),
          fixed(result.speed.milliseconds, places: 3), fixed(metrics.millisecondsPerStep, places: 3),
          "\(metrics.validationLoss)",
        ] + measures.map { "\(metrics.scores[$0.rawValue]!)" }
      }
    }
    return ([header] + rows).map(ScoreTable.line).joined()
  }

  // MARK: - Curves

  /// Points of a curve, at most.
  private static let points = 200

  private func charts(_ results: [Result]) -> [Chart] {
    func chart(_ title: String, _ along: String, most: Double? = nil, _ value: (TrainingLog.Line) -> Double?) -> Chart {
      let curves = results.map { Self.thinned($0.curve(value)) }
      // The first steps, far above all others, may leave the chart.
      let settled = curves.flatMap { $0.dropFirst($0.count / 20) }.map(\.y).filter(\.isFinite).max() ?? 1
      return Chart(
        title: title, across: "step", along: along, width: Double(plan.steps),
        ticks: (0...4).map { Double(plan.steps * $0 / 4) }, height: most ?? max(settled * 1.05, 1e-6),
        lines: zip(results, curves).map { Chart.Line(name: $0.variant.name, points: $1) })
    }
    return [
      chart("Loss in training, sum of the seven maps", "loss") { $0.loss },
      chart("Loss on the validation set", "loss") { $0.validation?["loss"] },
      chart("MAE on the validation set", "MAE") { $0.validation?[Measure.mae.rawValue] },
      chart("Max F on the validation set", "max F", most: 1) { $0.validation?[Measure.maxF.rawValue] },
    ]
  }

  /// Means of neighbouring points, so that few enough are left.
  private static func thinned(_ curve: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    let size = (curve.count + points - 1) / points
    guard size > 1 else { return curve }
    return stride(from: 0, to: curve.count, by: size).map { first in
      let part = curve[first..<min(first + size, curve.count)], count = Double(part.count)
      return (part.reduce(0) { $0 + $1.x } / count, part.reduce(0) { $0 + $1.y } / count)
    }
  }

  // MARK: - Pictures

  /// Longest side of a picture, in pixels.
  private static let pictureSide = 160

  /// Photos of the validation set with the true mask and that of every block's first training.
  private func masks(_ results: [Result], _ pictures: Int) throws(TrainingError) -> String {
    let count = min(pictures, validation.examples.count)
    guard count > 0 else { return "" }
    let examples = (0..<count).map { validation.examples[$0 * validation.examples.count / count] }
    do {
      var photos: [Image<UInt8>] = [], figures: [[String]] = []
      for example in examples {
        photos.append(try Image<UInt8>(contentsOf: example.photoFile))
        let truth = try example.trueMask()
        figures.append(
          [("photo", photos.last!), ("truth", truth)].map {
            Page.figure($1, $0, of: example.name, side: Self.pictureSide)
          })
      }
      for result in results {
        var options = SaliencyDetector.Options()
        (options.inputSize, options.threads) = (plan.side, self.options.threads)
        let network = try TrainedNetwork(safetensors: path(of: result.runs[0].run), kinds: plan.kinds)
        _ = try SaliencyDetector.photosAtOnce(network, options: options, atMost: 1)
        let detector = SaliencyDetector(network, options: options)
        for (index, photo) in photos.enumerated() {
          figures[index].append(
            Page.figure(
              detector.detect(in: photo).mask(), result.variant.name, of: examples[index].name, side: Self.pictureSide))
        }
      }
      let cards = zip(examples, figures).map { example, figures in
        """
        <article><h3>\(escaped(example.name))</h3>
        <div class="pictures">\(figures.joined(separator: "\n"))</div></article>
        """
      }
      return "<h2>Masks, of each block's first training</h2>\n\(cards.joined(separator: "\n"))"
    } catch let error as ImageError {
      throw .image(error)
    } catch let error as WeightFileError {
      throw .weights(error)
    } catch let error as MemoryShortage {
      throw .memory(error)
    } catch let error as TrainingError {
      throw error
    } catch {
      throw .data(["\(error)"])
    }
  }
}
