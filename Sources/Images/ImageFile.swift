// Whole files to bytes and back.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Picture files. A path of "-" stands for standard input or output.
public enum ImageFile {
  /// Files larger than this are not read: 2 GiB, more than the largest picture that decoding accepts.
  static let sizeLimit = 1 << 31

  /// All bytes of a picture file; the first ones only, if they are not those of a picture in a known format.
  ///
  /// - Throws: `unreadable`.
  public static func read(_ path: String) throws(ImageError) -> [UInt8] {
    if path == "-" { return try read(descriptor: STDIN_FILENO, source: "standard input") }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(source: path, reason: systemError()) }
    defer { close(descriptor) }
    return try read(descriptor: descriptor, source: path)
  }

  /// Writes a file as a whole: at `path` there is the old file, or none, until there is the new one.
  ///
  /// The bytes go to a hidden file in the same folder, which then takes the place of `path`; on failure it is
  /// removed. Links are followed. What is not a regular file (a device, a pipe) is written to directly.
  ///
  /// - Throws: `unwritable`.
  public static func write(_ bytes: [UInt8], to path: String) throws(ImageError) {
    if path == "-" {
      guard writeAll(bytes, to: STDOUT_FILENO) else {
        throw .unwritable(path: "standard output", reason: systemError())
      }
      return
    }
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists && status.st_mode & S_IFMT != S_IFREG {
      let descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemError()) }
      try finish(descriptor, bytes, path)
    } else {
      // A file that may not be written to is not to be replaced either.
      guard !exists || access(path, W_OK) == 0 else { throw .unwritable(path: path, reason: systemError()) }
      try replace(linkTarget(path), with: bytes, named: path)
    }
  }

  private static func replace(_ target: String, with bytes: [UInt8], named path: String) throws(ImageError) {
    let nameStart = target.lastIndex(of: "/").map { target.index(after: $0) } ?? target.startIndex
    let random = String(UInt64.random(in: 0 ... .max), radix: 36)
    // The name is cut, for a folder may allow names no longer than that of the target.
    let part = target[..<nameStart] + ".\(target[nameStart...].prefix(32)).\(random).part"
    let temporary = String(part)
    // As any new file: the process's umask takes its bits from this.
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemError()) }
    do throws(ImageError) {
      try finish(descriptor, bytes, path)
      guard rename(temporary, target) == 0 else { throw .unwritable(path: path, reason: systemError()) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Writes all bytes and closes; a disk may report that it is full only then.
  private static func finish(_ descriptor: Int32, _ bytes: [UInt8], _ path: String) throws(ImageError) {
    guard writeAll(bytes, to: descriptor) else {
      let reason = systemError()
      close(descriptor)
      throw .unwritable(path: path, reason: reason)
    }
    guard close(descriptor) == 0 else { throw .unwritable(path: path, reason: systemError()) }
  }

  /// Where a link, or a chain of them, leads: maybe to nothing yet.
  private static func linkTarget(_ path: String) -> String {
    var path = path
    for _ in 0..<40 {
      let length = Int(PATH_MAX)
      let target = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { buffer -> String? in
        let count = buffer.withMemoryRebound(to: CChar.self) { readlink(path, $0.baseAddress!, length) }
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
      }
      guard let target else { break }
      let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
      path = target.hasPrefix("/") ? target : folder + target
    }
    return path
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
        retrying { Self.read(descriptor, buffer.baseAddress! + count, buffer.count - count) }
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

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let written = retrying { Self.write(descriptor, buffer.baseAddress! + done, buffer.count - done) }
        if written < 0 { return false }
        done += written
      }
      return true
    }
  }

  // The system's calls, whose names the public functions above hide.
  private static func read(_ descriptor: Int32, _ to: UnsafeMutableRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, to, count)
    #else
      Darwin.read(descriptor, to, count)
    #endif
  }

  private static func write(_ descriptor: Int32, _ from: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, from, count)
    #else
      Darwin.write(descriptor, from, count)
    #endif
  }

  /// Repeats a call that a signal interrupted.
  private static func retrying(_ call: () -> Int) -> Int {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }

  private static func systemError() -> String { String(cString: strerror(errno)) }
}
