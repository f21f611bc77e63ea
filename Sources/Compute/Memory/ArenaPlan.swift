/// Where each buffer of a fixed schedule lies in one arena, so that buffers whose lives do not overlap share memory.
package struct ArenaPlan {
  /// A buffer: its size and the first and last step that touch it.
  package struct Buffer {
    package let count: Int
    package let lifetime: ClosedRange<Int>

    package init(count: Int, lifetime: ClosedRange<Int>) {
      self.count = count
      self.lifetime = lifetime
    }
  }

  /// Offset of each buffer, in floats, a multiple of `alignment`.
  package let offsets: [Int]
  /// Size of the arena in floats.
  package let count: Int

  /// 16 floats: a cache line.
  package static let alignment = 16

  /// Places the buffers, largest first, each at the lowest offset that is free for its whole life
  /// (greedy by size; Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net Inference").
  package init(_ buffers: [Buffer]) {
    var offsets = [Int](repeating: 0, count: buffers.count)
    var placed: [(range: Range<Int>, lifetime: ClosedRange<Int>)] = []
    var end = 0
    for index in buffers.indices.sorted(by: { (buffers[$0].count, $1) > (buffers[$1].count, $0) }) {
      let buffer = buffers[index]
      let size = (buffer.count + Self.alignment - 1) / Self.alignment * Self.alignment
      var offset = 0
      for other in placed where other.lifetime.overlaps(buffer.lifetime) {  // In order of offset.
        if offset + size <= other.range.lowerBound { break }
        offset = max(offset, other.range.upperBound)
      }
      offsets[index] = offset
      end = max(end, offset + size)
      let position = placed.firstIndex { $0.range.lowerBound > offset } ?? placed.endIndex
      placed.insert((offset..<offset + size, buffer.lifetime), at: position)
    }
    self.offsets = offsets
    self.count = end
  }
}
