import ArgumentParser
import U2NetFiles
import U2NetMachine
import U2NetTraining
import U2Net

/// Where photos and masks are.
struct DatasetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Folder with a folder of photos (“image” in its name) and one of masks (“mask”): images and masks, or DUTS's.",
      valueName: "dir"), completion: .directory)
  var data: String?

  @Option(help: ArgumentHelp("Folder of photos, instead of --data.", valueName: "dir"), completion: .directory)
  var images: String?

  @Option(help: ArgumentHelp("Folder of their masks.", valueName: "dir"), completion: .directory)
  var masks: String?

  @Option(
    name: .customLong("val"), help: ArgumentHelp("As --data, to score the network on.", valueName: "dir"),
    completion: .directory)
  var validation: String?

  @Option(
    name: .customLong("val-images"), help: ArgumentHelp("As --images, instead of --val.", valueName: "dir"),
    completion: .directory)
  var validationImages: String?

  @Option(name: .customLong("val-masks"), help: ArgumentHelp("As --masks.", valueName: "dir"), completion: .directory)
  var validationMasks: String?

  func validate() throws {
    guard (data != nil) != (images != nil), (images != nil) == (masks != nil) else {
      throw ValidationError("give either --data, or --images and --masks")
    }
    guard validation == nil || validationImages == nil, (validationImages != nil) == (validationMasks != nil) else {
      throw ValidationError("give either --val, or --val-images and --val-masks")
    }
  }

  var hasValidation: Bool { validation != nil || validationImages != nil }

  /// What to train on: every photo's header read, and every mask.
  func training(threads: Int) throws(TrainingError) -> Dataset {
    try Self.dataset(data, images, masks, threads: threads)!
  }

  /// What to score the network on, if anything.
  func validation(threads: Int) throws(TrainingError) -> Dataset? {
    try Self.dataset(validation, validationImages, validationMasks, threads: threads)
  }

  private static func dataset(
    _ folder: String?, _ images: String?, _ masks: String?, threads: Int
  ) throws(TrainingError) -> Dataset? {
    var dataset: Dataset
    if let folder {
      dataset = try Dataset(folder: FilePath(argument: folder))
    } else if let images, let masks {
      dataset = try Dataset(photos: FilePath(argument: images), masks: FilePath(argument: masks))
    } else {
      return nil
    }
    try dataset.check(threads: threads, remark: Console.note)
    return dataset
  }
}
