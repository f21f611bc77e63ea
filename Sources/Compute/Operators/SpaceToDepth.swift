/// The pixels of even and odd rows and columns of maps as channels of one map of half their size; see `Convolution.dense`.
package struct SpaceToDepth: @unchecked Sendable {  // The jobs of a phase share out what they write.
  /// Channels that lie beside each other on both sides.
  private struct Run {
    let from, to: UnsafeMutablePointer<Float>
    /// Floats from one pixel to the next, and of one image.
    let lanes, image: Int
    let row, column: Int
    let channels: Int
  }

  private let runs: [Run]
  private let source: MapShape
  private let result: StoredMap

  /// - Parameters:
  ///   - sources: maps of one size, read as one.
  ///   - result: of four times their channels; what of its last row and column lies beyond them becomes zero.
  package init(_ sources: [StoredMap], _ result: StoredMap) {
    let channels = sources.reduce(0) { $0 + $1.shape.channels }, shape = sources[0].shape
    precondition(
      result.shape.channels == 4 * channels && result.shape.height == (shape.height + 1) / 2
        && result.shape.width == (shape.width + 1) / 2, "\(shape) does not become \(result.shape)")
    source = shape
    self.result = result
    var runs: [Run] = []
    for phase in 0..<4 {
      var first = 0
      for map in sources {
        var channel = 0
        while channel < map.shape.channels {
          let to = phase * channels + first + channel
          let count = min(
            map.channels(inBlock: channel / map.lanes) - channel % map.lanes, result.lanes - to % result.lanes)
          runs.append(
            Run(
              from: map.block(channel / map.lanes) + channel % map.lanes,
              to: result.block(to / result.lanes) + to % result.lanes, lanes: map.lanes, image: map.imageCount,
              row: phase / 2, column: phase % 2, channels: count))
          channel += count
        }
        first += map.shape.channels
      }
    }
    self.runs = runs
  }

  /// Makes the result, a row of all blocks a job. Lanes beyond its channels are zero.
  package func phase() -> Phase {
    let rows = result.shape.height
    return Phase(jobs: result.images * rows) { [self] job, _ in
      let (image, y) = (job / rows, job % rows), rowCount = result.shape.width * result.lanes
      for block in 0..<result.blocks {
        (result.block(block) + image * result.imageCount + y * rowCount).update(repeating: 0, count: rowCount)
      }
      forEachPixel(image, y) { from, to, channels in
        for c in 0..<channels { to[c] = from[c] }
      }
    }
  }

  /// Adds to the sources, which are gradients then, what the result holds: every value has one place in either.
  package func pullBack() -> Phase {
    let rows = result.shape.height
    return Phase(jobs: result.images * rows) { [self] job, _ in
      forEachPixel(job / rows, job % rows) { from, to, channels in
        for c in 0..<channels { from[c] += to[c] }
      }
    }
  }

  /// The places of the same values in the sources and in row `y` of the result.
  @inline(__always)
  private func forEachPixel(
    _ image: Int, _ y: Int, _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  ) {
    for run in runs where 2 * y + run.row < source.height {
      var from = run.from + image * run.image + ((2 * y + run.row) * source.width + run.column) * run.lanes
      var to = run.to + image * result.imageCount + y * result.shape.width * result.lanes
      for _ in 0..<(source.width - run.column + 1) / 2 {
        body(from, to, run.channels)
        from += 2 * run.lanes
        to += result.lanes
      }
    }
  }
}
