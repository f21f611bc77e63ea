import U2NetCHeader

/// A struct of the header: it says first how large it is for whoever made it, who may have been compiled with an older header or a
/// newer one.
protocol SizedStruct {
  /// How it begins.
  static var initial: Self { get }
}

extension u2net_detector_options: SizedStruct { static var initial: Self { u2net_detector_options_default() } }
extension u2net_detector_info: SizedStruct { static var initial: Self { u2net_detector_info_default() } }
extension u2net_picture: SizedStruct { static var initial: Self { u2net_picture_default() } }
extension u2net_photo: SizedStruct { static var initial: Self { u2net_photo_default() } }
extension u2net_options: SizedStruct { static var initial: Self { u2net_options_default() } }
extension u2net_verdict: SizedStruct { static var initial: Self { u2net_verdict_default() } }

/// No struct will be this large, so that what has not begun as it should is found out.
private let implausibleSize = 4096

extension SizedStruct {
  /// The caller's values, and the initial ones of fields that it does not know.
  /// - Throws: if there are none, or if the caller sets fields that are not known here.
  init(_ pointer: UnsafePointer<Self>?, called name: String) throws(Failure) {
    let bytes = UnsafeRawPointer(try required(pointer, name)), size = try Self.size(bytes, name)
    for offset in min(size, MemoryLayout<Self>.size)..<size
    where bytes.load(fromByteOffset: offset, as: UInt8.self) != 0 {
      throw .invalid("\(name): it has fields that version \(String(cString: u2net_version())) does not know")
    }
    self = .initial
    withUnsafeMutableBytes(of: &self) { $0.copyMemory(from: .init(start: bytes, count: min(size, $0.count))) }
  }

  /// As far as the caller knows the fields.
  func write(to pointer: UnsafeMutablePointer<Self>?, called name: String) throws(Failure) {
    let target = UnsafeMutableRawPointer(try required(pointer, name)),
      size = try Self.size(UnsafeRawPointer(target), name)
    let start = MemoryLayout<Int>.size
    withUnsafeBytes(of: self) { own in
      let known = min(size, own.count)
      (target + start).copyMemory(from: own.baseAddress! + start, byteCount: known - start)
    }
  }

  private static func size(_ bytes: UnsafeRawPointer, _ name: String) throws(Failure) -> Int {
    guard Int(bitPattern: bytes) % MemoryLayout<Self>.alignment == 0 else {
      throw .invalid("\(name): it does not lie as structs do")
    }
    let size = bytes.load(as: UInt.self)
    guard (UInt(MemoryLayout<Int>.size)..<UInt(implausibleSize)).contains(size) else {
      throw .invalid("\(name): its size is \(size); begin with its _INIT")
    }
    return Int(size)
  }
}

/// What a caller must not leave out.
func required<Value>(_ value: Value?, _ name: String) throws(Failure) -> Value {
  guard let value else { throw .invalid("\(name) is NULL") }
  return value
}

/// A caller's text, nil for NULL.
/// - Throws: if it is not UTF-8.
func text(_ pointer: UnsafePointer<CChar>?, _ name: String) throws(Failure) -> String? {
  guard let pointer else { return nil }
  guard let text = String(validatingCString: pointer) else { throw .invalid("\(name) is not UTF-8") }
  return text
}

/// What a caller's text means, nil for NULL.
/// - Parameter parse: nil for what means nothing.
func value<Value>(
  _ pointer: UnsafePointer<CChar>?, _ name: String, _ form: String, _ parse: (String) -> Value?
) throws(Failure) -> Value? {
  guard let text = try text(pointer, name) else { return nil }
  guard let value = parse(text) else { throw .invalid("\(name) must be \(form), not \"\(text)\"") }
  return value
}

extension SizedStruct {
  /// The caller's values, or for NULL the initial ones.
  static func optional(_ pointer: UnsafePointer<Self>?, called name: String) throws(Failure) -> Self {
    try pointer.map { pointer throws(Failure) in try Self(pointer, called: name) } ?? .initial
  }
}
