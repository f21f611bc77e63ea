import Files
import Images
import Machine
import Matting
import Pipeline
import U2Net

/// Makes the results of photos, several of them at a time for as many callers.
struct Studio {
  private let options: PhotoOptions
  private let cutout: CutoutOptions
  private let detector: SaliencyDetector
  private let matte: Matte
  /// The picture behind all objects, if there is one.
  private let backdrop: (image: Image<UInt8>, metadata: Metadata)?
  /// Threads that work on one photo.
  private let threads: Int
  private let isForOnePhoto: Bool

  init(
    _ options: PhotoOptions, _ cutout: CutoutOptions, _ network: TrainedNetwork, photosAtOnce: Int, threads: Int,
    isForOnePhoto: Bool = false
  ) throws {
    self.options = options
    self.cutout = cutout
    self.threads = threads
    self.isForOnePhoto = isForOnePhoto
    matte = Matte(options: options.mask, threads: threads)
    if case .picture(let path) = cutout.background {
      let bytes = try ImageFile.read(path)
      let remark: (String) -> Void = options.batch.quiet ? { _ in } : { note("\(path): \($0)") }
      let image = try Image<UInt8>(decoding: bytes, source: "\(path)", remark: remark)
      backdrop = (image, ImageFile.metadata(of: bytes))
    } else {
      backdrop = nil
    }
    var detection = options.detection
    detection.threads = threads
    detection.photosAtOnce = photosAtOnce
    detection.isForOnePhoto = isForOnePhoto
    detector = SaliencyDetector(network, options: detection)
  }

  /// Makes all results of a photo; what goes wrong is in the report.
  /// - Parameter remark: told what the user should know about a photo that did not fail.
  func report(_ job: PhotoJob, _ gate: MemoryGate?, remark: (String) -> Void) -> PhotoReport {
    var report = PhotoReport(job, .ok)
    do {
      try perform(job, gate, remark, &report)
    } catch {
      report.status = .failed
      report.outputs = []
      let message = "\(error)"
      report.error = message.hasPrefix(job.photo.source) ? message : "\(job.photo.source): \(message)"
    }
    return report
  }

  private func perform(
    _ job: PhotoJob, _ gate: MemoryGate?, _ remark: (String) -> Void, _ report: inout PhotoReport
  ) throws {
    let bytes = try ImageFile.read(job.photo.path)
    let header = try ImageFile.header(of: bytes, source: job.photo.source, pixelLimit: pixelLimit)
    let sampleBytes = header.channels.rawValue * (header.bitDepth == 16 ? 2 : 1)
    guard header.width * header.height <= ResourceLimits.current.memory / sampleBytes else {
      throw ImageError.outOfMemory(source: job.photo.source, width: header.width, height: header.height)
    }
    guard let gate else { return try perform(job, bytes, header, remark, &report) }
    try gate.with(memory(of: header, job).saturatingSum(bytes.count)) {
      try perform(job, bytes, header, remark, &report)
    }
  }

  private var pixelLimit: Int { options.input.maxMegapixels * 1_000_000 }

  /// Bytes that a photo and its results take.
  private func memory(of header: ImageHeader, _ job: PhotoJob) -> Int {
    var memory = PhotoMemory(width: header.width, height: header.height)
    memory.isDeep = header.bitDepth == 16
    memory.isMatted = options.mask.matting.alphaMatting
    if let layout = cutout.layout, job.results.contains(where: { $0.kind == .cutout || $0.kind == .composite }) {
      let whole = PixelRect(x: 0, y: 0, width: header.width, height: header.height), size = layout.size(around: whole)
      memory.framedPixels = min(pixelLimit, size.width.saturatingProduct(size.height))
    }
    return memory.bytes
  }

  private func perform(
    _ job: PhotoJob, _ bytes: [UInt8], _ header: ImageHeader, _ remark: (String) -> Void, _ report: inout PhotoReport
  ) throws {
    var watch = StepWatch()
    let source = job.photo.source, limit = pixelLimit
    let showsPhoto = job.results.contains { $0.kind == .cutout || $0.kind == .composite }
    let isDeep = showsPhoto && header.bitDepth == 16
    func note(_ text: String) {
      remark("\(source): \(text)")
      report.remarks = (report.remarks ?? []) + [text]
    }
    let deep = isDeep ? try Image<UInt16>(decoding: bytes, source: source, pixelLimit: limit, remark: note) : nil
    let sides =
      showsPhoto || options.mask.needsPixels || header.channels.hasAlpha
      ? nil : options.mask.preprocess.sufficientSides(inputSize: options.mask.model.size)
    let photo =
      try deep?.converted(to: UInt8.self)
      ?? Image<UInt8>(decoding: bytes, source: source, pixelLimit: limit, sidesAtLeast: sides, remark: note)
    report.milliseconds!.decode = watch.lap()

    let saliency = detector.detect(in: photo.overContrast(threads: threads), width: header.width, height: header.height)
    guard saliency.isFinite else {
      throw CommandFailure("\(source): the network's result is not a number; are the weights damaged?")
    }
    let verdict = Verdict(map: saliency.maps[.fused]!)
    report.add(verdict, width: header.width, height: header.height)
    if saliency.isEmpty {
      note("no salient object; the mask is empty")
    }
    report.milliseconds!.infer = watch.lap()

    var metadata = ImageFile.metadata(of: bytes)
    if options.encoding.strip { metadata = metadata.withoutExif }
    func mattingRemark(_ reason: String) { if !saliency.isEmpty { note(reason) } }
    var matted: Image<UInt8>?, mattedDeep: Image<UInt16>?
    func alpha() -> Image<UInt8> {
      if let matted { return matted }
      let alpha = matte(saliency.mask(threads: threads), photo, remark: mattingRemark)
      matted = alpha
      return alpha
    }
    func deepAlpha() -> Image<UInt16> {
      if let mattedDeep { return mattedDeep }
      let alpha = matte(
        saliency.mask16(threads: threads), deep ?? photo.converted(to: UInt16.self), remark: mattingRemark)
      mattedDeep = alpha
      return alpha
    }
    var files: [(path: FilePath, bytes: [UInt8])] = []
    for result in job.results {
      let file: [UInt8]
      switch result.kind {
      case .map(let map):
        file = saliency.mask(map, threads: threads).pngData(compression: options.encoding.compression, threads: threads)
      case .mask where options.encoding.depth == 16:
        let mask = deepAlpha()
        report.milliseconds!.refine += watch.lap()
        file = try options.encoding.encode(
          mask, metadata.withoutColors, to: result.path, as: result.format, threads: threads)
      case .mask:
        let mask = alpha()
        report.milliseconds!.refine += watch.lap()
        file = try options.encoding.encode(
          mask, metadata.withoutColors, to: result.path, as: result.format, threads: threads)
      case .cutout, .composite:
        if let deep {
          let image = try picture(result.kind, of: deep, metadata, alpha: deepAlpha())
          report.milliseconds!.refine += watch.lap()
          file = try options.encoding.encode(image, metadata, to: result.path, as: result.format, threads: threads)
        } else {
          let image = try picture(result.kind, of: photo, metadata, alpha: alpha())
          report.milliseconds!.refine += watch.lap()
          file = try options.encoding.encode(image, metadata, to: result.path, as: result.format, threads: threads)
        }
      }
      files.append((result.path, file))
      report.milliseconds!.encode += watch.lap()
    }
    // A single photo's work may be stopped at any time, but not within a file.
    if isForOnePhoto, !job.files.isEmpty { Interruption.watch() }
    // Written together at the end: a photo whose third result cannot be made has none.
    for file in files { try ImageFile.write(file.bytes, to: file.path) }
    report.milliseconds!.encode += watch.lap()
  }

  /// The object on transparency or on the background, laid out.
  private func picture<Sample: MaskSample>(
    _ kind: ResultKind, of photo: Image<Sample>, _ metadata: Metadata, alpha: Image<Sample>
  ) throws -> Image<Sample> {
    var object =
      cutout.keepColors ? photo.withAlpha(alpha) : ForegroundColors.cutout(of: photo, alpha: alpha, threads: threads)
    if let layout = cutout.layout {
      guard let bounds = object.bounds(atLeast: layout.leastAlpha) else {
        throw CommandFailure("no salient object, so nothing to crop to")
      }
      let size = layout.size(around: bounds)
      guard size.width.saturatingProduct(size.height) <= pixelLimit else {
        throw CommandFailure(
          "its result would have \(size.width) x \(size.height) pixels, more than the limit of \(pixelLimit) pixels"
            + " (--max-megapixels)")
      }
      object = object.framed(by: layout, threads: threads)!
    }
    guard kind == .composite, let background = cutout.background else { return object }
    switch background {
    case .color(let color): return object.composited(over: color.converted(to: metadata), threads: threads)
    case .picture:
      let (picture, own) = backdrop!
      let shown = own.hasColors(of: metadata) ? picture : picture.rgb.converted(from: own, to: metadata)
      return object.composited(over: shown.converted(to: Sample.self), threads: threads)
    case .blur(let sigma): return object.composited(overBlurred: photo, sigma: sigma, threads: threads)
    }
  }
}

/// Milliseconds from step to step.
private struct StepWatch {
  private var start = ContinuousClock.now

  mutating func lap() -> Double {
    let now = ContinuousClock.now, time = (now - start).components
    start = now
    return Double(time.seconds) * 1e3 + Double(time.attoseconds) / 1e15
  }
}

extension PhotoReport {
  /// A photo that nothing was made of.
  init(failed photo: Photo, _ reason: String) {
    input = "\(photo.path)"
    outputs = []
    status = .failed
    error = reason
  }

  init(_ job: PhotoJob, _ status: Status) {
    input = "\(job.photo.path)"
    outputs = job.results.map { "\($0.path)" }
    self.status = status
    milliseconds = status == .skipped ? nil : Times()
  }

  static func skipped(_ job: PhotoJob) -> PhotoReport { PhotoReport(job, .skipped) }
}

extension PhotoReport {
  mutating func add(_ found: Verdict, width: Int, height: Int) {
    verdict =
      switch found.finding {
      case .noSalientObject: "no salient object"
      case .touchesTheBorder: "touches the border"
      case .ok: "ok"
      }
    coverage = Self.rounded(found.coverage)
    confidence = Self.rounded(found.confidence)
    box = found.bounds(width: width, height: height).map { [$0.x, $0.y, $0.width, $0.height] }
  }

  private static func rounded(_ share: Double) -> Double { (share * 1e4).rounded() / 1e4 }
}
