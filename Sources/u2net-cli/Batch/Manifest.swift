import Files
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
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
}

/// A file with a JSON object a line for every photo that is done. It is appended to, so that a run that goes on where another
/// stopped completes it.
final class Manifest: Sendable {
  private let descriptor: Int32
  private let path: FilePath
  private let lock = Mutex(())

  init(_ path: FilePath) throws(CommandFailure) {
    self.path = path
    descriptor = path.withCString { open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw CommandFailure("\(path): cannot write: \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  func append(_ report: PhotoReport) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line = Array(try encoder.encode(report)) + [UInt8(ascii: "\n")]
    // One write a line: lines of several processes that append to the same file do not mix.
    let isWritten = lock.withLock { _ in line.withUnsafeBytes { Descriptor.write($0, to: descriptor) } }
    guard isWritten else { throw CommandFailure("\(path): cannot write: \(String(cString: strerror(errno)))") }
  }
}
