/// What became of one photo: a line of a `Manifest`.
public struct PhotoReport: Encodable, Equatable, Sendable {
  /// What became of a photo, as manifests call it.
  public enum Status: String, Encodable, Sendable {
    /// All its results were made.
    case ok
    /// There are none of it; the report says why.
    case failed
    /// Its results were there, or it was not taken for a photo.
    case skipped
  }

  /// Milliseconds of each step; those of several results together.
  public struct Times: Encodable, Equatable, Sendable {
    /// Reading and decoding; the network; from its mask to alpha; colours, layout and the file's bytes.
    public var decode = 0.0, infer = 0.0, refine = 0.0, encode = 0.0
  }

  /// The photo's file, or what it was called.
  public var input: String
  /// The files that were written.
  public var outputs: [String]
  /// What became of the photo.
  public var status: Status
  /// "ok", "touches the border" or "no salient object".
  public var verdict: String?
  /// Share of the photo's pixels that are object, 0…1.
  public var coverage: Double?
  /// Mean probability of the pixels that are object, 0…1.
  public var confidence: Double?
  /// Of the object: x, y, width, height in pixels of the upright photo.
  public var box: [Int]?
  /// Nil where nothing was measured.
  public var milliseconds: Times?
  /// Why the photo failed; it begins with the photo's name.
  public var error: String?
  /// What is odd about a photo that did not fail.
  public var remarks: [String]?

  /// A photo that is looked at.
  init(input: String, outputs: [String] = []) {
    (self.input, self.outputs) = (input, outputs)
    status = .ok
    milliseconds = Times()
  }

  /// A photo that nothing was made of.
  package init(failed photo: Photo, _ reason: String) {
    self.init(input: "\(photo.path)")
    status = .failed
    error = reason
    milliseconds = nil
  }

  /// A photo whose results were there.
  package static func skipped(_ job: PhotoJob) -> PhotoReport {
    var report = PhotoReport(input: "\(job.photo.path)", outputs: job.results.map { "\($0.path)" })
    report.status = .skipped
    report.milliseconds = nil
    return report
  }

  /// A picture that was not taken for a photo, and why.
  package static func passedOver(_ photo: Photo, _ remark: String) -> PhotoReport {
    var report = PhotoReport(input: "\(photo.path)")
    report.status = .skipped
    report.milliseconds = nil
    report.remarks = [remark]
    return report
  }

  /// Nothing was made of it after all.
  mutating func fail(_ error: any Error, name: String) {
    status = .failed
    outputs = []
    let message = "\(error)"
    self.error = message.hasPrefix(name) ? message : "\(name): \(message)"
  }

  mutating func add(_ found: Verdict, width: Int, height: Int) {
    verdict =
      switch found.finding {
      case .noSalientObject: "no salient object"
      case .touchesTheBorder: "touches the border"
      case .ok: "ok"
      }
    coverage = Self.rounded(found.coverage)
    confidence = Self.rounded(found.confidence)
    box = found.bounds(width: width, height: height).map { [$0.x, $0.y, $0.width, $0.height] }
  }

  private static func rounded(_ share: Double) -> Double { (share * 1e4).rounded() / 1e4 }
}
