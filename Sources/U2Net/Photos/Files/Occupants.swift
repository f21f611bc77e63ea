internal import U2NetFiles

/// What is at the places of results before these are there, where photos lie: whose it is.
struct Occupants {
  private let makers: ResultMakers
  private let existing: ExistingFiles

  /// - Parameter existing: what becomes of results that exist.
  init(_ makers: ResultMakers, _ existing: ExistingFiles) { (self.makers, self.existing) = (makers, existing) }

  /// Whether what is at a result's place may be a photo of somebody's: a picture without a mark. What an older version may have
  /// made counts as a result, but is replaced only if its name tells, too, that it is one.
  func mayBePhoto(_ file: FilePath, _ destination: Destination, of photo: Photo) -> Bool {
    guard file.exists else { return false }
    switch PhotoSearch.finding(file) {
    case .other, .photo(.some): return false
    case .photo(nil), .unreadable:
      if existing == .overwrite, destination.keepsNames { return true }
      return !makers.looksMade(file, by: ResultMakers.Maker(photo: photo, destination: destination))
    }
  }
}
