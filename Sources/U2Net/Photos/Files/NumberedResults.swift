internal import U2NetFiles

/// Finds the results of photos whose results would have one name, under the numbers that an earlier run gave them.
struct NumberedResults {
  /// Folder → name without a number → the files that have one.
  private var folders: [FilePath: [FilePath: [FilePath]]] = [:]

  /// The job with the files that are there; nil if not all are.
  mutating func results(of job: PhotoJob) -> PhotoJob? {
    guard !job.files.isEmpty, let photo = PhotoDigest(file: job.photo.path) else { return nil }
    var paths: [FilePath] = []
    for result in job.results {
      let mark = ResultMark(result.kind, of: photo)
      guard let path = ([result.path] + numbered(result.path)).first(where: { ResultMark(file: $0) == mark }) else {
        return nil
      }
      paths.append(path)
    }
    return job.moved(to: paths)
  }

  private mutating func numbered(_ file: FilePath) -> [FilePath] {
    let folder = FilePath(bytes: file.folder)
    if folders[folder] == nil {
      let names = (try? (folder.bytes.isEmpty ? "." : folder).namesInside()) ?? []
      let paths = names.map { FilePath(bytes: folder.bytes + $0.bytes) }
      folders[folder] = Dictionary(grouping: paths.filter { $0.withoutNumber != nil }) { $0.withoutNumber! }
    }
    return folders[folder]![file] ?? []
  }
}
