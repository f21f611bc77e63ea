/// A number that sums up scores: what tables, CSV files and JSON list.
public enum Measure: String, CaseIterable, Sendable {
  /// `Scores.meanAbsoluteError`, 0 … 1.
  case mae
  /// The greatest of `Scores.fMeasure`, 0 … 1; over a data set, of the mean curve.
  case maxF = "max_f"
  /// The mean of `Scores.fMeasure` over its 256 thresholds.
  case meanF = "mean_f"
  /// `Scores.fMeasure` at the adaptive threshold.
  case adaptiveF = "adaptive_f"
  /// `Scores.weightedF`, 0 … 1.
  case weightedF = "weighted_f"
  /// `Scores.structure`, 0 … 1.
  case structure = "s_measure"
  /// The greatest of `Scores.enhancedAlignment`; over a data set, of the mean curve.
  case maxE = "max_e"
  /// The mean of `Scores.enhancedAlignment` over its 256 thresholds.
  case meanE = "mean_e"
  /// `Scores.enhancedAlignment` at the adaptive threshold.
  case adaptiveE = "adaptive_e"
  /// `BoundaryScores.fMeasure`, 0 … 1.
  case boundaryF = "boundary_f"
  /// `BoundaryScores.precision`, 0 … 1.
  case boundaryPrecision = "boundary_precision"
  /// `BoundaryScores.recall`, 0 … 1.
  case boundaryRecall = "boundary_recall"
  /// `AuthorsScores.meanAbsoluteError`, 0 … 1.
  case authorsMAE = "authors_mae"
  /// `AuthorsScores.maxF`.
  case authorsMaxF = "authors_max_f"
  /// `AuthorsScores.meanF`.
  case authorsMeanF = "authors_mean_f"

  /// The measure's number among `scores`.
  public func value(of scores: Scores) -> Double {
    switch self {
    case .mae: scores.meanAbsoluteError
    case .maxF: scores.fMeasure.max
    case .meanF: scores.fMeasure.mean
    case .adaptiveF: scores.fMeasure.adaptive
    case .weightedF: scores.weightedF
    case .structure: scores.structure
    case .maxE: scores.enhancedAlignment.max
    case .meanE: scores.enhancedAlignment.mean
    case .adaptiveE: scores.enhancedAlignment.adaptive
    case .boundaryF: scores.boundary.fMeasure
    case .boundaryPrecision: scores.boundary.precision
    case .boundaryRecall: scores.boundary.recall
    case .authorsMAE: scores.authors.meanAbsoluteError
    case .authorsMaxF: scores.authors.maxF
    case .authorsMeanF: scores.authors.meanF
    }
  }

  /// What it is called in a table.
  public var title: String {
    switch self {
    case .mae: "MAE"
    case .maxF: "max F, mean over pictures per threshold"
    case .meanF: "mean F"
    case .adaptiveF: "adaptive F"
    case .weightedF: "weighted F"
    case .structure: "S-measure"
    case .maxE: "max E-measure"
    case .meanE: "mean E-measure"
    case .adaptiveE: "adaptive E-measure"
    case .boundaryF: "relaxed boundary F"
    case .boundaryPrecision: "relaxed boundary precision"
    case .boundaryRecall: "relaxed boundary recall"
    case .authorsMAE: "MAE, as the paper's authors"
    case .authorsMaxF: "max F, as the paper's authors: of mean precision and recall"
    case .authorsMeanF: "mean F, as the paper's authors"
    }
  }

  /// Whether 0 is best; else it is 1.
  public var isError: Bool { self == .mae || self == .authorsMAE }
}
