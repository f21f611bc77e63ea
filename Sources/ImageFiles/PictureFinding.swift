package import U2NetFiles
import U2NetPlatform

/// What a file is taken for where somebody looks for pictures: one by its name, or else by its first bytes.
package enum PictureFinding: Equatable, Sendable {
  case picture
  /// A picture that cannot be read, and why.
  case unreadable(String)
  /// No picture.
  case other

  package init(_ path: FilePath) {
    let named = PictureKind(fileExtension: path.fileExtension)
    if let special = path.specialKind {
      self = named == nil ? .other : .unreadable("this is \(special), not a file")
      return
    }
    if case .readable = named {
      self = .picture
      return
    }
    let readable = "PNG, JPEG and WebP can be read"
    guard let start = path.start(PictureKind.signatureLength) else {
      let reason = String(cString: strerror(errno)), isMissing = errno == ENOENT
      // A name without extension may be anything, a picture, too.
      let mayBePicture = named != nil || path.fileExtension.isEmpty && !isMissing
      self = mayBePicture ? .unreadable("cannot be read: \(reason)") : .other
      return
    }
    switch PictureKind(start: start) {
    case .readable: self = .picture
    case .unreadable(let name): self = .unreadable("this looks like \(name); \(readable)")
    case nil:
      guard case .unreadable(let name) = named else {
        self = .other
        return
      }
      self = .unreadable("called as \(name) files are; \(readable)")
    }
  }
}
