import U2Net
import U2NetCHeader

/// An object as C has it: whoever has the pointer owns it until it is freed.
class Handle {
  final var pointer: OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  /// - Throws: for NULL.
  static func of(_ pointer: OpaquePointer?, _ name: String) throws(Failure) -> Self {
    Unmanaged<Self>.fromOpaque(UnsafeRawPointer(try required(pointer, name))).takeUnretainedValue()
  }

  static func release(_ pointer: OpaquePointer?) {
    guard let pointer else { return }
    Unmanaged<Self>.fromOpaque(UnsafeRawPointer(pointer)).release()
  }
}
