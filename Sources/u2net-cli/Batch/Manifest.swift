import Files

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What became of one photo.
struct PhotoReport: Encodable {
  enum Status: String, Encodable { case ok, failed, skipped }

  /// Milliseconds of each step.
  struct Times: Encodable {
    var decode = 0.0, infer = 0.0, refine = 0.0, encode = 0.0
  }

  var input: String
  var outputs: [String]
  var status: Status
  var verdict: String?
  /// Share of the photo's pixels that are object, 0 … 1.
  var coverage: Double?
  /// The probability of the pixels that are object, on average.
  var confidence: Double?
  /// x, y, width, height in pixels of the upright photo.
  var box: [Int]?
  var milliseconds: Times?
  var error: String?
  /// What is odd about a photo that did not fail.
  var remarks: [String]?
}

/// A file with a JSON object a line for every photo that is done. It is appended to, so that a run that goes on where another
/// stopped completes it.
final class Manifest: Sendable {
  private let file: AppendedFile

  init(_ path: FilePath) throws(CommandFailure) {
    do { file = try AppendedFile(path) } catch { throw CommandFailure("\(path): cannot write: \(error.reason)") }
  }

  func append(_ report: PhotoReport) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line = try encoder.encode(report)
    do { try file.append(line: line) } catch { throw CommandFailure("\(error.path): cannot write: \(error.reason)") }
  }
}
