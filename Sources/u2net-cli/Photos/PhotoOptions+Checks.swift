import ArgumentParser
import U2NetFiles
import U2Net

// What is found out before any photo is opened.

extension PhotoOptions {
  /// What the command reads beside photos, and its manifest.
  /// - Throws: if the manifest would be added to a file that is read, or is called like a picture.
  func filesInUse(_ cutout: CutoutOptions) throws(PipelineError) -> FilesInUse {
    var files = FilesInUse()
    if let weights = mask.model.weights { files.add(FilePath(argument: weights), as: "the --weights") }
    if let list = input.filesFrom { files.add(FilePath(argument: list), as: "the list of --files-from") }
    if let picture = cutout.background?.file { files.add(picture, as: "the picture of --background") }
    if let manifest = batch.manifestFile {
      try Manifest.checkName(manifest)
      try files.check(manifest)
      files.add(output: manifest, as: "the --manifest")
    }
    return files
  }

  /// What would be told too late by the first photo, or not at all.
  /// - Parameter destinations: of all results.
  func check(_ destinations: [Destination], _ cutout: CutoutOptions) throws {
    try PhotoPlan.refuseTwins(of: destinations)
    try checkManifest(besides: destinations)
    let requests = destinations.map { PhotoResult.Request($0.kind, as: $0.format) }
    try inUsersWords { () throws(SettingsError) in try settings(cutout).validate(for: requests) }
    try encoding.checkUse(for: requests)
    try input.checkPatterns()
  }

  private func checkManifest(besides destinations: [Destination]) throws(ValidationError) {
    guard let manifest = batch.manifestFile else { return }
    for destination in destinations {
      let place = destination.folder ?? destination.path(for: Photo(path: "photo", stem: "photo"))
      let isStream = place.isStandardOutput && manifest.isStandardOutput
      guard isStream || place.resolved == manifest.resolved && !place.isSpecial else { continue }
      throw ValidationError(
        "\(isStream ? "standard output" : "\(place)"): both the \(destination.kind) and the manifest would go there; name two places"
      )
    }
  }

  /// What to watch.
  func watchedFolder() throws -> FilePath {
    let folder = FilePath(argument: input.inputs.first ?? "")
    guard input.inputs.count == 1, input.filesFrom == nil, folder != .standardStream, folder.isFolder || !folder.exists
    else { throw ValidationError("--watch needs one folder to watch") }
    guard folder.isFolder else { throw CommandFailure("\(folder): no such folder") }
    return folder
  }
}

extension InputOptions {
  /// Patterns choose among a folder's files, and a list's.
  func checkPatterns() throws(ValidationError) {
    guard !(include.isEmpty && exclude.isEmpty), filesFrom == nil else { return }
    let paths = inputs.map { FilePath(argument: $0) }
    guard paths.allSatisfy({ $0 == .standardStream || $0.exists && !$0.isFolder }) else { return }
    throw ValidationError("\(include.isEmpty ? "--exclude" : "--include") has no effect without a folder of photos")
  }
}

extension EncodingOptions {
  /// A flag that none of the results heeds is a mistake.
  func checkUse(for results: [PhotoResult.Request]) throws(ValidationError) {
    let formats = Set(results.map(\.format))
    let hasMasks = results.contains {
      switch $0.kind {
      case .mask, .map: true
      case .cutout, .composite: false
      }
    }
    let flags: [(String, isGiven: Bool, isUsed: Bool, String)] = [
      ("--quality", quality != nil, !formats.isDisjoint(with: [.jpeg, .webP]), "is JPEG or WebP"),
      ("--lossless", lossless, formats.contains(.webP), "is WebP"),
      ("--compression", compression != nil, formats.contains(.png), "is PNG"),
      ("--depth", depth != nil, hasMasks, "is a mask; cut-outs have the bits of the photo"),
    ]
    for (flag, isGiven, isUsed, what) in flags where isGiven && !isUsed {
      throw ValidationError("\(flag) has no effect: no result \(what)")
    }
  }
}
