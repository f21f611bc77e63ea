/// What is done to a photo, in this order; the last two for each result.
public enum PhotoStep: Sendable, Hashable, CaseIterable {
  /// Its file is decoded.
  case decode
  /// The network looks at it.
  case detect
  /// A result is made in pixels.
  case render
  /// A result becomes a file's bytes.
  case encode
}

/// A result of a photo in pixels.
public struct RenderedPicture: Sendable {
  /// 8 bits per sample, or 16 as masks may be asked for and cut-outs of photos of 16 bits are.
  public enum Pixels: Sendable {
    /// Of 8 bits per sample.
    case shallow(Image<UInt8>)
    /// Of 16.
    case deep(Image<UInt16>)
  }

  /// What it is.
  public let kind: ResultKind
  /// Grey for a mask or a map, RGBA for a cut-out, RGB for a composite, or RGBA on a translucent colour.
  public let pixels: Pixels
  /// What of the photo's metadata goes with it.
  public let metadata: Metadata
}

/// What was made of one photo, in memory.
public struct RenderedPhoto: Sendable {
  /// What the network sees.
  public let saliency: Saliency
  /// Whether there is an object, where, and how sure that is.
  public let verdict: Verdict
  /// In the order in which they were asked for.
  public let pictures: [RenderedPicture]
}
