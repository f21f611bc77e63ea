/// A 3×3 convolution of stride 2 as one of stride 1, so that every algorithm and every gradient serves it, too.
///
/// Output y reads rows 2y − 1, 2y and 2y + 1. With the even and the odd rows in maps of their own that is row y − 1 of the odd,
/// y of the even and y of the odd ones, two taps of a 3×3 kernel; and so with columns. `SpaceToDepth` makes these maps:
///
///     channel (2·(row mod 2) + column mod 2)·I + i, 4·I of them, at ⌈H/2⌉×⌈W/2⌉
extension Convolution {
  /// The layer that computes the same with stride 1 from what `SpaceToDepth` makes; itself if its stride is 1.
  package var dense: Convolution {
    stride == 1
      ? self
      : Convolution(name, input: 4 * input, output: output, isNormalized: isNormalized, hasReLU: hasReLU)
  }

  /// Where value `index` of a weight `[O, I, 3, 3]` lies in that of `dense`, `[O, 4·I, 3, 3]`; all others are zero.
  package func placeInDense(_ index: Int) -> Int {
    guard stride > 1 else { return index }
    let (filter, tap) = (index / 9, index % 9), (o, i) = (filter / input, filter % input)
    func place(_ tap: Int) -> (phase: Int, tap: Int) { tap == 1 ? (0, 1) : (1, tap / 2) }
    let (y, x) = (place(tap / 3), place(tap % 3))
    return ((o * 4 + 2 * y.phase + x.phase) * input + i) * 9 + 3 * y.tap + x.tap
  }

  /// The values of `dense`.
  func dense(_ values: ConvolutionParameters) -> ConvolutionParameters {
    guard stride > 1 else { return values }
    let weight = Tensor(shape: dense.weightShape) { out in
      out.initialize(repeating: 0)
      for (index, value) in values.weight.values.enumerated() { out[placeInDense(index)] = value }
    }
    return ConvolutionParameters(weight: weight, bias: values.bias, normalization: values.normalization)
  }
}
