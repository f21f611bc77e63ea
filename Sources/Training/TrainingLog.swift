import U2NetEvaluation
internal import U2NetFiles

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The course of a training as a file with a JSON object a line, to draw curves from.
final class TrainingLog {
  private let file: AppendedFile
  private let path: FilePath

  struct Line: Codable {
    var step: Int
    var loss: Double?
    /// Of the fused map, then of side1 … side6.
    var losses: [Double]?
    var learning_rate: Double?
    var images_per_second: Double?
    var validation: [String: Double]?
    var best: Bool?
  }

  /// - Parameter step: lines of later steps, which a training that goes on from there makes again, are removed; 0 for all.
  init(path name: FilePath, after step: Int) throws(TrainingError) {
    path = name
    do throws(FileError) {
      if name.exists, !name.isSpecial {
        let kept = try name.contents().split(separator: UInt8(ascii: "\n")).filter { line in
          guard let line = try? JSONDecoder().decode(Line.self, from: Data(line)) else { return false }
          return line.step <= step && step > 0
        }
        var file = try AtomicFile(name)
        for line in kept {
          try (Array(line) + [UInt8(ascii: "\n")]).withUnsafeBytes { bytes in
            Result { () throws(FileError) in try file.append(bytes) }
          }.get()
        }
        try file.commit()
      }
      file = try AppendedFile(name)
    } catch { throw .file(path: "\(path)", reason: "cannot write: \(error.reason)") }
  }

  /// The lines of the log at `path`.
  static func lines(path: String) throws(TrainingError) -> [Line] {
    do throws(FileError) {
      return try FilePath(path).contents().split(separator: UInt8(ascii: "\n")).compactMap {
        try? JSONDecoder().decode(Line.self, from: Data($0))
      }
    } catch { throw .file(path: path, reason: error.reason) }
  }

  func append(_ entry: TrainingRun.Entry) throws(TrainingError) {
    try append(
      Line(
        step: entry.step, loss: entry.loss.total, losses: entry.loss.maps, learning_rate: entry.learningRate,
        images_per_second: (entry.imagesPerSecond * 1000).rounded() / 1000))
  }

  func append(_ result: Validation.Result, step: Int, isBest: Bool) throws(TrainingError) {
    var validation = ["loss": result.loss]
    for (measure, score) in result.scores { validation[measure.rawValue] = score }
    try append(Line(step: step, validation: validation, best: isBest))
  }

  private func append(_ line: Line) throws(TrainingError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    do throws(FileError) {
      try file.append(line: try! encoder.encode(line))  // Finite numbers only.
    } catch { throw .file(path: "\(path)", reason: "cannot write: \(error.reason)") }
  }
}
