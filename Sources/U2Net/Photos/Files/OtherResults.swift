internal import U2NetFiles

extension PhotoJob {
  /// What is wrong if a result's place has another result: of another kind, or of another photo, as its mark says. The photo is
  /// not done then. What has no mark is taken for what it is called.
  var otherResult: String? {
    for result in results where result.path != .standardStream && !result.path.isSpecial {
      guard let mark = ResultMark(file: result.path), let found = difference(mark, result.kind) else { continue }
      return
        "\(photo.source): its result \(result.path) is there already, but not this command's result: it is \(found);"
        + " --existing overwrite replaces it, rename keeps both"
    }
    return nil
  }

  /// What the mark says, if it is another one.
  private func difference(_ mark: ResultMark, _ kind: ResultKind) -> String? {
    if !mark.isOf(kind) { return mark.what }
    guard let digest = PhotoDigest(file: photo.path), digest != mark.photo else { return nil }
    return "\(mark.what) of another photo, or of this one before it was changed"
  }
}
