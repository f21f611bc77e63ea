import U2NetPixels
import U2NetPlatform

/// Alpha of an object before a background of which there is a photo, too: the plate.
///
/// The plate is brought to the photo (shift, rotation and zoom of a few per cent, exposure, white balance, vignetting), and its
/// noise is measured. What differs from it and overlaps the network's mask, or is large, is object, what equals it is none. Between
/// the two alpha is what closed-form matting says with the background known: how far a pixel's colour is on the way from the plate's
/// to the object's counts as much as these two are apart.
public enum PlateMatting {
  /// How much a projection counts beside the smoothness of alpha, where object and plate differ fully.
  private static let dataWeight: Float = 0.02

  /// The object's alpha: about 110 bytes are taken for each pixel.
  /// - Parameters:
  ///   - photo: of any channels, alpha of its own is ignored.
  ///   - mask: grey, of the photo's size: what the network says.
  ///   - plate: of any channels; of another size than the photo's only if its sides have the same ratio, within 1 %.
  ///   - threads: that work on it.
  ///   - memoryLimit: bytes that the equations may take.
  /// - Returns: grey, 0 background … full object; the same for any number of threads.
  /// - Throws: `MattingError`, `plateDoesNotFit` and `plateOfAnotherShape` among them.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  public static func alpha<Sample: MaskSample>(
    of photo: Image<Sample>, mask: Image<Sample>, plate: Image<UInt8>, threads: Int = 1, memoryLimit: Int = .max
  ) throws(MattingError) -> Image<Sample> {
    requireMask(mask, of: photo)
    return try alpha(
      photo: photo.rgb.converted(to: Float.self), mask: mask.converted(to: Float.self),
      plate: plate.rgb.converted(to: Float.self), threads: threads, memoryLimit: memoryLimit
    ).converted(to: Sample.self)
  }

  private static func alpha(
    photo: Image<Float>, mask: Image<Float>, plate: Image<Float>, threads: Int, memoryLimit: Int
  ) throws(MattingError) -> Image<Float> {
    let ratio = Double(plate.width * photo.height) / Double(plate.height * photo.width)
    guard abs(ratio - 1) < 0.01, photo.width >= 16, photo.height >= 16 else {
      throw .plateOfAnotherShape
    }
    let plate = plate.resized(width: photo.width, height: photo.height, filter: .bilinear, threads: threads)
    let aligned = AlignedPlate(
      plate, behind: photo, background: background(of: mask, threads: threads), threads: threads)
    guard aligned.fits else { throw .plateDoesNotFit }
    let object = changed(aligned.difference, mask: mask, threads: threads)
    let near = max(4, 0.012 * Double(max(photo.width, photo.height)))
    var core = object.eroded(radius: 0.6 * near, threads: threads)
    let depth = object.eroded(radius: 2.5 * near, threads: threads)
    if depth.samples.contains(255) {
      let evidence = Evidence(
        photo, aligned, alpha: depth.converted(to: Float.self), weight: 1, threads: threads)
      core = core.without(translucent(evidence, depth: depth, threads: threads))
    }
    if !core.samples.contains(255) { core = object }
    let trimap = trimap(object, core: core, aligned.difference, near: near, threads: threads)
    guard trimap.samples.contains(0), core.samples.contains(255) else { return core.converted(to: Float.self) }

    var alpha = core.converted(to: Float.self)
    for _ in 0..<2 {
      let evidence = Evidence(photo, aligned, alpha: alpha, weight: dataWeight, threads: threads)
      alpha = try ClosedFormMatting.alpha(
        of: photo, trimap: trimap, evidence: evidence, threads: threads, memoryLimit: memoryLimit)
    }
    return alpha
  }

  /// What the mask is sure is background, at some distance from the object; all that it is not sure is object, where that is little.
  private static func background(of mask: Image<Float>, threads: Int) -> Image<Float> {
    let sure = mask.mapped { $0 < 0.1 ? UInt8(255) : 0 }.eroded(radius: 12, threads: threads)
    let count = sure.samples.count { $0 == 255 }
    guard count * 20 < sure.samples.count else { return sure.converted(to: Float.self) }
    return mask.mapped { $0 < 0.3 ? 1 : 0 }
  }

  /// What is object: 255, else 0. What differs, without specks, where it is large or the mask knows of it; without the holes that the
  /// mask does not know of.
  private static func changed(_ difference: Image<Float>, mask: Image<Float>, threads: Int) -> Image<UInt8> {
    let least = AlignedPlate.square(3)
    let differs = difference.mapped { $0 > least ? UInt8(255) : 0 }
      .eroded(radius: 1, threads: threads).dilated(radius: 2, threads: threads).eroded(radius: 1, threads: threads)
    let pixels = Double(mask.samples.count)
    let object = differs.selecting(.eight, of: mask) { area, coverage, _ in
      area > 0.01 * pixels || coverage > 0.3 && area > 2e-4 * pixels || coverage > 0.1 && area > 1e-3 * pixels
    }
    let holes = object.inverted().selecting(.four, of: mask, and: difference) { area, coverage, difference in
      let isAsPlate = difference < AlignedPlate.square(1.3) && area > 30 && coverage < 0.9
      return (coverage > 0.7 || area < 4e-4 * pixels) && !isAsPlate
    }
    return Image(
      width: mask.width, height: mask.height, channels: .gray,
      samples: zip(object.samples, holes.samples).map { max($0, $1) })
  }

  /// What the plate shows through, beside the depth of the object, whose colours it has: 255, else 0.
  private static func translucent(_ evidence: Evidence, depth: Image<UInt8>, threads: Int) -> Image<UInt8> {
    Image(width: depth.width, height: depth.height, channels: .gray) { output in
      for i in output.indices {
        let isSeenThrough = depth.samples[i] == 0 && evidence.weight.samples[i] > 0.4 && evidence.alpha.samples[i] < 0.8
        output[i] = isSeenThrough ? 255 : 0
      }
    }
    .eroded(radius: 1, threads: threads).dilated(radius: 4, threads: threads)
  }

  private static func trimap(
    _ object: Image<UInt8>, core: Image<UInt8>, _ difference: Image<Float>, near: Double, threads: Int
  ) -> Image<UInt8> {
    let around = object.dilated(radius: near, threads: threads), beside = object.dilated(radius: 3, threads: threads)
    let alike = AlignedPlate.square(1.5)
    return Image(width: object.width, height: object.height, channels: .gray) { output in
      for i in output.indices {
        let isNone = around.samples[i] == 0 || beside.samples[i] == 0 && difference.samples[i] < alike
        output[i] = core.samples[i] == 255 ? 255 : isNone ? 0 : 128
      }
    }
  }
}

/// What single pixels say of their alpha.
struct Evidence {
  /// Grey, 0…1.
  let alpha: Image<Float>
  /// How much that counts beside the smoothness of alpha, in units of the Laplacian.
  let weight: Image<Float>

  /// How far the photo's colour is on the way from the plate's to the object's, as `alpha` lets one estimate that.
  init(_ photo: Image<Float>, _ plate: AlignedPlate, alpha: Image<Float>, weight most: Float, threads: Int) {
    var weights = Image<Float>(width: photo.width, height: photo.height, channels: .gray) { $0.update(repeating: 0) }
    let width = photo.width
    self.alpha = Image(width: width, height: photo.height, channels: .gray) { projected in
      nonisolated(unsafe) let projected = projected.baseAddress!
      weights = Image(width: width, height: photo.height, channels: .gray) { weights in
        nonisolated(unsafe) let weights = weights.baseAddress!
        ForegroundColors.forEachRow(of: photo, alpha: alpha, threads: threads) { y, colors in
          for x in 0..<width {
            let i = y * width + x
            var square: Float = 0, product: Float = 0
            for channel in 0..<3 {
              let behind = plate.picture.samples[3 * i + channel]
              let apart = colors[x][channel] - behind
              square += apart * apart
              product += apart * (photo.samples[3 * i + channel] - behind)
            }
            projected[i] = Float(share: product / max(square, 1e-4))
            let tolerance = plate.tolerance.samples[i], sure = square / (square + 12 * tolerance * tolerance)
            var off: Float = 0
            for channel in 0..<3 {
              let behind = plate.picture.samples[3 * i + channel]
              let mixed = behind + projected[i] * (colors[x][channel] - behind)
              off += (photo.samples[3 * i + channel] - mixed) * (photo.samples[3 * i + channel] - mixed)
            }
            let fit = 1 / (1 + off / (27 * tolerance * tolerance + 0.003))
            weights[i] = most * sure * sure * fit * fit
          }
        }
      }
    }
    weight = weights
  }
}

extension Image where Sample == UInt8 {
  /// This, and 0 where `other` is 255.
  fileprivate func without(_ other: Image) -> Image {
    Image(width: width, height: height, channels: .gray) { output in
      for i in output.indices { output[i] = other.samples[i] == 255 ? 0 : samples[i] }
    }
  }

  /// Of the regions of 255 those that are wanted; what else is 0.
  /// - Parameter isWanted: by area in pixels, mean of `mask` and mean of `other`.
  fileprivate func selecting(
    _ connectivity: Regions.Connectivity, of mask: Image<Float>, and other: Image<Float>? = nil,
    where isWanted: (_ area: Double, _ coverage: Float, _ other: Float) -> Bool
  ) -> Image {
    let regions = Regions(of: self, atLeast: 255, connectivity: connectivity)
    var sums = [(Float, Float)](repeating: (0, 0), count: regions.regions.count)
    for (run, region) in zip(regions.runs, regions.regionOfRun) {
      var sum: (Float, Float) = (0, 0)
      for i in Int(run.row) * width + Int(run.start)..<Int(run.row) * width + Int(run.end) {
        sum.0 += mask.samples[i]
        if let other { sum.1 += other.samples[i] }
      }
      sums[Int(region)].0 += sum.0
      sums[Int(region)].1 += sum.1
    }
    let wanted = zip(regions.regions, sums).map { region, sum in
      let area = Float(region.area)
      return isWanted(Double(region.area), sum.0 / area, sum.1 / area)
        && !(connectivity == .four && region.touchesBorder)
    }
    return Image(width: width, height: height, channels: .gray) { output in
      output.update(repeating: 0)
      for (run, region) in zip(regions.runs, regions.regionOfRun) where wanted[Int(region)] {
        let row = Int(run.row) * width
        for x in Int(run.start)..<Int(run.end) { output[row + x] = 255 }
      }
    }
  }
}
