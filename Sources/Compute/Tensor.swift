import U2NetPlatform

/// A dense row-major array of float32 that never changes: a weight, a bias, a golden value.
///
/// The elements live wherever they already are (memory of their own, a file in memory, a segment of the executable): a tensor
/// is a shape, a pointer and the owner that keeps the pointer valid.
public struct Tensor: @unchecked Sendable {  // The elements are immutable and the owner is retained.
  /// Extents, outermost first. A convolution weight is `[O, I, kernelHeight, kernelWidth]`.
  public let shape: [Int]
  private let base: UnsafePointer<Float>
  private let owner: AnyObject

  /// Number of elements: the product of `shape`, 1 for a scalar.
  public var count: Int { shape.reduce(1, *) }

  /// A tensor over memory that somebody else owns.
  /// - Parameters:
  ///   - shape: extents, all ≥ 0.
  ///   - base: the first of `shape.reduce(1, *)` elements, aligned for `Float`.
  ///   - owner: whatever keeps `base` valid; retained.
  public init(shape: [Int], base: UnsafePointer<Float>, owner: AnyObject) {
    precondition(shape.allSatisfy { $0 >= 0 }, "negative extent in shape \(shape)")
    self.shape = shape
    self.base = base
    self.owner = owner
  }

  /// A tensor with `values` in row-major order; `values.count` must equal the product of `shape`.
  public init(shape: [Int], _ values: some Collection<Float>) {
    self.init(shape: shape) { buffer in
      precondition(buffer.count == values.count, "\(values.count) values for shape \(shape)")
      _ = buffer.initialize(fromContentsOf: values)
    }
  }

  /// A tensor whose elements `fill` writes, each exactly once.
  /// - Throws: what `fill` throws.
  public init(shape: [Int], fill: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    let memory = OwnedFloats(count: shape.reduce(1, *))
    try fill(memory.buffer)
    self.init(shape: shape, base: UnsafePointer(memory.buffer.baseAddress!), owner: memory)
  }

  /// Calls `body` with the elements in row-major order.
  /// - Throws: what `body` throws.
  public func withUnsafeBufferPointer<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    try withExtendedLifetime(owner) { try body(UnsafeBufferPointer(start: base, count: count)) }
  }

  /// Whether no element is NaN or infinite.
  public var isFinite: Bool {
    withUnsafeBufferPointer { values in
      var exponent: UInt32 = 0  // All ones in NaN and infinity only. No early exit, so that the loop vectorises.
      for value in values { exponent = max(exponent, value.bitPattern & 0x7f80_0000) }
      return exponent < 0x7f80_0000
    }
  }

  /// A copy of the elements in row-major order.
  public var values: [Float] { withUnsafeBufferPointer(Array.init) }
}

/// 64-byte aligned memory for plain values, freed with the last reference. Who writes what, and when, is its owners' to keep
/// apart, as with any memory.
package final class OwnedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  package let buffer: UnsafeMutableBufferPointer<Element>
  package var start: UnsafeMutablePointer<Element> { buffer.baseAddress! }

  /// Room for `count` elements, which hold nothing yet.
  package init(count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Element>.stride, isLarge = bytes >= 2 * Self.hugePage
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: isLarge ? Self.hugePage : 64)
    #if os(Linux)
      if isLarge { madvise(raw, bytes, Int32(MADV_HUGEPAGE)) }
    #endif
    buffer = UnsafeMutableBufferPointer(start: raw.bindMemory(to: Element.self, capacity: count), count: count)
  }

  /// One translation of addresses where small pages need 512, and one page fault. Measured: 1 to 3 % of a pass, a tenth
  /// of a single photo's time.
  private static var hugePage: Int { 2 << 20 }

  package convenience init(_ elements: [Element]) {
    self.init(count: elements.count)
    _ = buffer.initialize(fromContentsOf: elements)
  }

  deinit { UnsafeMutableRawPointer(buffer.baseAddress!).deallocate() }
}

package typealias OwnedFloats = OwnedBuffer<Float>
