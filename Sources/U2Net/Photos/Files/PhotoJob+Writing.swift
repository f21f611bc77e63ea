internal import U2NetFiles
internal import U2NetImageFiles
import U2NetPlatform

extension PhotoJob {
  /// Writes the results' files, each whole or not at all.
  ///
  /// Where files are to be kept, nothing that has come to be there since the plan was made is replaced, whoever put it there,
  /// another run of this program among them. Numbered results get the next number then.
  /// - Parameter files: bytes of the results, in their order.
  /// - Returns: where they are.
  /// - Throws: `ImageError.unwritable`.
  func write(_ files: [[UInt8]]) throws(ImageError) -> PhotoJob {
    if existing == .overwrite {
      for (result, bytes) in zip(results, files) { try ImageFile.write(bytes, to: result.path) }
      return self
    }
    var job = self
    while let occupied = try job.writeNew(files) {
      guard existing == .rename else {
        // Another run has made the same.
        if existing == .skip, otherResult == nil, isDone { return self }
        throw .unwritable(path: "\(occupied)", reason: "another file has come to be there meanwhile")
      }
      job = job.renumbered()
    }
    return job
  }

  /// Writes all results, or none if one of the places is taken.
  /// - Returns: that place.
  private func writeNew(_ files: [[UInt8]]) throws(ImageError) -> FilePath? {
    for (index, bytes) in files.enumerated() {
      let path = results[index].path
      if areThere[index] {
        try ImageFile.write(bytes, to: path)
      } else if try !ImageFile.writeNew(bytes, to: path) {
        for made in results.indices.prefix(index) where !areThere[made] { remove(results[made].path) }
        return path
      }
    }
    return nil
  }

  private func remove(_ path: FilePath) {
    guard path != .standardStream, !path.isSpecial else { return }
    path.withCString { _ = unlink($0) }
  }
}
