internal import U2NetFiles

/// Files among the photos that are results, and so no photos: what earlier runs left.
struct EarlierResults {
  /// By their marks.
  private var marked: Set<FilePath> = []
  /// Those without a mark that are called as a result of these destinations would be, and look like one.
  private(set) var likely: Set<FilePath> = []

  func contains(_ photo: Photo) -> Bool { marked.contains(photo.path) || likely.contains(photo.path) }

  /// A result that somebody names is meant as a photo, unless its own photo is there, too: then a pattern has caught both.
  init(among photos: [Photo], of destinations: [Destination]) {
    let named = photos.filter { $0.isNamed && $0.mark != nil }
    let digests = named.isEmpty ? [] : Set(photos.compactMap { PhotoDigest(file: $0.path) })
    for photo in photos {
      if let mark = photo.mark, !photo.isNamed || digests.contains(mark.photo) { marked.insert(photo.path) }
    }

    let outputs = destinations.compactMap { $0.folder?.resolved.bytes }
    let suspects = photos.filter { photo in
      guard !photo.isNamed, photo.mark == nil else { return false }
      let path = photo.path.resolved.bytes
      return outputs.contains { path.starts(with: $0) && path.count > $0.count }
    }
    guard !suspects.isEmpty else { return }
    var makers = ResultMakers(destinations)
    for photo in photos where !marked.contains(photo.path) { makers.add(photo) }
    for suspect in suspects where makers.maker(of: suspect.path) != nil { likely.insert(suspect.path) }
  }
}

/// Which photos a file may be the result of, by its name.
struct ResultMakers {
  struct Maker {
    let photo: Photo
    let destination: Destination
  }

  private let destinations: [Destination]
  private var makers: [FilePath: [Maker]] = [:]

  init(_ destinations: [Destination]) { self.destinations = destinations.filter { $0.folder != nil } }

  mutating func add(_ photo: Photo) {
    for destination in destinations {
      let result = destination.path(for: photo).resolved
      guard makers[result]?.contains(where: { $0.photo.path == photo.path }) != true else { continue }
      makers[result, default: []].append(Maker(photo: photo, destination: destination))
    }
  }

  mutating func remove(_ photo: Photo) {
    for destination in destinations {
      makers[destination.path(for: photo).resolved]?.removeAll { $0.photo.path == photo.path }
    }
  }

  /// The photos that have a result of this name.
  /// - Parameter result: links followed.
  func photos(of result: FilePath) -> [Photo] { makers[result]?.map(\.photo) ?? [] }

  /// What may have made `file`, which has no mark and is called as a result, with a number or without; nil also if each is
  /// called as the other's.
  func maker(of file: FilePath) -> Maker? {
    let path = file.resolved
    for name in [path, path.withoutNumber].compactMap({ $0 }) {
      let maker = makers[name]?.first { maker in
        maker.photo.path != file && !photos(of: maker.photo.path.resolved).contains { $0.path == file }
          && looksMade(file, by: maker)
      }
      if let maker { return maker }
    }
    return nil
  }

  /// Whether a file without a mark looks like what a destination makes of a photo; without a picture in it, its name is all
  /// there is.
  func looksMade(_ file: FilePath, by maker: Maker) -> Bool {
    guard let look = PictureLook(file) else { return true }
    switch maker.destination.kind {
    case .mask, .map:
      guard look.isGrey else { return false }
      guard let photo = PictureLook(maker.photo.path) else { return true }
      return (look.width, look.height) == (photo.width, photo.height)
    case .cutout: return look.hasAlpha
    case .composite:
      // It looks like any picture, so that the other results of its photo must tell.
      return destinations.contains { other in
        guard other.kind != .composite else { return false }
        let path = other.path(for: maker.photo)
        return path.exists && looksMade(path, by: Maker(photo: maker.photo, destination: other))
      }
    }
  }
}
