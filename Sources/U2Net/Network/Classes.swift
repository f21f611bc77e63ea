import U2NetPixels

/// What a network with several classes says: the class of each pixel, of which the first is background.
enum Classes {
  /// 1 where the likeliest class is one of `chosen`, 0 elsewhere.
  /// - Parameters:
  ///   - logits: a plane of size × size values for each class.
  ///   - chosen: numbers of classes, the background being 0; nil: all but that.
  static func mask(_ logits: [Float], count: Int, size: Int, chosen: Set<Int>?) -> Image<Float> {
    let pixels = size * size
    precondition(logits.count == count * pixels, "\(logits.count) values for \(count) classes of \(size)×\(size)")
    let samples = (0..<pixels).map { pixel -> Float in
      var likeliest = 0
      for k in 1..<count where logits[k * pixels + pixel] > logits[likeliest * pixels + pixel] { likeliest = k }
      // NaN stays visible, so that nobody takes it for background.
      if logits[pixel].isNaN { return .nan }
      return (chosen?.contains(likeliest) ?? (likeliest > 0)) ? 1 : 0
    }
    return Image(width: size, height: size, channels: .gray, samples: samples)
  }
}

/// What the cloth model tells apart, by its published weights.
public enum Clothes: String, CaseIterable, Sendable {
  /// Of the upper body, of the lower one, of both in one.
  case upper, lower, full
  /// All of these.
  case all

  /// For `SaliencyDetector.Options.classes`.
  public var classes: Set<Int> {
    switch self {
    case .upper: [1]
    case .lower: [2]
    case .full: [3]
    case .all: [1, 2, 3]
    }
  }
}
