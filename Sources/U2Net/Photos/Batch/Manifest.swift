package import U2NetFiles

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A file with a JSON object a line for every photo that is done. It is appended to, so that a run that goes on where another
/// stopped completes it; or standard output, called "-". Several threads, and several processes, may append to it at the same time.
public final class Manifest: Sendable {
  private let file: AppendedFile

  /// Opens the file, or makes it. What it holds stays.
  /// - Throws: `PipelineError` if the file cannot be written, is called like a picture, or begins with something else than a
  ///   JSON object.
  public convenience init(path: String) throws(PipelineError) { try self.init(FilePath(path)) }

  /// As `init(path:)`, for names that need not be UTF-8.
  package init(_ path: FilePath) throws(PipelineError) {
    if path == .standardStream {
      do { file = try .standardOutput() } catch { throw PipelineError("\(error.path): cannot write: \(error.reason)") }
      return
    }
    try Manifest.checkName(path)
    // A photo, or a list of photos, named by mistake must not be added to.
    if !path.isSpecial, let first = path.start(1)?.first, first != UInt8(ascii: "{") {
      throw PipelineError("\(path): this file is no manifest, which is lines of JSON objects; nothing was added to it")
    }
    do { file = try AppendedFile(path) } catch { throw PipelineError("\(path): cannot write: \(error.reason)") }
  }

  /// - Throws: if the file is called like a picture.
  package static func checkName(_ path: FilePath) throws(PipelineError) {
    guard PictureKind(fileExtension: path.fileExtension) == nil else {
      throw PipelineError(
        usage: "\(path): called like a picture, and a manifest is lines of JSON; choose another name, such as .jsonl")
    }
  }

  /// Adds a line: whole, or not at all.
  /// - Throws: `PipelineError` if it cannot be written.
  public func append(_ report: PhotoReport) throws(PipelineError) {
    let line = report.json
    do { try file.append(line: line) } catch { throw PipelineError("\(error.path): cannot write: \(error.reason)") }
  }
}

extension PhotoReport {
  /// One line of JSON, keys sorted.
  fileprivate var json: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Numbers that JSON does not have are never in a report.
    return Array(String(decoding: try! encoder.encode(self), as: UTF8.self).visibleJSON.utf8)
  }
}
