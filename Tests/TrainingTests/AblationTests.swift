import U2NetEvaluation
import Foundation
import U2NetImages
import RSU
import U2NetSafetensors
import Testing
import U2NetTraining
import U2NetNetwork

struct AblationTests {
  static let reference = Configuration.custom(channels: Array(repeating: (2, 3), count: 11))

  static func plan(
    _ blocks: [BlockKind], match: AblationPlan.Match = .macs, seeds: [UInt64] = [1], steps: Int = 3,
    learningRate: Double = 1e-3
  ) -> AblationPlan {
    var recipe = Recipe()
    recipe.batch = 2
    (recipe.augmentation.side, recipe.augmentation.crop) = (40, 36)
    recipe.learningRate.base = learningRate
    return AblationPlan(
      blocks: blocks, match: match, reference: reference, seeds: seeds, steps: steps, recipe: recipe)
  }

  /// Runs `plan` in `folder`/out; returns how it ended and what happened.
  @discardableResult
  private func run(
    _ plan: AblationPlan, in folder: DataFolder, on count: Int = 3, pictures: Int = 2, out: String = "out",
    stoppingAfter steps: Int = .max
  ) throws -> (end: TrainingRun.End, events: [String]) {
    var options = Ablation.Options(folder: "\(folder.path)/\(out)")
    (options.threads, options.checkpointEvery, options.validateEvery) = (2, 2, 2)
    let dataset = try folder.dataset(count)
    let ablation = try Ablation(plan, training: dataset, validation: dataset, options: options)
    let made = Counter()
    var events: [String] = []
    let end = try ablation.run(pictures: pictures, shouldStop: { made.count >= steps }) { event in
      switch event {
      case .begun(let run, let steps): events.append("\(run.name) from \(steps)")
      case .training(_, .step): made.count += 1
      case .training: break
      case .finished(let run): events.append("\(run.name) done")
      }
    }
    return (end, events)
  }

  private final class Counter: @unchecked Sendable { var count = 0 }  // Read between steps only.

  private func contents(_ folder: DataFolder, _ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: "\(folder.path)/\(name)"))
  }
  private func text(_ folder: DataFolder, _ name: String) throws -> String {
    String(decoding: try contents(folder, name), as: UTF8.self)
  }

  @Test func comparesBlocksOverSeeds() throws {
    let folder = try DataFolder()
    let plan = Self.plan([.rsu, .pln, .ppm], seeds: [1, 2])
    let (end, events) = try run(plan, in: folder)
    #expect(end == .finished)
    let names = ["RSU-seed1", "PLN-seed1", "PPM-seed1", "RSU-seed2", "PLN-seed2", "PPM-seed2"]
    #expect(events == names.flatMap { ["\($0) from 0", "\($0) done"] })

    let rows = try text(folder, "out/report.csv").components(separatedBy: "\r\n").map {
      $0.components(separatedBy: ",")
    }
    #expect(rows.count == 8 && rows[0].prefix(4) == ["block", "seed", "steps", "parameters"])
    #expect(rows[1...6].map { "\($0[0])-seed\($0[1])" }.sorted() == names.sorted())
    let column = Dictionary(uniqueKeysWithValues: rows[0].enumerated().map { ($1, $0) })
    for row in rows[1...6] {
      let variant = plan.variants.first { $0.name == row[0] }!
      #expect(row[2] == "3" && Int(row[3]) == variant.configuration.cost(.parameters))
      #expect(Int(row[column["macs"]!]) == variant.configuration.cost(.macs(side: 40)))
      #expect(abs(Double(row[column["macs_ratio"]!])! - 1) < 0.05)
      #expect(Double(row[column["ms_per_image"]!])! > 0 && Double(row[column["ms_per_step"]!])! > 0)
    }
    // The scores are those of the trained networks.
    let weights = try Safetensors.read(path: "\(folder.path)/out/PPM-seed2/checkpoint.safetensors")
    let scores = try Validation(try folder.dataset(3), as: plan.recipe.augmentation).run(TrainedNetwork(weights))!
    let row = rows[1...6].first { $0[0] == "PPM" && $0[1] == "2" }!
    for measure in Measure.allCases { #expect(Double(row[column[measure.rawValue]!]) == scores.scores[measure]) }
    #expect(Double(row[column["validation_loss"]!]) == scores.loss)

    let page = try text(folder, "out/report.html")
    for part in [
      "6 of 6 trainings done", ">RSU<", ">PLN<", ">PPM<", " ± ", "<svg", "MAE on the validation set", "De_1",
    ] {
      #expect(page.contains(part), "\(part)")
    }
    #expect(!page.contains("NaN") && !page.contains("nan"))
    // Two photos: each with its true mask and one mask a block.
    #expect(page.components(separatedBy: "data:image/png").count - 1 == 2 * (2 + 3))

    // Once more, with everything there: only the report is written, here without pictures.
    let checkpoint = try contents(folder, "out/PLN-seed2/checkpoint.safetensors")
    let again = try run(plan, in: folder, pictures: 0)
    #expect(again.end == .finished && again.events.isEmpty)
    #expect(try contents(folder, "out/PLN-seed2/checkpoint.safetensors") == checkpoint)
    let bare = try text(folder, "out/report.html")
    #expect(!bare.contains("data:image") && !bare.contains("Masks") && bare.contains("6 of 6 trainings done"))
    // One more block and more steps go on from what there is.
    let more = try run(Self.plan([.rsu, .res], steps: 4), in: folder)
    #expect(more.events == ["RSU-seed1 from 3", "RSU-seed1 done", "RES-seed1 from 0", "RES-seed1 done"])
  }

  @Test func stoppedOnesGoOnAsIfTheyWereNot() throws {
    let whole = try DataFolder(), parted = try DataFolder()
    let plan = Self.plan([.niv, .dse, .inc], seeds: [5])
    try run(plan, in: whole)
    #expect(try run(plan, in: parted, stoppingAfter: 1).end == .stopped)
    // Killed: the checkpoint is older than the log.
    let early = try contents(parted, "out/NIV-seed5/checkpoint.safetensors")
    let next = try run(plan, in: parted, stoppingAfter: 3)
    #expect(next.end == .stopped && next.events == ["NIV-seed5 from 1", "NIV-seed5 done", "DSE-seed5 from 0"])
    try early.write(to: URL(filePath: "\(parted.path)/out/NIV-seed5/checkpoint.safetensors"))
    try FileManager.default.removeItem(atPath: "\(parted.path)/out/NIV-seed5/metrics.json")
    #expect(try run(plan, in: parted).end == .finished)
    for variant in plan.variants {
      let name = "out/\(variant.name)-seed5/checkpoint"
      #expect(try contents(parted, name + ".safetensors") == contents(whole, name + ".safetensors"), "\(name)")
      #expect(
        try contents(parted, name + "-best.safetensors") == contents(whole, name + "-best.safetensors"), "\(name)")
    }
    func scores(_ folder: DataFolder) throws -> [[String]] {
      try text(folder, "out/report.csv").components(separatedBy: "\r\n").map { row in
        let fields = row.components(separatedBy: ",")
        return fields.count > 9 ? Array(fields[..<7] + fields[9...]) : fields  // Without milliseconds.
      }
    }
    #expect(try scores(parted) == scores(whole))
  }

  /// Every variant comes upon a damaged photo at the same step, which another seed has at another place.
  @Test func allSeeTheSameExamplesInTheSameOrder() throws {
    let folder = try DataFolder()
    _ = try folder.dataset(12)
    let path = "\(folder.path)/images/7.png"
    let png = try Data(contentsOf: URL(filePath: path))
    func stepsUntilDamage(_ kind: BlockKind, seed: UInt64) throws -> Int {
      // The header is whole, pixels are missing.
      var options = Ablation.Options(folder: "\(folder.path)/\(kind)-\(seed)")
      options.threads = 2
      let dataset = try folder.dataset(12)
      try png.prefix(png.count / 2).write(to: URL(filePath: path))
      let ablation = try Ablation(
        Self.plan([kind], seeds: [seed], steps: 6), training: dataset, validation: dataset, options: options)
      #expect(throws: TrainingError.self) { try ablation.run(pictures: 0) }
      let checkpoint = "\(folder.path)/\(kind)-\(seed)/\(kind.name)-seed\(seed)/checkpoint.safetensors"
      return FileManager.default.fileExists(atPath: checkpoint)
        ? try Checkpoint(path: checkpoint).optimizer.steps : 0
    }
    var places: Set<Int> = []
    for seed in UInt64(1)...4 {
      let steps = try [BlockKind.rsu, .pln, .ppm].map { try stepsUntilDamage($0, seed: seed) }
      #expect(Set(steps).count == 1, "seed \(seed): \(steps)")
      places.insert(steps[0])
    }
    #expect(places.count > 1)
  }

  @Test func otherPlansAreRefused() throws {
    let folder = try DataFolder()
    try run(Self.plan([.pln], steps: 2), in: folder)
    func problem(_ plan: AblationPlan, on count: Int = 3) -> String {
      do {
        try run(plan, in: folder, on: count)
        return "none"
      } catch { return "\(error)" }
    }
    #expect(problem(Self.plan([.pln], match: .middle, steps: 2)).contains("match is middle, was macs"))
    #expect(problem(Self.plan([.pln], steps: 2, learningRate: 0.1)).contains("learning rate"))
    #expect(problem(Self.plan([.pln], steps: 1)).contains("PLN-seed1 has made 2 steps, more than 1"))
    #expect(problem(Self.plan([.pln], steps: 2), on: 3) == "none")
    #expect(problem(Self.plan([.pln], steps: 2), on: 4).contains("photos and masks to train on are others"))
  }

  @Test func oneThatDivergesStopsNoOther() throws {
    let folder = try DataFolder()
    do {
      try run(Self.plan([.pln, .res], steps: 4, learningRate: 1e30), in: folder)
      Issue.record("nothing diverged")
    } catch {
      #expect("\(error)".contains("PLN-seed1: step ") && "\(error)".contains("RES-seed1: step "), "\(error)")
    }
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/out/report.html"))
  }

  /// What was emptied, or written by another program, is an error that names it.
  @Test func emptyFilesAreNamed() throws {
    let folder = try DataFolder(), plan = Self.plan([.pln], steps: 2)
    try run(plan, in: folder)
    func problem() -> String {
      do { return "none: \(try run(plan, in: folder).end)" } catch { return "\(error)" }
    }
    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: URL(filePath: "\(folder.path)/out/\(name)"))
    }
    let log = "PLN-seed1/checkpoint.jsonl", whole = try text(folder, "out/\(log)")
    try FileManager.default.removeItem(atPath: "\(folder.path)/out/PLN-seed1/metrics.json")
    try write(log, "")
    #expect(problem().contains("checkpoint.jsonl: no scores after step 2"))
    // Validations alone.
    try write(log, whole.split(separator: "\n").filter { $0.contains("validation") }.joined(separator: "\n"))
    #expect(problem().contains("checkpoint.jsonl: no steps or no loss in it"))
    try write(log, whole)
    try write("speed.json", "")
    #expect(problem() == "none: finished")
    // The log counts for the curves alone then.
    try write(log, "")
    #expect(problem() == "none: finished")
    #expect(try text(folder, "out/report.html").contains("<svg"))
    try write("plan.json", "")
    #expect(problem().contains("plan.json: this is not an ablation's plan"))
    try run(plan, in: folder, out: "new")
    try Data().write(to: URL(filePath: "\(folder.path)/new/PLN-seed1/checkpoint.safetensors"))
    try FileManager.default.removeItem(atPath: "\(folder.path)/new/PLN-seed1/metrics.json")
    do {
      try run(plan, in: folder, out: "new")
      Issue.record("an empty checkpoint was taken")
    } catch { #expect("\(error)".contains("checkpoint.safetensors: the file is empty")) }
  }

  @Test func plansHaveAVersionAndAreNeverOverwritten() throws {
    let folder = try DataFolder(), plan = Self.plan([.pln], steps: 1)
    try run(plan, in: folder)
    let good = try text(folder, "out/plan.json")
    #expect(good.contains("\"version\" : 1"), "\(good)")
    let file = URL(filePath: "\(folder.path)/out/plan.json")
    func problem(_ text: String) throws -> String {
      try Data(text.utf8).write(to: file)
      defer { #expect((try? self.text(folder, "out/plan.json")) == text) }
      do { return "none: \(try run(plan, in: folder).end)" } catch { return "\(error)" }
    }
    #expect(
      try problem(good.replacing(/,\n +"version" : 1/, with: "")) == "none: finished", "before there were versions")
    #expect(
      try problem(good.replacing("\"version\" : 1", with: "\"version\" : 7")).contains("plan.json: version 7 of its"))
    #expect(try problem("{\"version\":2}").contains("plan.json: version 2 of its format"))
    for damaged in ["", "{", "[]", "{\"version\":0}", String(good.dropLast(20))] {
      #expect(try problem(damaged).contains("plan.json: this is not an ablation's plan"), "\(damaged)")
    }
    // What cannot even be read.
    try FileManager.default.removeItem(at: file)
    try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
    do {
      try run(plan, in: folder)
      Issue.record("a folder was taken for a plan")
    } catch { #expect("\(error)".contains("plan.json: "), "\(error)") }
  }

  @Test func plansMatchCosts() {
    let macs = Self.plan(BlockKinds.builtIn.all), middle = Self.plan(BlockKinds.builtIn.all, match: .middle)
    for plan in [macs, middle] {
      #expect(plan.variants[0].configuration.text == Self.reference.text)
      #expect(plan.runs.map(\.name) == BlockKinds.builtIn.all.map { "\($0.name)-seed1" })
    }
    #expect(middle.variants.allSatisfy { $0.configuration.channels.allSatisfy { $0 == (2, 3) } })
    let runs = Self.plan([.rsu, .pln], seeds: [4, 9]).runs
    #expect(runs.map(\.name) == ["RSU-seed4", "PLN-seed4", "RSU-seed9", "PLN-seed9"])
    #expect(Self.plan([.rsu], seeds: [4]).recipe(for: runs[2]).seed == 9)
  }
}
