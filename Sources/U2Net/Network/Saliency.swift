import U2NetPixels

/// What the network says about one photo.
public struct Saliency: Sendable {
  /// Which of the network's maps.
  public enum Map: Hashable, Sendable, CustomStringConvertible {
    /// The prediction.
    case fused
    /// Side output 1 (finest) … 6 (coarsest).
    case side(Int)

    public var description: String {
      switch self {
      case .fused: "fused"
      case .side(let number): "side\(number)"
      }
    }
  }

  /// Probabilities 0…1 at the network's size; the fused map always, the side outputs if asked for.
  public let maps: [Map: Image<Float>]
  /// Size of the photo in pixels.
  public let width, height: Int
  /// What becomes of the probabilities before they are a mask's grey values.
  public let normalization: Normalization
  let filter: ResampleFilter

  package init(
    maps: [Map: Image<Float>], width: Int, height: Int, normalization: Normalization, filter: ResampleFilter
  ) {
    self.maps = maps
    self.width = width
    self.height = height
    self.normalization = normalization
    self.filter = filter
  }

  /// Whether all values are numbers. They are not where the weights make them overflow; the mask is then empty.
  public var isFinite: Bool { maps.values.allSatisfy { $0.samples.allSatisfy(\.isFinite) } }

  /// Whether the prediction is flat: no pixel stands out from the others by even one step of an 8-bit image.
  /// The mask is then empty; stretching it would show noise.
  public var isEmpty: Bool { Self.isFlat(maps[.fused]!) }

  /// The mask at the photo's size, 0 background … 255 object. The map is quantised before it is enlarged, as by
  /// rembg and the authors, so that masks agree with theirs.
  public func mask(_ map: Map = .fused, threads: Int = 1) -> Image<UInt8> {
    let values = scaled(map)
    let small = Image<UInt8>(
      width: values.width, height: values.height, channels: .gray, samples: values.samples.map { UInt8($0 * 255) })
    return small.resized(width: width, height: height, filter: filter, threads: threads)
  }

  /// The photo's colours with the mask as alpha, not premultiplied. Where the photo has an alpha channel of its own
  /// the two are multiplied, so what was transparent stays so. Soft edges keep what they have of the background; a cut-out,
  /// which has the object's own colours there, is made by `ForegroundColors`.
  /// - Precondition: `photo` is the photo that this is about.
  public func masked(_ photo: Image<UInt8>, threads: Int = 1) -> Image<UInt8> {
    precondition((photo.width, photo.height) == (width, height), "not the photo that was looked at")
    var alpha = mask(threads: threads)
    if let own = photo.alpha {
      let samples = zip(alpha.samples, own.samples).map { UInt8((Int($0) * Int($1) + 127) / 255) }
      alpha = Image(width: width, height: height, channels: .gray, samples: samples)
    }
    return photo.withAlpha(alpha)
  }

  /// The smallest rectangle with all pixels of the mask that are at least `threshold`; nil if there is none.
  public func bounds(threshold: UInt8 = 128) -> PixelRect? {
    mask().bounds { $0 >= threshold }
  }

  /// The mask at the photo's size, 0 background … 65535 object, not quantised before it is enlarged.
  public func mask16(_ map: Map = .fused, threads: Int = 1) -> Image<UInt16> {
    let large = scaled(map).resized(width: width, height: height, filter: filter, threads: threads)
    return Image<UInt16>(
      width: width, height: height, channels: .gray,
      samples: large.samples.map { UInt16((min(max($0, 0), 1) * 65535).rounded()) })
  }

  /// The map in 0…1, normalised; all 0 if it is flat.
  private func scaled(_ map: Map) -> Image<Float> {
    guard let image = maps[map] else { preconditionFailure("map \(map) was not asked for") }
    let samples: [Float]
    if Self.isFlat(image) {
      samples = [Float](repeating: 0, count: image.samples.count)
    } else if normalization == .minmax {
      let low = image.samples.min()!, range = image.samples.max()! - low
      samples = image.samples.map { ($0 - low) / range }
    } else {
      samples = image.samples
    }
    return Image(width: image.width, height: image.height, channels: .gray, samples: samples)
  }

  /// True for a map with NaN in it, too.
  private static func isFlat(_ image: Image<Float>) -> Bool {
    var low = Float.infinity, high = -Float.infinity, isNumber = true
    for value in image.samples {
      low = min(low, value)
      high = max(high, value)
      isNumber = isNumber && value == value
    }
    return !(isNumber && high - low >= 1 / 255)
  }
}
