import ArgumentParser
import Images
import U2Net

/// What `mask` and `cutout` have in common: photos in, a network, pictures out.
struct PhotoOptions: ParsableArguments {
  @Argument(help: "Photos (PNG, JPEG), folders of photos, or - for standard input.")
  var inputs: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "PNG to write, - for standard output; a folder for several photos or a folder of them.", valueName: "path"))
  var output: String

  @OptionGroup var model: ModelOptions

  @Option(help: "How photos are resized: rembg (anti-aliased) or authors (as the paper's code did).")
  var preprocess: Preprocessing = .rembg

  @Option(help: "Grey values: minmax (stretched to the full range) or sigmoid (the probabilities as they are).")
  var normalize: Normalization = .minmax

  @Option(help: ArgumentHelp("Write the fused map and the six side outputs here, too.", valueName: "dir"))
  var sideOutputs: String?

  @Option(help: "Existing files in an output folder: error (before any work), skip or overwrite.")
  var existing: ExistingFiles = .error

  @Option(help: "How hard PNGs are compressed, 0 (not) to 9 (smallest); higher levels take several times as long.")
  var compression = ImageFile.defaultCompression

  @Option(help: "Refuse photos with more megapixels than this.")
  var maxMegapixels = ImageFile.defaultPixelLimit / 1_000_000

  func validate() throws {
    guard (1...1_000_000).contains(maxMegapixels) else {
      throw ValidationError("--max-megapixels must be 1 to 1000000, not \(maxMegapixels)")
    }
    guard (0...9).contains(compression) else {
      throw ValidationError("--compression must be 0 to 9, not \(compression)")
    }
  }

  /// Runs every photo through the network and `write`s what comes out; failures are reported at the end.
  /// - Parameter needsPixels: whether `write` needs the photo at its full size.
  func forEachPhoto(
    needsPixels: Bool, _ write: (_ photo: Image<UInt8>, _ saliency: Saliency, _ path: String) throws -> Void
  ) throws {
    let jobs = try PhotoJob.plan(inputs: inputs, output: output, sideOutputs: sideOutputs, existing: existing)
    var options = SaliencyDetector.Options()
    options.inputSize = model.size
    options.threads = model.threads
    options.preprocessing = preprocess
    options.normalization = normalize
    options.sideOutputs = sideOutputs != nil
    options.isForOnePhoto = jobs.count == 1
    let detector = SaliencyDetector(try model.network(), options: options)
    // Where nothing can be written, no photo needs to be looked at.
    if jobs.count > 1 { for job in jobs { try job.makeFolders() } }

    var failures: [String] = []
    for job in jobs {
      do {
        let (photo, saliency) = try detector.detect(
          inFile: job.input, source: job.source, pixelLimit: maxMegapixels * 1_000_000, needsPixels: needsPixels)
        if saliency.isEmpty { note("\(job.source): no salient object; the mask is empty") }
        try job.makeFolders()
        try write(photo, saliency, job.output)
        for (map, path) in job.sideOutputs {
          try ImageFile.write(saliency.mask(map, threads: model.threads).pngData(compression: compression), to: path)
        }
      } catch {
        failures.append("\(error)")
      }
    }
    guard failures.isEmpty else {
      let summary = jobs.count > 1 ? ["\(failures.count) of \(jobs.count) photos failed:"] : []
      throw CommandFailure(lines: summary + failures)
    }
  }
}

/// What to do with a file that is already where a result should go.
enum ExistingFiles: String, CaseIterable, ExpressibleByArgument {
  case error, skip, overwrite
}

extension Preprocessing: ExpressibleByArgument {}
extension Normalization: ExpressibleByArgument {}
