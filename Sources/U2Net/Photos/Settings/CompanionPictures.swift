package import U2NetFiles

/// Pictures that go with photos, as trimaps do: one file for all photos, or a folder with a file for each.
///
/// In a folder a photo's picture is called as the photo is, but for the extension, and lies below it as the photo does below the
/// folder that it was found in: of photos/ red/mug.jpg has red/mug.png.
public struct CompanionPictures: Sendable, Hashable {
  let path: FilePath

  /// The picture or the folder of this path.
  public init(_ path: String) { self.init(FilePath(path)) }

  package init(_ path: FilePath) { self.path = path }

  /// The files that may be a photo's: one, unless it has none or several.
  /// - Parameter stem: what the photo is called below its folder, without its extension.
  func files(of stem: FilePath) -> [FilePath] {
    guard path.isFolder else { return [path] }
    let place = path.appending(stem.bytes)
    return ["png", "jpg", "jpeg", "webp", "PNG", "JPG", "JPEG", "WEBP"].map { place + ".\($0)" }.filter(\.exists)
  }
}

/// Companions of one role that are ready for photos: what is the same for all of them has been read.
enum Companions: Sendable {
  case one(DecodedPhoto)
  case folder(CompanionPictures)

  /// - Parameter remark: told what is odd about a picture that is read all the same.
  /// - Throws: `ImageError` if there is one picture that cannot be read.
  init(_ pictures: CompanionPictures, pixelLimit: Int, remark: (String) -> Void) throws(ImageError) {
    self = pictures.path.isFolder ? .folder(pictures) : .one(try Self.read(pictures.path, pixelLimit, remark))
  }

  /// A photo's picture.
  /// - Parameters:
  ///   - photo: that it goes with.
  ///   - role: what messages call it, "trimap".
  /// - Throws: `ImageError` if it cannot be read; `PhotoError` if there is none, or more than one.
  func picture(
    of photo: OpenedPhoto, as role: String, pixelLimit: Int, remark: (String) -> Void
  ) throws -> DecodedPhoto {
    switch self {
    case .one(let picture): return picture
    case .folder(let pictures):
      let files = pictures.files(of: photo.stem)
      guard let file = files.first else {
        throw PhotoError.withoutCompanion(
          name: photo.name, role: role, place: "\(pictures.path.appending(photo.stem.bytes)).png")
      }
      guard files.count == 1 else {
        throw PhotoError.withManyCompanions(name: photo.name, role: role, files: files.map { "\($0)" })
      }
      return try Self.read(file, pixelLimit, remark)
    }
  }

  private static func read(
    _ file: FilePath, _ pixelLimit: Int, _ remark: (String) -> Void
  ) throws(ImageError) -> DecodedPhoto {
    let source = PhotoSource.file(file)
    return try DecodedPhoto(source, keepsDepth: false, pixelLimit: pixelLimit) { remark("\(source.name): \($0)") }
  }
}
