extension WinogradConvolution {
  /// Where a result goes: all maps blocked and of one size.
  package struct Destination {
    struct Block {
      let out: UnsafeMutablePointer<Float>
      let residual: UnsafeMutablePointer<Float>?
      let pooled: UnsafeMutablePointer<Float>?
    }

    let maps: [StoredMap]
    let blocks: [Block]

    /// One map; `residual` is added after the ReLU, `pooled` gets the max-pooled result.
    package init(_ map: StoredMap, residual: StoredMap? = nil, pooled: StoredMap? = nil) {
      maps = [map]
      blocks = (0..<map.blocks).map {
        Block(out: map.block($0), residual: residual?.block($0), pooled: pooled?.block($0))
      }
    }

    /// Maps that get the result's channels in turn, or have them added.
    package init(_ maps: [(map: StoredMap, isAddedTo: Bool)]) {
      self.maps = maps.map(\.map)
      blocks = maps.flatMap { map, isAddedTo in
        (0..<map.blocks).map {
          Block(out: map.block($0), residual: isAddedTo ? map.block($0) : nil, pooled: nil)
        }
      }
    }
  }
}
