package import U2NetFiles
import U2NetImageFiles
import U2NetMachine
import U2NetPixels

/// What is in two folders, scored: predicted masks, or photos to make them of, against true masks.
///
///     let evaluation = try FolderEvaluation(predictions: "masks/", masks: "truth/")
///     let outcome = evaluation.run(try evaluation.pairing(), threads: FolderEvaluation.pairsAtOnce(atMost: 8))
///     print(outcome.summary)
public struct FolderEvaluation: Sendable {
  /// Makes the mask of a photo: grey, of the photo's size.
  public typealias Prediction = @Sendable (_ photo: Pairing.Pair) throws -> Image<UInt8>

  private let predictions, masks: PictureFolder
  private let names: (predictions: String, masks: String)

  /// Looks into the folders, of which both may be one.
  /// - Throws: `folder`, see `PictureFolder`.
  public init(predictions: String, masks: String) throws(EvaluationError) {
    try self.init(predictions: FilePath(predictions), masks: FilePath(masks))
  }

  /// As `init(predictions:masks:)` of `String`s, for names that need not be UTF-8.
  package init(predictions: FilePath, masks: FilePath) throws(EvaluationError) {
    names = ("\(predictions)", "\(masks)")
    self.predictions = try PictureFolder(predictions)
    self.masks = predictions == masks ? self.predictions : try PictureFolder(masks)
  }

  private var folders: [PictureFolder] { predictions == masks ? [predictions] : [predictions, masks] }

  /// What is passed over because it is hidden.
  public var remarks: [String] { folders.flatMap(\.remarks) }

  /// What no file of results may replace.
  package var inUse: FilesInUse {
    var files = FilesInUse()
    for file in folders.flatMap(\.files) { files.add(file.file, as: "another file of this evaluation") }
    return files
  }

  /// Which files go together.
  /// - Throws: see `Pairing`.
  public func pairing() throws(EvaluationError) -> Pairing {
    try Pairing(predictions: predictions.files, truths: masks.files)
  }

  /// How many pairs of 12 megapixels the memory has room for that the process may still take, at least 1.
  /// - Parameters:
  ///   - threads: the most.
  ///   - bytes: what else is needed, as for a network.
  public static func pairsAtOnce(atMost threads: Int, beside bytes: Int = 0) -> Int {
    min(threads, max(1, (ResourceLimits.availableMemory - bytes) / (192 << 20)))
  }

  /// Scores all pairs; the results are the same for any number of threads.
  /// - Parameters:
  ///   - pairing: of these folders.
  ///   - threads: pairs at the same time.
  ///   - prediction: makes masks of the photos; nil: the folder has masks.
  public func run(_ pairing: Pairing, threads: Int, prediction: Prediction? = nil) -> Outcome {
    let predict: Prediction = prediction ?? { try MaskFile($0.predictionFile, source: $0.prediction).prediction() }
    let evaluation = DatasetEvaluation(pairing.pairs, threads: threads) { (try predict($0), try Self.truth($0)) }
    return outcome(evaluation, pairing, arePhotos: prediction != nil) {
      [("prediction", try predict($0)), ("truth", try Self.truth($0))]
    }
  }

  /// As `run(_:threads:prediction:)`, of alphas: soft masks, or cut-outs, of which nothing is stretched.
  /// - Parameters:
  ///   - pairing: of these folders.
  ///   - threads: pairs at the same time.
  ///   - prediction: makes alphas of the photos; nil: the folder has them.
  public func runAlpha(_ pairing: Pairing, threads: Int, prediction: Prediction? = nil) -> Outcome {
    let truth: @Sendable (Pairing.Pair) throws -> Image<Float> = {
      try MaskFile($0.truthFile, source: $0.truth).alpha()
    }
    let predict: @Sendable (Pairing.Pair) throws -> Image<Float> = {
      try prediction?($0).alphaLevels() ?? MaskFile($0.predictionFile, source: $0.prediction).alpha()
    }
    let evaluation = AlphaEvaluation(pairing.pairs, threads: threads) { (try predict($0), try truth($0)) }
    return outcome(evaluation, pairing, arePhotos: prediction != nil) { pair in
      [("prediction", try predict(pair).shown), ("truth", try truth(pair).shown)]
    }
  }

  private func outcome(
    _ scored: any ScoredPairs, _ pairing: Pairing, arePhotos: Bool,
    pictures: @escaping @Sendable (Pairing.Pair) throws -> [Report.Picture]
  ) -> Outcome {
    let summary = EvaluationSummary(of: scored, pairing, unreadable: folders.flatMap(\.unreadable))
    return Outcome(scored: scored, summary: summary, arePhotos: arePhotos, names: names, pictures: pictures)
  }

  private static func truth(_ pair: Pairing.Pair) throws -> Image<UInt8> {
    try MaskFile(pair.truthFile, source: pair.truth).truth()
  }

  /// What came of it.
  public struct Outcome: Sendable {
    fileprivate let scored: any ScoredPairs
    /// The scores in short, with what is missing.
    public let summary: EvaluationSummary
    fileprivate let arePhotos: Bool
    fileprivate let names: (predictions: String, masks: String)
    fileprivate let pictures: @Sendable (Pairing.Pair) throws -> [Report.Picture]

    /// A row for each pair; see `ScoreTable` and `AlphaEvaluation.csv`.
    public var csv: String { scored.csv }

    /// Whether no mask has an object, so that scores say nothing.
    private var isWithoutObject: Bool {
      !summary.masksWithoutObject.isEmpty && summary.masksWithoutObject.count == summary.pairs
    }

    /// Whether there are scores that say anything.
    public var hasScores: Bool { summary.pairs > 0 && !isWithoutObject }

    /// What is odd about masks that were scored all the same.
    public var remarks: [String] {
      isWithoutObject
        ? []
        : MaskRemark.noObject.lines(summary.masksWithoutObject)
          + MaskRemark.emptyPrediction.lines(summary.emptyPredictions)
    }

    /// A line for whatever keeps this from being the score of all that is in the folders.
    public var problems: [String] {
      let masks = summary.masksWithoutObject
      if isWithoutObject {
        return ["\(EvaluationError.noObject(first: masks[0], count: masks.count))"] + summary.failures
      }
      return summary.problems(predictions: names.predictions, masks: names.masks, arePhotos: arePhotos)
    }

    /// A page with scores, curves, the best and the worst masks, beside their photos where there are any; see `Report`.
    /// - Parameter network: what made masks of photos, for the title.
    /// - Precondition: at least one pair has been scored.
    /// - Throws: if a picture cannot be read any more.
    public func report(by network: String? = nil) throws -> String {
      let by = network.map { " by \($0)" } ?? ""
      return try Report(title: "\(names.predictions)\(by) against \(names.masks)", of: scored).html { pair in
        let photo = arePhotos ? [("photo", try Image<UInt8>(contentsOf: pair.predictionFile))] : []
        return photo + (try pictures(pair))
      }
    }
  }
}

extension Image where Sample == Float {
  /// In 8 bits, to look at.
  fileprivate var shown: Image<UInt8> {
    Image<UInt8>(width: width, height: height, channels: .gray, samples: samples.map { UInt8($0 * 255) })
  }
}
