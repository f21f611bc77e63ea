internal import U2NetFiles

extension FilesInUse {
  /// No result may take the place of what a network is trained or scored on.
  mutating func add(_ dataset: Dataset) {
    for example in dataset.examples {
      add(example.photoFile, as: "a photo of the data set")
      add(example.maskFile, as: "a mask of the data set")
    }
  }

  /// - Throws: `file` if `output` would replace one of the files.
  func checkOutput(_ output: FilePath) throws(TrainingError) {
    guard let what = use(of: output) else { return }
    throw .file(path: "\(output)", reason: "this would replace \(what); choose another name")
  }
}
