import U2NetCKernels

/// The weights of a Winograd convolution: as trained, and transformed.
extension WinogradConvolution {
  /// The trained values, as they lie in memory.
  package struct Values {
    /// [O, I, 3, 3]; transposed: of a layer from O to I channels. nil once they are kept transformed, so that their memory can
    /// go.
    var weight: Tensor? = nil
    var bias: [Float]?
    /// Whether the convolution is the transpose of the one that `weight` belongs to.
    var isTransposed = false

    package init(weight: Tensor? = nil, bias: [Float]? = nil, isTransposed: Bool = false) {
      self.weight = weight
      self.bias = bias
      self.isTransposed = isTransposed
    }
  }

  /// When weights are transformed.
  package enum WeightUse {
    /// Once, at the start, which takes up to 5.4 times their memory.
    case ahead
    /// Once, at the start, if a run needs them more than once; otherwise in the run.
    case aheadIfReused
    /// In every run: they change.
    case everyRun
  }

  /// Where the transformed weights are.
  enum Weights {
    /// U of all groups.
    case ready(OwnedFloats)
    /// U of all groups, made at the start of a run in the memory that workers share.
    case shared
    /// Nowhere; each group is transformed when its turn comes.
    case onTheWay
  }

  /// U of all groups: [group][xi][k][group's lanes].
  func transformAllWeights(into u: OwnedFloats, _ pool: ThreadPool) {
    let packed = Scratch(Scratch.Size(each: blocking.countOfPacked), workers: pool.threads)
    pool.run(blocking.groups) { group, worker in
      transformWeights(ofGroup: group, into: u.start + group * blocking.groupOfU, packed: packed.own(worker))
    }
  }

  /// U of one group: [xi][k][group's lanes].
  /// - Parameter packed: scratch memory for `countOfPacked` floats.
  func transformWeights(
    ofGroup group: Int, into u: UnsafeMutablePointer<Float>, packed: UnsafeMutablePointer<Float>
  ) {
    for first in stride(from: 0, to: blocking.depth, by: WinogradBlocking.packedChannels) {
      let range = first..<min(first + WinogradBlocking.packedChannels, blocking.depth)
      packKernels(ofGroup: group, range, into: packed)
      for row in 0..<blocking.n {
        transformRow(
          row, of: packed, channels: range.count,
          into: u + row * blocking.n * blocking.strideOfU + first * blocking.groupLanes, step: blocking.strideOfU)
      }
    }
  }

  /// Row `row` of U from packed kernels: the values of column x are `step` floats after those of x − 1.
  func transformRow(
    _ row: Int, of packed: UnsafePointer<Float>, channels: Int, into u: UnsafeMutablePointer<Float>, step: Int
  ) {
    transforms.weight_row(packed, Int32(channels), Int32(blocking.vectors), Int32(row), u, step)
  }

  /// The kernels of one group and of the input channels in `range`, [k][vector][9][lane].
  func packKernels(ofGroup group: Int, _ range: Range<Int>, into packed: UnsafeMutablePointer<Float>) {
    values.weight!.withUnsafeBufferPointer { w in
      channel.withUnsafeBufferPointer { channel in
        output.withUnsafeBufferPointer { output in
          var place =
            values.isTransposed
            ? ck_weights(start: w.baseAddress!, output_step: 9, channel_step: layer.output * 9, turned: 1)
            : ck_weights(start: w.baseAddress!, output_step: layer.input * 9, channel_step: 9, turned: 0)
          kernels.c.pack_kernels(
            &place, output.baseAddress! + group * blocking.groupLanes, channel.baseAddress! + range.lowerBound,
            Int32(range.count), Int32(blocking.vectors), packed)
        }
      }
    }
  }
}
