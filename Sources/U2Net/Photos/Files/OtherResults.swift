internal import U2NetFiles
internal import U2NetImageFiles

extension PhotoJob {
  /// What is wrong if a result's place has something else: another result, of another kind or of another photo, as its mark
  /// says, or what is no picture at all. The photo is not done then. A picture without a mark is taken for what it is called.
  var otherResult: String? {
    for result in results where result.path != .standardStream && !result.path.isSpecial {
      let isOf = { difference($0, result.kind) }
      guard let found = Self.oddity(result.path) ?? ResultMark(file: result.path).flatMap(isOf) else { continue }
      return
        "\(photo.source): its result \(result.path) is there already, but not this command's result: it is \(found);"
        + " --existing overwrite replaces it, rename keeps both"
    }
    return nil
  }

  /// What is there, if it is not a picture.
  private static func oddity(_ path: FilePath) -> String? {
    if path.isFolder { return "a folder" }
    guard path.exists, let start = path.start(PictureKind.signatureLength) else { return nil }
    if start.isEmpty { return "an empty file" }
    if case .readable = PictureKind(start: start) { return nil }
    return "no picture"
  }

  /// What the mark says, if it is another one.
  private func difference(_ mark: ResultMark, _ kind: ResultKind) -> String? {
    if !mark.isOf(kind) { return mark.what }
    guard let digest = PhotoDigest(file: photo.path), digest != mark.photo else { return nil }
    return "\(mark.what) of another photo, or of this one before it was changed"
  }
}
