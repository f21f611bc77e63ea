import ArgumentParser
import U2NetEvaluation
import U2NetFiles
import U2NetImageFiles
import U2Net
import U2NetMachine

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score masks against the true ones: MAE, F, weighted F, S- and E-measure, boundary F.",
    discussion: """
      u2net evaluate --predictions masks/ --masks truth/
      u2net evaluate -m full --images photos/ --masks truth/ --report report.html

      Files go together that have the same name but for their extensions. Files without a counterpart, \
      pictures in formats that cannot be read and pairs that cannot be scored are listed; the scores are then of the other pairs, and the exit code is 1. A true mask's object \
      is what is brighter than 128; masks of two levels, such as 0 and 1 (in 16 bits, too), are stretched, and a cut-out of one colour \
      counts by its transparency. Scores are those of \
      PySODMetrics; authors_… are those of the evaluation code of the paper's authors.
      """)

  @Option(help: ArgumentHelp("Folder of predicted masks (PNG, JPEG).", valueName: "dir"), completion: .directory)
  var predictions: String?

  @Option(
    help: ArgumentHelp("Folder of photos to predict masks for, as `u2net mask` does.", valueName: "dir"),
    completion: .directory)
  var images: String?

  @Option(help: ArgumentHelp("Folder of the true masks.", valueName: "dir"), completion: .directory)
  var masks: String

  @OptionGroup var model: ModelOptions

  @Option(help: "With --images: rembg (default) or authors, as for `u2net mask`.")
  var preprocess: Preprocessing?

  @Option(help: "With --images: minmax (default) or sigmoid, as for `u2net mask`.")
  var normalize: Normalization?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Option(help: ArgumentHelp("Write the scores of each pair here.", valueName: "file.csv"), completion: .file())
  var csv: String?

  @Option(
    help: ArgumentHelp("Write a page with scores, curves, best and worst masks here.", valueName: "file.html"),
    completion: .file())
  var report: String?

  func validate() throws {
    guard (predictions == nil) != (images == nil) else {
      throw ValidationError("give either --predictions or --images")
    }
    let isModelGiven =
      model.model != nil || model.weights != nil || model.cache != nil || model.givenSize != nil || preprocess != nil
      || normalize != nil
    guard images != nil || !isModelGiven else {
      throw ValidationError("--model, --weights, --cache, --input-size, --preprocess and --normalize need --images")
    }
    if let csv, let report {
      let place = FilePath(output: csv)
      guard place.resolved != FilePath(output: report).resolved || place.isSpecial else {
        throw ValidationError("\(place): the --report would replace the --csv; name two files")
      }
    }
    guard csv != "-" && report != "-" else {
      throw ValidationError("--csv and --report write files; standard output is for the scores")
    }
  }

  func run() throws {
    let input = FilePath(argument: (predictions ?? images)!), masks = FilePath(argument: masks)
    let folders = try (input == masks ? [input] : [input, masks]).map { try PictureFolder($0) }
    try checkOutputs(inputs: folders.flatMap(\.files))
    for remark in folders.flatMap(\.remarks) { note(remark) }
    let pairing = try Pairing(predictions: folders[0].files, truths: folders.last!.files)
    let source = try source()
    let evaluation = DatasetEvaluation(pairing.pairs, threads: source.threads) { pair in
      (try source.prediction(pair), try Self.truth(pair))
    }
    let unreadable = folders.flatMap(\.unreadable), failures = unreadable + evaluation.failures.map { "\($0)" },
      empty = evaluation.withoutObject.map(\.truth)
    if !empty.isEmpty, empty.count == evaluation.scores.count {
      throw CommandFailure(lines: ["\(EvaluationError.noObject(first: empty[0], count: empty.count))"] + failures)
    }
    noteMasks(empty, "there is no object in this mask")
    noteMasks(evaluation.withoutPrediction.map(\.prediction), "nothing is predicted here: the mask is black all over")
    if let summary = EvaluationSummary(evaluation, pairing, unreadable: unreadable) {
      print(json ? try summary.json() : "\(summary)")
      try write(evaluation, source)
    }
    let problems =
      pairing.unpairedPredictions.map { "\($0): no mask of this name in \(masks)" }
      + pairing.unpairedTruths.map { "\($0): no \(images == nil ? "prediction" : "photo") of this name in \(input)" }
      + failures
    guard problems.isEmpty else { throw CommandFailure(lines: problems) }
  }

  /// Where predicted masks come from: files, or a detector and photos.
  private struct Source: Sendable {
    let detector: SaliencyDetector?
    /// Pairs at the same time.
    let threads: Int

    func prediction(_ pair: Pairing.Pair) throws -> Image<UInt8> {
      guard let detector else { return try MaskFile(pair.predictionFile, source: pair.prediction).prediction() }
      let saliency = try detector.saliency(inFile: pair.predictionFile)
      return saliency.mask(threads: detector.options.threads)
    }
  }

  private func source() throws -> Source {
    guard images != nil else { return Source(detector: nil, threads: threads(beside: 0)) }
    var options = SaliencyDetector.Options()
    options.inputSize = model.size
    options.threads = model.threads
    options.preprocessing = preprocess ?? .rembg
    options.normalization = normalize ?? .minmax
    let network = try model.network(), memory = SaliencyDetector.memory(network, options: options)
    _ = try SaliencyDetector.photosAtOnce(network, options: options, atMost: 1)
    return Source(
      detector: SaliencyDetector(network, options: options), threads: threads(beside: memory.shared + memory.each))
  }

  /// Fewer at a time where there is less memory than pairs of 12 megapixels take.
  private func threads(beside network: Int) -> Int {
    min(model.threads, max(1, (ResourceLimits.availableMemory - network) / (192 << 20)))
  }

  private static func truth(_ pair: Pairing.Pair) throws -> Image<UInt8> {
    try MaskFile(pair.truthFile, source: pair.truth).truth()
  }

  /// What would be written must not replace what is read, and there must be a place for it: before any work.
  private func checkOutputs(inputs: [Pairing.File]) throws {
    var inUse = FilesInUse()
    for input in inputs { inUse.add(input.file, as: "another file of this evaluation") }
    if let weights = model.weights { inUse.add(FilePath(argument: weights), as: "the --weights") }
    let outputs = [
      (csv, ["csv", "txt"], "scores are written as comma-separated values"),
      (report, ["html", "htm"], "reports are written as HTML"),
    ]
    for case (let name?, let extensions, let fact) in outputs {
      let path = FilePath(output: name)
      guard !path.isFolder else { throw ValidationError("\(path): this is a folder; name a file") }
      try inUse.check(path)
      try path.checkExtension(among: extensions, fact)
      try path.makeFolder()
    }
  }

  private func write(_ evaluation: DatasetEvaluation, _ source: Source) throws {
    if let csv { try ImageFile.write(Array(evaluation.table.csv.utf8), to: FilePath(output: csv)) }
    guard let report else { return }
    let by =
      images == nil
      ? ""
      : " by \(model.weights.map { String(decoding: FilePath($0).name, as: UTF8.self) } ?? "\(model.model ?? .lite)")"
    let html = try Report(title: "\(predictions ?? images!)\(by) against \(masks)", evaluation).html { pair in
      let photo = images == nil ? [] : [("photo", try Image<UInt8>(contentsOf: pair.predictionFile))]
      return photo + [("prediction", try source.prediction(pair)), ("truth", try Self.truth(pair))]
    }
    try ImageFile.write(Array(html.utf8), to: FilePath(output: report))
  }
}
