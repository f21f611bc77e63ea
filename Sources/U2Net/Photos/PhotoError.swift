/// Why nothing was made of a photo that could be read. What cannot be read or written is an `ImageError`.
public enum PhotoError: Error, Equatable, Sendable {
  /// The network's result is not a number.
  case networkFailed(name: String)
  /// There is no object that a layout could frame.
  case nothingToFrame
  /// A framed cut-out of `width` × `height` pixels would have more of them than `pixelLimit`.
  case resultTooLarge(width: Int, height: Int, pixelLimit: Int)
  /// There is no room for a result of this size.
  case outOfMemory(width: Int, height: Int)
  /// There is no room to solve for its alpha.
  case mattingFailed(MattingError)
  /// A picture that goes with the photo is not there: `role` says what it would be, `place` where it would be.
  case withoutCompanion(name: String, role: String, place: String)
  /// There is more than one picture that may be it.
  case withManyCompanions(name: String, role: String, files: [String])
  /// The trimap cannot be one of the photo.
  case trimapUnfit(name: String, trimap: String, reason: String)
  /// A picture with alpha cannot become a JPEG.
  case noTransparency(name: String)
}

extension PhotoError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .networkFailed(let name): "\(name): the network's result is not a number; are the weights damaged?"
    case .nothingToFrame: "no salient object, so nothing to crop to"
    case .resultTooLarge(let width, let height, let limit):
      "its result would have \(width) x \(height) pixels, more than the limit of \(limit) pixels"
    case .outOfMemory(let width, let height): "there is not enough memory for a result of \(width) x \(height) pixels"
    case .mattingFailed(let error): "\(error)"
    case .withoutCompanion(let name, let role, let place): "\(name): it has no \(role): there is no \(place)"
    case .withManyCompanions(let name, let role, let files):
      "\(name): which is its \(role), \(files.joined(separator: " or "))?"
    case .trimapUnfit(let name, let trimap, let reason): "\(name): its trimap \(trimap) \(reason)"
    case .noTransparency(let name):
      "\(name): JPEG has no transparency; choose PNG or WebP, or an opaque background"
    }
  }
}
