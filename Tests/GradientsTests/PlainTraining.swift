import U2NetCompute

/// Interprets a network by its definition, in double precision on several images with batch statistics: what `Tape` is
/// compared with. Gradients are differences of it.
final class PlainTraining: Engine {
  struct Map {
    let shape: MapShape
    /// N×C×H×W.
    var values: [Double]
  }

  struct Values {
    var weight, bias, gamma, beta: [Double]
  }

  let images: Int
  /// Without it normalisation is taken to be folded into the parameters, as for inference.
  var normalizes = true
  var parameters: [LayerName: Values] = [:]
  /// Batch mean of the convolution with its bias, and unbiased variance.
  var statistics: [LayerName: (mean: [Double], variance: [Double])] = [:]

  init(images: Int, _ parameters: NetworkParameters) {
    self.images = images
    self.parameters = parameters.mapValues { layer in
      func double(_ tensor: Tensor?) -> [Double] { tensor?.values.map(Double.init) ?? [] }
      return Values(
        weight: double(layer.weight), bias: double(layer.bias), gamma: double(layer.normalization?.gamma),
        beta: double(layer.normalization?.beta))
    }
  }

  func convolution(_ x: Map, _ layer: Convolution) -> Map {
    let values = parameters[layer.name]!, k = layer.kernel, (H, W) = (x.shape.height, x.shape.width)
    let shape = layer.result(of: x.shape)
    var out = Map(shape: shape, values: [])
    for n in 0..<images {
      for o in 0..<layer.output {
        for y in stride(from: 0, to: H, by: layer.stride) {
          for column in stride(from: 0, to: W, by: layer.stride) {
            var sum = values.bias[o]
            for i in 0..<layer.input {
              for tap in 0..<k * k {
                let row = y + (tap / k - k / 2) * layer.dilation, at = column + (tap % k - k / 2) * layer.dilation
                guard row >= 0, row < H, at >= 0, at < W else { continue }
                sum +=
                  values.weight[(o * layer.input + i) * k * k + tap]
                  * x.values[((n * layer.input + i) * H + row) * W + at]
              }
            }
            out.values.append(sum)
          }
        }
      }
    }
    for o in 0..<layer.output {
      let mine = out.values.indices.filter { $0 / shape.pixels % layer.output == o }
      if layer.isNormalized && normalizes {
        let mean = mine.reduce(0) { $0 + out.values[$1] } / Double(mine.count)
        let squares = mine.reduce(0) { $0 + (out.values[$1] - mean) * (out.values[$1] - mean) }
        let scale = values.gamma[o] / (squares / Double(mine.count) + 1e-5).squareRoot()
        for i in mine { out.values[i] = (out.values[i] - mean) * scale + values.beta[o] }
        statistics[layer.name, default: ([], [])].mean.append(mean)
        statistics[layer.name]!.variance.append(squares / Double(mine.count - 1))
      }
      if layer.hasReLU { for i in mine { out.values[i] = max(0, out.values[i]) } }
    }
    return out
  }

  func maxPool(_ x: Map) -> Map {
    let shape = x.shape.pooled
    return map(shape) { plane, y, column in
      [(0, 0), (0, 1), (1, 0), (1, 1)].compactMap { dy, dx in
        let row = 2 * y + dy, at = 2 * column + dx
        return row < x.shape.height && at < x.shape.width
          ? x.values[(plane * x.shape.height + row) * x.shape.width + at] : nil
      }.max()!
    }
  }

  func averagePool(_ x: Map, cells g: Int) -> Map {
    let (H, W) = (x.shape.height, x.shape.width)
    return map(MapShape(channels: x.shape.channels, height: g, width: g)) { plane, y, column in
      var sum = 0.0, count = 0.0
      for row in 0..<H where row >= y * H / g && row * g < (y + 1) * H {
        for at in 0..<W where at >= column * W / g && at * g < (column + 1) * W {
          sum += x.values[(plane * H + row) * W + at]
          count += 1
        }
      }
      return sum / count
    }
  }

  func upsample(_ x: Map, like reference: Map) -> Map {
    func taps(_ i: Int, _ from: Int, _ to: Int) -> [(Int, Double)] {
      let position = max(0, (Double(i) + 0.5) * Double(from) / Double(to) - 0.5)
      let first = min(Int(position), from - 1)
      return [(first, 1 - (position - Double(first))), (min(first + 1, from - 1), position - Double(first))]
    }
    return map(reference.shape.with(channels: x.shape.channels)) { plane, y, column in
      var sum = 0.0
      for (row, a) in taps(y, x.shape.height, reference.shape.height) {
        for (at, b) in taps(column, x.shape.width, reference.shape.width) {
          sum += a * b * x.values[(plane * x.shape.height + row) * x.shape.width + at]
        }
      }
      return sum
    }
  }

  func concatenate(_ maps: [Map]) -> Map {
    let channels = maps.reduce(0) { $0 + $1.shape.channels }
    return Map(
      shape: maps[0].shape.with(channels: channels),
      values: (0..<images).flatMap { n in
        maps.flatMap { $0.values[n * $0.shape.count..<(n + 1) * $0.shape.count] }
      })
  }

  func add(_ a: Map, _ b: Map) -> Map { Map(shape: a.shape, values: zip(a.values, b.values).map(+)) }

  func sigmoid(_ x: Map) -> Map { Map(shape: x.shape, values: x.values.map { 1 / (1 + exponential(-$0)) }) }

  /// `value` for every plane of every image, row and column.
  private func map(_ shape: MapShape, _ value: (_ plane: Int, _ y: Int, _ x: Int) -> Double) -> Map {
    var out = Map(shape: shape, values: [])
    for plane in 0..<images * shape.channels {
      for y in 0..<shape.height { for x in 0..<shape.width { out.values.append(value(plane, y, x)) } }
    }
    return out
  }
}

/// eˣ without a mathematics library: (e^(x/1024))^1024 by its series.
private func exponential(_ x: Double) -> Double {
  let small = x / 1024
  var power = 1 + small * (1 + small / 2 * (1 + small / 3 * (1 + small / 4 * (1 + small / 5))))
  for _ in 0..<10 { power *= power }
  return power
}
