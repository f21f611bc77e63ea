import U2NetPixels

/// How a predicted alpha compares with the true one, by the measures of the matting field: those of Rhemann and others, "A
/// perceptually motivated online benchmark for image matting", 2009, as code for evaluations on its pictures and on
/// Composition-1k computes them. Nothing is stretched.
public struct AlphaScores: Equatable, Sendable {
  /// Errors over some pixels of a picture, 0 if all are right.
  public struct Errors: Equatable, Sendable {
    /// Pixels.
    public internal(set) var count = 0
    /// Sum of |alpha - true alpha|, in thousands.
    public internal(set) var sad = 0.0
    /// Mean of (alpha - true alpha)², 0 … 1.
    public internal(set) var mse = 0.0
    /// Sum of the squared differences of the gradients' magnitudes, in thousands; see `AlphaGradient`.
    public internal(set) var gradient = 0.0
    /// Sum of the differences in how well pixels hang together with the object, in thousands; see `AlphaConnectivity`.
    public internal(set) var connectivity = 0.0

    /// Mean of |alpha - true alpha|, 0 … 1.
    public var meanAbsoluteError: Double { sad * 1000 / Double(max(1, count)) }
  }

  /// Over the whole picture.
  public let picture: Errors
  /// Over the unknown band: within 10 rows and columns of a pixel whose true alpha is between 0.02 and 0.98. nil if there is none.
  public let band: Errors?

  /// Scores one pair.
  ///
  /// Memory beside the two: about 10 bytes a pixel.
  ///
  /// - Parameters:
  ///   - prediction: alpha, 0 … 1; see `Image.alphaLevels()`.
  ///   - truth: of the same size.
  ///   - name: what to call the pair in errors.
  /// - Throws: `sizeMismatch`.
  public init(prediction: Image<Float>, truth: Image<Float>, name: String) throws(EvaluationError) {
    precondition(prediction.channels == .gray && truth.channels == .gray, "alpha has 1 channel")
    guard (prediction.width, prediction.height) == (truth.width, truth.height) else {
      throw .sizeMismatch(
        name: name, prediction: .init(width: prediction.width, height: prediction.height),
        truth: .init(width: truth.width, height: truth.height))
    }
    let band = UnknownBand(truth)
    var all = Sums(), unknown = Sums()
    let width = truth.width
    let connectivity = AlphaConnectivity(prediction, truth)
    var gradient = AlphaGradient(prediction, truth)
    for y in 0..<truth.height {
      gradient.move(to: y)
      for x in 0..<width {
        let i = y * width + x
        let difference = Double(prediction.samples[i]) - Double(truth.samples[i])
        let (slope, lack) = (Double(gradient.difference(x)), connectivity.difference(i))
        all.add(difference, slope, lack)
        if band.flags[i] != 0 { unknown.add(difference, slope, lack) }
      }
    }
    picture = all.errors
    self.band = band.isEmpty ? nil : unknown.errors
  }

  /// Running sums, in reading order.
  private struct Sums {
    private var count = 0
    private var absolute = 0.0, squared = 0.0, gradient = 0.0, connectivity = 0.0

    mutating func add(_ difference: Double, _ slope: Double, _ lack: Double) {
      count += 1
      absolute += abs(difference)
      squared += difference * difference
      gradient += slope * slope
      connectivity += lack
    }

    var errors: Errors {
      Errors(
        count: count, sad: absolute / 1000, mse: squared / Double(max(1, count)), gradient: gradient / 1000,
        connectivity: connectivity / 1000)
    }
  }
}

/// Where alpha has to be found out: near soft pixels of the truth.
struct UnknownBand {
  /// 1 in the band, 0 elsewhere; row by row.
  let flags: [UInt8]
  let isEmpty: Bool

  /// - Parameter reach: rows and columns that the band reaches beyond soft pixels.
  init(_ truth: Image<Float>, reach: Int = 10) {
    let (width, height) = (truth.width, truth.height)
    var flags = truth.samples.map { (alpha: Float) -> UInt8 in 0.02 < alpha && alpha < 0.98 ? 1 : 0 }
    isEmpty = !flags.contains(1)
    if !isEmpty {
      for y in 0..<height { Self.dilate(&flags, from: y * width, count: width, step: 1, reach) }
      for x in 0..<width { Self.dilate(&flags, from: x, count: height, step: width, reach) }
    }
    self.flags = flags
  }

  /// Dilates one row or column.
  private static func dilate(_ flags: inout [UInt8], from start: Int, count: Int, step: Int, _ reach: Int) {
    // Up to where the flags before reach; what was set here must not reach further.
    var covered = -1, ahead = 0
    for i in 0..<count {
      while ahead < count, ahead <= i + reach {
        if flags[start + ahead * step] == 1 { covered = ahead + reach }
        ahead += 1
      }
      if i <= covered, flags[start + i * step] == 0 { flags[start + i * step] = 2 }
    }
    for i in 0..<count where flags[start + i * step] == 2 { flags[start + i * step] = 1 }
  }
}
