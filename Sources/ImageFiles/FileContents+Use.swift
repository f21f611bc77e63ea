internal import U2NetCImageCodecs

extension FileContents {
  /// Without a colour profile that cannot be read or is of other colours than the picture, and without EXIF that cannot be
  /// read.
  /// - Parameter remark: told of what is left out.
  func usableMetadata(remark: (String) -> Void) -> Metadata {
    var metadata = metadata
    if let profileFault {
      metadata.profile = nil
      remark("its colour profile \(profileFault) and is left out")
    }
    if let exif, !exif.isEmpty, Exif(exif)?.fitting(width: 1, height: 1) == nil {
      metadata.exif = nil
      remark("its EXIF cannot be read and is left out")
    }
    if let resolutionFault { remark("\(resolutionFault) and is left out") }
    return metadata
  }

  /// What is wrong with the profile, if that is not nothing.
  private var profileFault: String? {
    guard let profile else { return hasProfile ? "cannot be read" : nil }
    // ICC.1, 7.2.6.
    let space = String(decoding: profile.dropFirst(16).prefix(4), as: UTF8.self)
    // Inks become sRGB when the file is decoded, which says whether the profile can be read.
    if storedColors == "CMYK" && space == storedColors { return nil }
    guard profile.count >= 128, cic_is_profile(profile, profile.count) != 0 else { return "cannot be read" }
    // Grey is a colour, too.
    if space == storedColors || storedColors == "GRAY" && space == "RGB " { return nil }
    func name(_ space: String) -> String { space == "GRAY" ? "grey" : String(space.prefix { $0 != " " }) }
    return "is for \(name(space)), not for \(name(storedColors)),"
  }
}
