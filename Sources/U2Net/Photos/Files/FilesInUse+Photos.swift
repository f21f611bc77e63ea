package import U2NetFiles

extension FilesInUse {
  /// - Throws: if `output` would replace one of the files.
  package func check(_ output: FilePath) throws(PipelineError) {
    guard let what = use(of: output) else { return }
    throw PipelineError("\(Self.name(output)): this would replace \(what); choose another name")
  }

  /// With the photo, and the pictures that go with it.
  mutating func add(_ photo: Photo, companions: [(pictures: CompanionPictures, role: String)]) {
    add(photo.path, as: photo.path == .standardStream ? "the photo on standard input" : "a photo")
    for (pictures, role) in companions {
      for file in pictures.files(of: photo.stem) { add(file, as: "a \(role)") }
    }
  }

  /// Why a photo's results cannot be written.
  func obstacle(to job: PhotoJob) -> String? {
    for result in job.results {
      guard let what = use(of: result.path) else { continue }
      return
        "\(job.photo.source): its result \(Self.name(result.path)) would replace \(what); choose another name or folder"
    }
    return nil
  }

  private static func name(_ output: FilePath) -> String { output == .standardStream ? "standard output" : "\(output)" }
}
