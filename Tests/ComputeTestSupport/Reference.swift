import U2NetCOpenBLAS
import U2NetCompute
import U2NetPlatform

/// The reference path: interprets a network by computing it the plain way, map by map, and convolutions by unfolding all
/// pixels and one product of OpenBLAS. Nothing is planned, fused or transformed, and none of the engine's kernels is used.
package final class Reference: Engine {
  /// C planes of H×W values.
  package struct FeatureMap {
    package let shape: MapShape
    package let values: [Float]

    package init(_ shape: MapShape, _ values: [Float]) {
      precondition(values.count == shape.count, "\(values.count) values for \(shape)")
      self.shape = shape
      self.values = values
    }

    /// `value(plane, y, x)` for every place of a map of `shape`.
    init(_ shape: MapShape, _ value: (_ plane: ArraySlice<Float>, _ y: Int, _ x: Int) -> Float, of map: FeatureMap) {
      var values: [Float] = []
      for c in 0..<shape.channels {
        let plane = map.values[c * map.shape.pixels..<(c + 1) * map.shape.pixels]
        for y in 0..<shape.height { for x in 0..<shape.width { values.append(value(plane, y, x)) } }
      }
      self.init(shape, values)
    }
  }

  private let parameters: NetworkParameters

  /// - Parameter parameters: batch normalisation folded.
  package init(_ parameters: NetworkParameters) { self.parameters = parameters }

  package func convolution(_ x: FeatureMap, _ layer: Convolution) -> FeatureMap {
    let (height, width, pixels, k) = (x.shape.height, x.shape.width, x.shape.pixels, layer.kernel)
    let its = parameters[layer.name]!, depth = layer.input * k * k
    var columns = [Float](repeating: 0, count: depth * pixels)
    for row in 0..<depth {
      let dy = (row / k % k - k / 2) * layer.dilation, dx = (row % k - k / 2) * layer.dilation
      for y in max(0, -dy)..<max(0, -dy, min(height, height - dy)) {
        for column in max(0, -dx)..<max(0, -dx, min(width, width - dx)) {
          columns[row * pixels + y * width + column] = x.values[row / (k * k) * pixels + (y + dy) * width + column + dx]
        }
      }
    }
    let bias = its.bias.values
    var out = (0..<layer.output).flatMap { [Float](repeating: bias[$0], count: pixels) }
    its.weight.withUnsafeBufferPointer { weight in
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(layer.output), Int32(pixels), Int32(depth), 1,
        weight.baseAddress!, Int32(depth), columns, Int32(pixels), 1, &out, Int32(pixels))
    }
    let all = FeatureMap(x.shape.with(channels: layer.output), layer.hasReLU ? out.map { max($0, 0) } : out)
    // The plain definition: computed everywhere, and kept where the kernel's centre comes.
    let s = layer.stride
    return FeatureMap(
      layer.result(of: x.shape), { plane, y, x in plane[plane.startIndex + s * y * width + s * x] }, of: all)
  }

  package func maxPool(_ x: FeatureMap) -> FeatureMap {
    let (height, width) = (x.shape.height, x.shape.width)
    return FeatureMap(
      x.shape.pooled,
      { plane, y, column in
        var largest = -Float.infinity
        for row in 2 * y..<min(2 * y + 2, height) {
          for i in 2 * column..<min(2 * column + 2, width) {
            largest = max(largest, plane[plane.startIndex + row * width + i])
          }
        }
        return largest
      }, of: x)
  }

  package func averagePool(_ x: FeatureMap, cells g: Int) -> FeatureMap {
    func range(_ i: Int, _ n: Int) -> Range<Int> { i * n / g..<((i + 1) * n + g - 1) / g }
    return FeatureMap(
      x.shape.pooled(cells: g),
      { plane, y, column in
        let rows = range(y, x.shape.height), columns = range(column, x.shape.width)
        var sum = 0.0
        for row in rows { for i in columns { sum += Double(plane[plane.startIndex + row * x.shape.width + i]) } }
        return Float(sum / Double(rows.count * columns.count))
      }, of: x)
  }

  package func upsample(_ x: FeatureMap, like reference: FeatureMap) -> FeatureMap {
    let target = reference.shape.with(channels: x.shape.channels)
    func tap(_ i: Int, _ from: Int, _ to: Int) -> (a: Int, b: Int, weight: Float) {
      let position = max(0, (Double(i) + 0.5) * Double(from) / Double(to) - 0.5), first = min(Int(position), from - 1)
      return (first, min(first + 1, from - 1), Float(position - Double(first)))
    }
    return FeatureMap(
      target,
      { plane, y, column in
        let row = tap(y, x.shape.height, target.height), at = tap(column, x.shape.width, target.width)
        func value(_ r: Int) -> Float {
          let start = plane.startIndex + r * x.shape.width
          return plane[start + at.a] * (1 - at.weight) + plane[start + at.b] * at.weight
        }
        return value(row.a) * (1 - row.weight) + value(row.b) * row.weight
      }, of: x)
  }

  package func concatenate(_ maps: [FeatureMap]) -> FeatureMap {
    FeatureMap(
      maps[0].shape.with(channels: maps.reduce(0) { $0 + $1.shape.channels }), maps.flatMap { $0.values })
  }

  package func add(_ a: FeatureMap, _ b: FeatureMap) -> FeatureMap {
    FeatureMap(a.shape, zip(a.values, b.values).map { $0 + $1 })
  }

  package func sigmoid(_ x: FeatureMap) -> FeatureMap { FeatureMap(x.shape, x.values.map { 1 / (1 + expf(-$0)) }) }
}
