package import U2NetFiles

extension FilesInUse {
  /// No result may take the place of what a network is trained or scored on.
  package mutating func add(_ dataset: Dataset) {
    for example in dataset.examples {
      add(example.photoFile, as: "a photo of the data set")
      add(example.maskFile, as: "a mask of the data set")
    }
  }
}
