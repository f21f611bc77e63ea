package import U2NetFiles

/// One photo and the files that its results go to.
package struct PhotoJob: Sendable {
  package struct Result: Hashable, Sendable {
    package let kind: ResultKind
    /// "-" for standard output.
    package var path: FilePath
    package let format: ImageFormat
  }

  package let photo: Photo
  package private(set) var results: [Result]
  /// What to do if a file comes to be where a result should go, while the photo is worked on.
  let existing: ExistingFiles
  /// Where results go without a number.
  private let plain: [FilePath]
  /// Which results were there when this was planned, though not all: they may be replaced.
  let areThere: [Bool]

  package init(_ photo: Photo, _ destinations: [Destination], existing: ExistingFiles = .overwrite) {
    (self.photo, self.existing) = (photo, existing)
    results = destinations.map { Result(kind: $0.kind, path: $0.path(for: photo), format: $0.format) }
    plain = results.map(\.path)
    areThere = plain.map { existing == .skip && $0.exists }
  }

  /// The files that will be written.
  package var files: [FilePath] { results.map(\.path).filter { $0 != .standardStream } }

  /// The same with results elsewhere.
  func moved(to paths: [FilePath]) -> PhotoJob {
    var job = self
    for (index, path) in paths.enumerated() { job.results[index].path = path }
    return job
  }

  package func makeFolders() throws(PipelineError) { for file in files { try file.makeFolder() } }

  /// The same with the least number for which no file is there.
  func renumbered() -> PhotoJob {
    func numbered(_ number: Int) -> [FilePath] { plain.map { $0 == .standardStream ? $0 : $0.numbered(number) } }
    let number = (1...).first { numbered($0).allSatisfy { $0 == .standardStream || !$0.exists } }!
    return moved(to: numbered(number))
  }

  /// Whether all results are there already.
  var isDone: Bool { !files.isEmpty && files.allSatisfy(\.exists) }

  /// Gives all results the same new number if one of them exists, or is another photo's.
  /// - Parameters:
  ///   - taken: the results of other photos, links followed; those of this one are added.
  ///   - reserved: names that others will have without a number.
  mutating func number(avoiding taken: inout Set<FilePath>, reserved: Set<FilePath>) {
    func isFree(_ file: FilePath) -> Bool { !file.exists && !taken.contains(file.resolved) }
    if !files.allSatisfy(isFree) {
      func isFreeNumber(_ number: Int) -> Bool {
        files.map { $0.numbered(number) }.allSatisfy { isFree($0) && !reserved.contains($0.resolved) }
      }
      let number = (1...).first(where: isFreeNumber)!
      for index in results.indices where results[index].path != .standardStream {
        results[index].path = results[index].path.numbered(number)
      }
    }
    taken.formUnion(files.map(\.resolved))
  }
}

/// What to do with files that are already where results should go.
public enum ExistingFiles: String, CaseIterable, Sendable {
  /// Do nothing at all; pass over a photo whose results are there; replace them; number the new ones.
  case error, skip, overwrite, rename
}
