// Whole files to bytes and back.

package import U2NetFiles
import U2NetPlatform

/// Picture files. A path of "-" stands for standard input or output.
public enum ImageFile {
  /// Files larger than this are not read: 2 GiB, more than the largest picture that decoding accepts.
  static let sizeLimit = 1 << 31

  /// All bytes of a picture file; the first ones only, if they are not those of a picture in a known format.
  ///
  /// - Throws: `unreadable`.
  public static func read(_ path: String) throws(ImageError) -> [UInt8] { try read(FilePath(path)) }

  /// Writes a file as a whole: at `path` there is the old file, or none, until there is the new one.
  ///
  /// The bytes go to a hidden file in the same folder, which then takes the place of `path`; on failure it is
  /// removed. Links are followed. What is not a regular file (a device, a pipe) is written to directly.
  ///
  /// - Throws: `unwritable`.
  public static func write(_ bytes: [UInt8], to path: String) throws(ImageError) {
    try write(bytes, to: FilePath(path))
  }

  /// As `read(_:)` of a `String`, for names that need not be UTF-8.
  package static func read(_ path: FilePath) throws(ImageError) -> [UInt8] {
    if path == "-" { return try read(descriptor: STDIN_FILENO, source: "standard input") }
    let descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .unreadable(source: "\(path)", reason: systemError()) }
    defer { close(descriptor) }
    return try read(descriptor: descriptor, source: "\(path)")
  }

  /// As `write(_:to:)` with a `String`, for names that need not be UTF-8.
  package static func write(_ bytes: [UInt8], to path: FilePath) throws(ImageError) {
    let isWritten = try write(bytes, to: path, replacing: true)
    assert(isWritten, "what may be replaced is not in the way")
  }

  /// As `write(_:to:)`, but replaces nothing.
  /// - Returns: whether it is written; otherwise there is another file of this name.
  package static func writeNew(_ bytes: [UInt8], to path: FilePath) throws(ImageError) -> Bool {
    try write(bytes, to: path, replacing: false)
  }

  private static func write(_ bytes: [UInt8], to path: FilePath, replacing: Bool) throws(ImageError) -> Bool {
    do throws(FileError) {
      var file = try AtomicFile(path == "-" ? "/dev/stdout" : path)
      // `withUnsafeBytes` forgets an error's type; a result carries it past.
      try bytes.withUnsafeBytes { buffer in Result { () throws(FileError) in try file.append(buffer) } }.get()
      try file.commit(replacing: replacing)
      return true
    } catch {
      if error.isOccupied { return false }
      throw .unwritable(path: path == "-" ? "standard output" : "\(path)", reason: error.reason)
    }
  }

  private static func read(descriptor: Int32, source: String) throws(ImageError) -> [UInt8] {
    var status = stat()
    let size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    let tooLong = ImageError.unreadable(source: source, reason: "it is larger than 2 GiB")
    if size > sizeLimit { throw tooLong }
    // One byte more than the file has, so that its end is seen without growing. Pipes have no size, and grow.
    var bytes = [UInt8](repeating: 0, count: max(size + 1, 1 << 16))
    var count = 0
    while true {
      if count == bytes.count { bytes += [UInt8](repeating: 0, count: count) }
      let got = bytes.withUnsafeMutableBytes { buffer in
        Descriptor.read(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      }
      if got < 0 { throw .unreadable(source: source, reason: systemError()) }
      if got == 0 { break }
      count += got
      if count >= 12, ImageFormat(signatureOf: Array(bytes[..<12])) == nil { break }
      if count > sizeLimit { throw tooLong }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  private static func systemError() -> String { String(cString: strerror(errno)) }
}
