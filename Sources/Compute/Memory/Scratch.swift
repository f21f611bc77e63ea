/// Memory that the steps of a pass use in turn: one part for all workers together, and one for each.
package struct Scratch: @unchecked Sendable {  // The jobs of a phase share out what they write.
  /// Floats of either.
  package struct Size: Equatable, Sendable {
    package let shared, each: Int

    package init(shared: Int = 0, each: Int = 0) {
      self.shared = shared
      self.each = each
    }

    /// What serves both, one after the other.
    package func union(_ other: Size) -> Size {
      Size(shared: max(shared, other.shared), each: max(each, other.each))
    }

    fileprivate var aligned: Size {
      func aligned(_ count: Int) -> Int {
        (count + ArenaPlan.alignment - 1) / ArenaPlan.alignment * ArenaPlan.alignment
      }
      return Size(shared: aligned(shared), each: aligned(each))
    }

    /// Floats in all.
    package func count(workers: Int) -> Int { aligned.shared + workers * aligned.each }
  }

  private let memory: OwnedFloats
  private let size: Size

  package init(_ size: Size, workers: Int) {
    self.size = size.aligned
    memory = OwnedFloats(count: size.count(workers: workers))
  }

  /// Floats in all.
  package var count: Int { memory.buffer.count }
  package var shared: UnsafeMutablePointer<Float> { memory.start }
  package func own(_ worker: Int) -> UnsafeMutablePointer<Float> { memory.start + size.shared + worker * size.each }
}
