/// A number that sums up scores: what tables, CSV files and JSON list.
public enum Measure: String, CaseIterable, Sendable {
  case mae
  case maxF = "max_f"
  case meanF = "mean_f"
  case adaptiveF = "adaptive_f"
  case weightedF = "weighted_f"
  case structure = "s_measure"
  case maxE = "max_e"
  case meanE = "mean_e"
  case adaptiveE = "adaptive_e"
  case boundaryF = "boundary_f"
  case boundaryPrecision = "boundary_precision"
  case boundaryRecall = "boundary_recall"
  case authorsMAE = "authors_mae"
  case authorsMaxF = "authors_max_f"
  case authorsMeanF = "authors_mean_f"

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
