/// A number that sums up `AlphaScores`: what tables, CSV files and JSON list. Of all, 0 is best.
public enum AlphaMeasure: String, CaseIterable, Sendable {
  /// `AlphaScores.Errors.meanAbsoluteError` over the picture.
  case mae
  /// `AlphaScores.Errors.sad` over the picture.
  case sad
  /// `AlphaScores.Errors.mse` over the picture.
  case mse
  /// `AlphaScores.Errors.gradient` over the picture.
  case gradient = "grad"
  /// `AlphaScores.Errors.connectivity` over the picture.
  case connectivity = "conn"
  /// `AlphaScores.Errors.meanAbsoluteError` over the unknown band.
  case bandMAE = "band_mae"
  /// `AlphaScores.Errors.sad` over the unknown band.
  case bandSAD = "band_sad"
  /// `AlphaScores.Errors.mse` over the unknown band.
  case bandMSE = "band_mse"
  /// `AlphaScores.Errors.gradient` over the unknown band.
  case bandGradient = "band_grad"
  /// `AlphaScores.Errors.connectivity` over the unknown band.
  case bandConnectivity = "band_conn"
  /// How much of the picture is unknown band, 0 … 1: what the others are to be read with, no error.
  case bandShare = "band_share"

  /// The measure's number among `scores`; nil of the unknown band where there is none.
  public func value(of scores: AlphaScores) -> Double? {
    let (picture, band) = (scores.picture, scores.band)
    return switch self {
    case .mae: picture.meanAbsoluteError
    case .sad: picture.sad
    case .mse: picture.mse
    case .gradient: picture.gradient
    case .connectivity: picture.connectivity
    case .bandMAE: band?.meanAbsoluteError
    case .bandSAD: band?.sad
    case .bandMSE: band?.mse
    case .bandGradient: band?.gradient
    case .bandConnectivity: band?.connectivity
    case .bandShare: Double(band?.count ?? 0) / Double(picture.count)
    }
  }

  /// What it is called in a table.
  public var title: String {
    switch self {
    case .mae: "MAE"
    case .sad: "SAD, thousands"
    case .mse: "MSE"
    case .gradient: "gradient, thousands"
    case .connectivity: "connectivity, thousands"
    case .bandMAE: "MAE in the unknown band"
    case .bandSAD: "SAD in the unknown band, thousands"
    case .bandMSE: "MSE in the unknown band"
    case .bandGradient: "gradient in the unknown band, thousands"
    case .bandConnectivity: "connectivity in the unknown band, thousands"
    case .bandShare: "share of the unknown band"
    }
  }
}
