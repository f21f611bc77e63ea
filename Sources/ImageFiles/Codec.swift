// Calls of the C codecs.

internal import U2NetCImageCodecs

/// Runs a codec; returns its status, its message if that is not `CIC_OK`, and its remarks.
func run(
  _ codec: (_ message: UnsafeMutablePointer<CChar>, _ remarks: UnsafeMutablePointer<CChar>) -> cic_status
) -> (status: cic_status, reason: String, remarks: String) {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 2 * Int(CIC_MESSAGE_SIZE)) { texts in
    texts.initialize(repeating: 0)
    let (message, remarks) = (texts.baseAddress!, texts.baseAddress! + Int(CIC_MESSAGE_SIZE))
    let status = codec(message, remarks)
    return (status, status == CIC_OK ? "" : String(cString: message), String(cString: remarks))
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
  let (status, reason, _) = run { message, _ in encoder(&out, &count, message) }
  switch status {
  case CIC_OK:
    defer { free(out) }
    return [UInt8](UnsafeBufferPointer(start: out, count: count))
  case CIC_NO_MEMORY: throw .outOfMemory(source: source, width: width, height: height)
  default: throw .unwritable(path: source, reason: reason)
  }
}
