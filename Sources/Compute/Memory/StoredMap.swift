import U2NetCKernels

/// A feature map in memory.
///
/// One channel is planar: H·W floats. More channels are blocked: ⌈C/L⌉ blocks of H·W pixels of L channels, L being the
/// lanes of the kernels' vectors; lanes beyond C are zero, always. Maps of several images, which training needs, are always
/// blocked: ⌈C/L⌉ blocks of N images of H·W pixels of L channels.
package struct StoredMap: @unchecked Sendable {  // The jobs of a phase share out what they write.
  /// Of each image.
  package let shape: MapShape
  package let images: Int
  /// L, or 1 for a planar map.
  package let lanes: Int
  package let start: UnsafeMutablePointer<Float>

  /// Floats of a map of `shape`.
  package static func count(_ shape: MapShape, lanes: Int) -> Int {
    shape.channels == 1 ? shape.pixels : blocks(shape.channels, lanes: lanes) * lanes * shape.pixels
  }

  package static func blocks(_ channels: Int, lanes: Int) -> Int { (channels + lanes - 1) / lanes }

  package init(_ shape: MapShape, lanes: Int, start: UnsafeMutablePointer<Float>) {
    self.init(shape, images: 1, blocks: shape.channels == 1 ? 1 : lanes, start: start)
  }

  /// Maps of `images` images, in blocks of `lanes` channels.
  package init(_ shape: MapShape, images: Int, blocks lanes: Int, start: UnsafeMutablePointer<Float>) {
    self.shape = shape
    self.images = images
    self.lanes = lanes
    self.start = start
  }

  package var isPlanar: Bool { lanes == 1 }
  package var blocks: Int { Self.blocks(shape.channels, lanes: lanes) }
  /// Floats of one image in one block.
  package var imageCount: Int { lanes * shape.pixels }
  /// Pixels of all images.
  package var pixels: Int { images * shape.pixels }
  /// Floats of one block.
  package var blockCount: Int { lanes * pixels }
  /// Floats of all blocks.
  package var count: Int { blocks * blockCount }
  /// For every lane of the blocks of `maps`, read as one map, which channel of it that is; −1 for padding.
  package static func lanes(_ maps: [StoredMap]) -> [Int32] {
    var lanes: [Int32] = [], first = 0
    for map in maps {
      lanes += (0..<map.blocks * map.lanes).map { $0 < map.shape.channels ? Int32(first + $0) : -1 }
      first += map.shape.channels
    }
    return lanes
  }

  package func block(_ index: Int) -> UnsafeMutablePointer<Float> { start + index * blockCount }
  /// Channels in block `index`: L, or fewer in the last one.
  package func channels(inBlock index: Int) -> Int { min(lanes, shape.channels - index * lanes) }

  /// Copies from C planes, or to them.
  package func pack(_ planes: UnsafePointer<Float>, _ kernels: Kernels) {
    if isPlanar {
      start.update(from: planes, count: shape.count)
    } else {
      for index in 0..<blocks {
        kernels.c.pack(
          planes + index * imageCount, Int32(channels(inBlock: index)), shape.pixels, block(index))
      }
    }
  }

  package func unpack(_ planes: UnsafeMutablePointer<Float>, _ kernels: Kernels) {
    if isPlanar {
      planes.update(from: start, count: shape.count)
    } else {
      for index in 0..<blocks {
        kernels.c.unpack(
          block(index), Int32(channels(inBlock: index)), shape.pixels, planes + index * imageCount)
      }
    }
  }
}
