import CKernels

/// A feature map in memory.
///
/// One channel is planar: H·W floats. More channels are blocked: ⌈C/L⌉ blocks of H·W pixels of L channels, L being the
/// lanes of the kernels' vectors; lanes beyond C are zero, always.
struct StoredMap {
  let shape: MapShape
  /// L, or 1 for a planar map.
  let lanes: Int
  let start: UnsafeMutablePointer<Float>

  /// Floats of a map of `shape`.
  static func count(_ shape: MapShape, lanes: Int) -> Int {
    shape.channels == 1 ? shape.pixels : blocks(shape.channels, lanes: lanes) * lanes * shape.pixels
  }

  static func blocks(_ channels: Int, lanes: Int) -> Int { (channels + lanes - 1) / lanes }

  init(_ shape: MapShape, lanes: Int, start: UnsafeMutablePointer<Float>) {
    self.shape = shape
    self.lanes = shape.channels == 1 ? 1 : lanes
    self.start = start
  }

  var isPlanar: Bool { lanes == 1 }
  var blocks: Int { Self.blocks(shape.channels, lanes: lanes) }
  /// Floats of one block.
  var blockCount: Int { lanes * shape.pixels }
  func block(_ index: Int) -> UnsafeMutablePointer<Float> { start + index * blockCount }
  /// Channels in block `index`: L, or fewer in the last one.
  func channels(inBlock index: Int) -> Int { min(lanes, shape.channels - index * lanes) }

  /// Copies from C planes, or to them.
  func pack(_ planes: UnsafePointer<Float>, _ kernels: Kernels) {
    if isPlanar {
      start.update(from: planes, count: shape.count)
    } else {
      for index in 0..<blocks {
        kernels.c.pack(
          planes + index * blockCount, Int32(channels(inBlock: index)), shape.pixels, block(index))
      }
    }
  }

  func unpack(_ planes: UnsafeMutablePointer<Float>, _ kernels: Kernels) {
    if isPlanar {
      planes.update(from: start, count: shape.count)
    } else {
      for index in 0..<blocks {
        kernels.c.unpack(
          block(index), Int32(channels(inBlock: index)), shape.pixels, planes + index * blockCount)
      }
    }
  }
}
