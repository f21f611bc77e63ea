package import U2NetFiles

/// Where results of one kind go, and as what.
package struct Destination: Sendable {
  package let kind: ResultKind
  package let place: Place
  package let format: ImageFormat

  package enum Place: Sendable {
    case file(FilePath)
    /// Below a folder, in the tree of the photos; prefix and suffix go around the photo's name without its extension.
    case folder(FilePath, prefix: String, suffix: String)
  }

  /// The folder, for several results.
  package var folder: FilePath? {
    if case .folder(let folder, _, _) = place { folder } else { nil }
  }

  /// Whether results are called as their photos are, but for the extension.
  var keepsNames: Bool {
    if case .folder(_, let prefix, let suffix) = place {
      prefix.isEmpty && suffix == "." + format.fileExtension
    } else {
      false
    }
  }

  /// Of one photo to a file, unless `path` is a folder; of several to a folder.
  /// - Parameter format: what to write; nil: what the file's name says, PNG in a folder.
  /// - Throws: if a name promises what will not be there.
  package init(
    _ kind: ResultKind, _ path: FilePath, several: Bool, format: ImageFormat?
  ) throws(PipelineError) {
    let path = path.withoutDetours
    self.kind = kind
    if several || path.endsInSeparator || path.isFolder {
      try Self.checkFolder(path)
      self.format = format ?? .png
      place = .folder(path, prefix: "", suffix: "." + self.format.fileExtension)
    } else {
      self.format = try Self.format(of: path, wanted: format)
      place = .file(path)
    }
    if kind == .cutout, self.format == .jpeg {
      throw PipelineError(usage: "\(path): JPEG has no transparency; choose .png or .webp, or give a --background")
    }
  }

  package init(
    _ kind: ResultKind, folder: FilePath, prefix: String = "", suffix: String, format: ImageFormat
  ) throws(PipelineError) {
    let folder = folder.withoutDetours
    try Self.checkFolder(folder)
    self.kind = kind
    self.format = format
    place = .folder(folder, prefix: prefix, suffix: suffix)
  }

  package func path(for photo: Photo) -> FilePath {
    switch place {
    case .file(let path): path
    case .folder(let folder, let prefix, let suffix):
      folder.appending(photo.stem.folder + prefix.utf8 + photo.stem.name) + suffix
    }
  }

  /// A folder for several results need not be there yet, but is not called like a picture.
  package static func checkFolder(_ path: FilePath) throws(PipelineError) {
    guard path != .standardStream else {
      throw PipelineError(usage: "several results cannot go to standard output: name a folder")
    }
    guard !path.isFolder else { return }
    guard !path.exists else { throw PipelineError(usage: "\(path): several results need a folder, this is a file") }
    guard path.endsInSeparator || PictureKind(fileExtension: path.fileExtension) == nil else {
      throw PipelineError(
        usage:
          "\(path): several results need a folder, and this is called like a picture; \(path)/ makes a folder of that name"
      )
    }
  }

  /// Standard output gets PNG, as does what has no extension, if nothing else is wanted.
  private static func format(of path: FilePath, wanted: ImageFormat?) throws(PipelineError) -> ImageFormat {
    let name = path.fileExtension
    guard !name.isEmpty, path != .standardStream else { return wanted ?? .png }
    guard let format = ImageFormat(fileExtension: name) else {
      throw PipelineError(usage: "\(path): cannot write .\(name) files; use .png, .jpg or .webp")
    }
    guard wanted == nil || wanted == format else {
      throw PipelineError(usage: "\(path): called as \(format) files are, but --format asks for \(wanted!)")
    }
    return format
  }
}

extension ImageFormat {
  /// What files are called here.
  package var fileExtension: String {
    switch self {
    case .png: "png"
    case .jpeg: "jpg"
    case .webP: "webp"
    }
  }
}
