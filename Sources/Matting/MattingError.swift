/// Why no alpha could be computed from a trimap.
public enum MattingError: Error, Equatable, Sendable {
  /// No pixel of the trimap is known to be object.
  case noKnownForeground
  /// No pixel of the trimap is known to be background.
  case noKnownBackground
  /// A photo of this size has no windows of 3 x 3 pixels.
  case photoTooSmall(width: Int, height: Int)
  /// The equations of a photo of this size cannot be numbered in 32 bits.
  case photoTooLarge(width: Int, height: Int)
  /// So many unknown pixels take more bytes than may be used.
  case outOfMemory(needed: Int, available: Int)
  /// The plate is not of the photo's background, or the camera has moved too far.
  case plateDoesNotFit
  /// The sides of plate and photo are not in the same ratio, or below 16 pixels.
  case plateOfAnotherShape
  /// The solver stopped after that many steps, when the residual was still this part of what it started from.
  case notConverged(steps: Int, residual: Double)
}

extension MattingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noKnownForeground: "no part of the mask is certainly object: lower the threshold or the erosion"
    case .noKnownBackground: "no part of the mask is certainly background: raise the threshold or lower the erosion"
    case .photoTooSmall(let width, let height): "matting needs at least 3 x 3 pixels, not \(width) x \(height)"
    case .photoTooLarge(let width, let height): "\(width) x \(height) pixels are too many for matting"
    case .outOfMemory(let needed, let available):
      "not enough memory: alpha matting takes \(needed >> 20) MB for this photo, and \(available >> 20) MB are left"
    case .plateDoesNotFit: "the plate does not fit: what is background does not look as in it"
    case .plateOfAnotherShape:
      "the plate does not fit: its sides are not in the ratio of the photo's, or below 16 pixels"
    case .notConverged(let steps, let residual):
      "matting did not converge: after \(steps) steps the residual is \(residual) of the first"
    }
  }
}
