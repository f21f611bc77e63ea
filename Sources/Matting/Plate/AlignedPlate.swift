import U2NetPixels
import U2NetPlatform

/// A plate as the photo's camera would have seen it with the photo's exposure, and how the photo differs from it.
struct AlignedPlate {
  /// The background behind each pixel, RGB.
  let picture: Image<Float>
  /// Grey: how much photo and plate differ beyond noise, in units of what they differ by where they show the same, squared; as a
  /// share of `most`².
  let difference: Image<Float>
  /// Whether the plate is of the photo's background: where the network is sure of that they look alike.
  let fits: Bool
  /// What noise and the plate's detail may make of a pixel, grey: a deviation.
  let tolerance: Image<Float>

  /// Differences from here on count as the same.
  static let most: Float = 20
  /// What a channel that is overexposed in the plate may hide.
  private static let clipped: Float = 0.12

  /// - Parameters:
  ///   - plate: RGB, of the photo's size.
  ///   - photo: RGB.
  ///   - background: 0…1, grey: how far a pixel may count as background.
  init(_ plate: Image<Float>, behind photo: Image<Float>, background: Image<Float>, threads: Int) {
    let alignment = PlateAlignment(
      of: plate.brightness, to: photo.brightness, background: background, threads: threads)
    let (moved, isClipped) = plate.moved(alignment, threads: threads)
    let picture = moved.exposed(as: photo, where: background, clipped: isClipped, threads: threads)
    self.picture = picture

    let (width, height) = (photo.width, photo.height)
    let places = background.samples.indices.filter { background.samples[$0] > 0.5 }
    let sample = stride(from: 0, to: places.count, by: max(1, places.count / 100_000)).map { places[$0] }
    let noise = (0..<3).map { channel in
      Float(robustDeviation(sample.map { Double(photo.samples[3 * $0 + channel] - picture.samples[3 * $0 + channel]) }))
        + 0.004
    }
    let noiseSquare = noise.reduce(0) { $0 + $1 * $1 } / 3
    let tolerance = Image<Float>(width: width, height: height, channels: .gray) { output in
      nonisolated(unsafe) let output = output.baseAddress!
      picture.samples.withUnsafeBufferPointer { plate in
        Bands(of: height, height: 32).forEach(threads: threads) { rows in
          for y in rows {
            for x in 0..<width {
              var square: Float = 0
              for channel in 0..<3 {
                var least = Float.infinity, most = -Float.infinity
                for line in max(0, y - 1)...min(height - 1, y + 1) {
                  for column in max(0, x - 1)...min(width - 1, x + 1) {
                    let value = plate[3 * (line * width + column) + channel]
                    (least, most) = (min(least, value), max(most, value))
                  }
                }
                square += (most - least) * (most - least)
              }
              output[y * width + x] = (noiseSquare + square / 48).squareRoot()
            }
          }
        }
      }
    }
    self.tolerance = tolerance

    func raw(_ unit: Float) -> Image<Float> {
      Image(width: width, height: height, channels: .gray) { output in
        for i in output.indices {
          var sum: Float = 0
          for channel in 0..<3 {
            let apart = abs(photo.samples[3 * i + channel] - picture.samples[3 * i + channel])
            let beyond = isClipped.samples[3 * i + channel] > 0.1 ? max(0, apart - Self.clipped) : apart
            sum += beyond * beyond
          }
          let deviations = sum / (3 * tolerance.samples[i] * tolerance.samples[i])
          output[i] = min(deviations / (Self.most * Self.most * unit), 1)
        }
      }
    }
    let first = raw(1).blurred(sigma: 1.2, threads: threads)
    let typical = sample.map { first.samples[$0] }.sorted()
    let unit = typical.isEmpty ? 1 : typical[Int(0.3 * Double(typical.count - 1))] * Self.most * Self.most * 1.21
    let difference = raw(max(unit, 1)).blurred(sigma: 1.2, threads: threads)
    self.difference = difference
    let alike = sample.count { difference.samples[$0] < Self.square(3) }
    // Where everything differs that looks like much noise: as much as the photo has contrast.
    let contrast = (0..<3).reduce(0.0) { sum, channel in
      let levels = sample.map { Double(photo.samples[3 * $0 + channel]) }.sorted()
      let middle = levels.isEmpty ? 0 : levels[levels.count / 2]
      return sum + robustDeviation(levels.map { $0 - middle }) / 3
    }
    let isMuch = noiseSquare.squareRoot() > 0.04 && Double(noiseSquare).squareRoot() > 0.5 * contrast
    fits = alike * 5 > sample.count && !isMuch
  }

  /// What `difference` is for so many units.
  static func square(_ units: Float) -> Float { units * units / (most * most) }
}

extension Image where Sample == Float {
  /// Mean of the three colours.
  fileprivate var brightness: Image {
    Image(width: width, height: height, channels: .gray) { output in
      for i in output.indices { output[i] = (samples[3 * i] + samples[3 * i + 1] + samples[3 * i + 2]) / 3 }
    }
  }

  /// This RGB plate as the photo's camera would have seen it, by cubic interpolation (Keys, −0.5), its edge repeated; and which of
  /// its samples are overexposed: 1, others 0.
  fileprivate func moved(_ alignment: PlateAlignment, threads: Int) -> (Image, isClipped: Image) {
    var clipped = Image(width: width, height: height, channels: .rgb) { $0.update(repeating: 0) }
    let moved = Image(width: width, height: height, channels: .rgb) { output in
      nonisolated(unsafe) let output = output.baseAddress!
      clipped = Image(width: width, height: height, channels: .rgb) { flags in
        nonisolated(unsafe) let flags = flags.baseAddress!
        samples.withUnsafeBufferPointer { input in
          Bands(of: height, height: 32).forEach(threads: threads) { rows in
            for y in rows {
              for x in 0..<width {
                let place = alignment.place(x, y, width: width, height: height)
                let (left, top) = (Int(place.x.rounded(.down)), Int(place.y.rounded(.down)))
                let across = cubicTaps(Float(place.x - Double(left))), down = cubicTaps(Float(place.y - Double(top)))
                var sum = SIMD4<Float>.zero, most = SIMD4<Float>.zero
                for line in 0..<4 {
                  let row = min(max(top + line - 1, 0), height - 1) * width
                  for column in 0..<4 {
                    let at = 3 * (row + min(max(left + column - 1, 0), width - 1))
                    let color = SIMD4(input[at], input[at + 1], input[at + 2], 0)
                    sum += color * (across[column] * down[line])
                    most = pointwiseMax(most, color)
                  }
                }
                for channel in 0..<3 {
                  output[3 * (y * width + x) + channel] = sum[channel]
                  flags[3 * (y * width + x) + channel] = most[channel] > 0.97 ? 1 : 0
                }
              }
            }
          }
        }
      }
    }
    return (moved, clipped)
  }

  /// This plate with the photo's exposure and white balance: for each channel a factor, which may change over the picture as a
  /// polynomial of the second degree, and an offset, fitted to background with weights that leave out what is none.
  fileprivate func exposed(
    as photo: Image, where background: Image, clipped: Image, threads: Int
  ) -> Image {
    let places = background.samples.indices.filter { background.samples[$0] > 0.5 }
    let sample = stride(from: 0, to: places.count, by: max(1, places.count / 50_000)).map { places[$0] }
    func terms(_ place: Int) -> SIMD8<Double> {
      let x = 2 * Double(place % width) / Double(max(width - 1, 1)) - 1
      let y = 2 * Double(place / width) / Double(max(height - 1, 1)) - 1
      return [1, x, y, x * y, x * x, y * y, 0, 0]
    }
    let fits = (0..<3).map { channel -> [Double] in
      let used = sample.filter { photo.samples[3 * $0 + channel] < 0.98 && clipped.samples[3 * $0 + channel] == 0 }
      let pairs = used.map { (Double(photo.samples[3 * $0 + channel]), Double(samples[3 * $0 + channel])) }
      let gain = commonRatio(pairs.filter { $1 > 0.05 }.map { $0 / $1 })
      var fit = [gain, 0, 0, 0, 0, 0, 0]
      guard used.count > 100 else { return fit }
      let rows = zip(used, pairs).map { place, pair in
        let scaled = terms(place) * pair.1
        return (0..<6).map { scaled[$0] } + [1]
      }
      for _ in 0..<8 {
        let residuals = zip(rows, pairs).map { row, pair in pair.0 - zip(row, fit).reduce(0) { $0 + $1.0 * $1.1 } }
        let deviation = robustDeviation(residuals) + 0.001
        var equations = LeastSquares(unknowns: 7)
        for (row, (pair, residual)) in zip(rows, zip(pairs, residuals)) {
          equations.add(row, value: pair.0, weight: robustWeight(residual, deviation: deviation))
        }
        for term in 0..<7 {
          equations.draw(term, to: term == 0 ? gain : 0, weight: 1e-3 * Double(used.count))
        }
        fit = equations.solution()
      }
      return fit
    }
    let factors = fits.map { SIMD8<Double>(Array($0[..<6]) + [0, 0]) }
    return Image(width: width, height: height, channels: .rgb) { output in
      nonisolated(unsafe) let output = output.baseAddress!
      Bands(of: height, height: 32).forEach(threads: threads) { rows in
        for place in rows.lowerBound * width..<rows.upperBound * width {
          let terms = terms(place)
          for channel in 0..<3 {
            let factor = (terms * factors[channel]).sum()
            output[3 * place + channel] = Float(
              share: samples[3 * place + channel] * Float(factor) + Float(fits[channel][6]))
          }
        }
      }
    }
  }
}

/// Weights of the pixels −1, 0, 1 and 2 for a place between 0 and 1.
private func cubicTaps(_ t: Float) -> SIMD4<Float> {
  let (square, cube) = (t * t, t * t * t)
  return SIMD4(
    -0.5 * t + square - 0.5 * cube, 1 - 2.5 * square + 1.5 * cube, 0.5 * t + 2 * square - 1.5 * cube,
    -0.5 * square + 0.5 * cube)
}
