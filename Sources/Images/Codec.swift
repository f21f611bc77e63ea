// Calls of the C codecs.

internal import CImageCodecs

/// Runs a codec; returns its status, and its message if that is not `CIC_OK`.
func run(_ codec: (UnsafeMutablePointer<CChar>) -> cic_status) -> (status: cic_status, reason: String) {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CIC_MESSAGE_SIZE)) { message in
    message.initialize(repeating: 0)
    let status = codec(message.baseAddress!)
    return (status, status == CIC_OK ? "" : String(cString: message.baseAddress!))
  }
}

/// Runs an encoder and takes over what it made.
/// - Parameter free: releases the encoder's memory.
/// - Throws: `unwritable` or `outOfMemory`.
func encoded(
  source: String, width: Int, height: Int, free: (UnsafeMutableRawPointer?) -> Void,
  _ encoder: (
    _ out: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, _ count: UnsafeMutablePointer<Int>,
    _ message: UnsafeMutablePointer<CChar>
  ) -> cic_status
) throws(ImageError) -> [UInt8] {
  var out: UnsafeMutablePointer<UInt8>?
  var count = 0
  let (status, reason) = run { encoder(&out, &count, $0) }
  switch status {
  case CIC_OK:
    defer { free(out) }
    return [UInt8](UnsafeBufferPointer(start: out, count: count))
  case CIC_NO_MEMORY: throw .outOfMemory(source: source, width: width, height: height)
  default: throw .unwritable(path: source, reason: reason)
  }
}
