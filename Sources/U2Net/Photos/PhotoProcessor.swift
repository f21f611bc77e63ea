import U2NetPlatform

/// Makes masks, cut-outs and composites of photos, in memory or from files.
///
///     var settings = PhotoSettings()
///     settings.mask.refinement = .guided
///     let processor = try PhotoProcessor(settings: settings)
///     let mug = try processor.process(.file("mug.jpg"), into: [.cutout(as: .webP)])
///     print(mug.verdict.finding)
///     try mug.results[0].write(to: "mug.webp")
///
/// It can be shared between threads. As many photos are worked on at the same time as there are cores, and as the memory that
/// the process may use has room for; other callers wait.
public final class PhotoProcessor: Sendable {
  /// How many photos are to come, which decides between the least time for one and the least for all.
  public enum Workload: Sendable, Hashable {
    /// One photo is all there is: all threads work on it.
    case onePhoto
    /// Many, or nobody knows how many: several at the same time, with a thread or some for each.
    case manyPhotos(atMost: Int = .max)
  }

  /// What is made of photos, checked.
  public let settings: PhotoSettings
  /// Photos that are worked on at the same time.
  public let photosAtOnce: Int
  private let detector: SaliencyDetector
  private let backdrop: Backdrop?
  private let trimaps, plates: Companions?
  /// Threads that work on one photo.
  public let threads: Int
  private let gate: MemoryGate?
  /// Bytes for a photo, beside the network.
  private let room: Int

  /// Plans the network, and reads what is the same for all photos.
  /// - Parameters:
  ///   - network: lite, whose weights are built in, unless told otherwise.
  ///   - settings: what is made of photos.
  ///   - workload: how many photos there will be.
  ///   - cores: threads to work with in all.
  ///   - memoryLimit: bytes that the process may take; many photos plan with a half of them.
  ///   - remark: told what is odd about a background picture that is read all the same.
  /// - Throws: `SettingsError`; `PipelineError` if the network's maps do not fit into the memory; `ImageError` if the
  ///   background is a picture that cannot be read.
  public init(
    _ network: TrainedNetwork = .lite, settings: PhotoSettings = PhotoSettings(),
    for workload: Workload = .manyPhotos(),
    cores: Int = ResourceLimits.current.cores, memoryLimit: Int = ResourceLimits.current.memory,
    remark: (String) -> Void = { _ in }
  ) throws {
    precondition(cores > 0, "\(cores) cores cannot work")
    try settings.validate()
    self.settings = settings
    var detection = settings.detection
    let taken = max(0, ResourceLimits.current.memory - ResourceLimits.availableMemory)
    switch workload {
    case .onePhoto:
      (photosAtOnce, threads, gate) = (1, cores, nil)
      detection.isForOnePhoto = true
      detection.threads = cores
      if settings.inputSize ?? network.input.size <= 320, memoryLimit - taken > Self.plenty {
        room = memoryLimit - taken - Self.plenty / 2
      } else {
        let memory = SaliencyDetector.memory(network, options: detection)
        room =
          try MemoryPlan(
            limit: memoryLimit, taken: taken, cores: 1, jobs: 1, shared: memory.shared, each: memory.each
          ).room
      }
    case .manyPhotos(let count):
      precondition(count > 0, "\(count) photos are none")
      let memory = SaliencyDetector.memory(network, options: detection)
      let plan = try MemoryPlan(
        limit: memoryLimit, taken: taken, cores: cores, jobs: count, shared: memory.shared, each: memory.each)
      (photosAtOnce, threads, room) = (plan.workers, max(1, cores / plan.workers), plan.room)
      gate = MemoryGate(budget: plan.photos)
    }
    backdrop = try settings.cutout.background.map { try Backdrop($0, remark: remark) }
    (trimaps, plates) = try (settings.read(\.trimaps, remark), settings.read(\.plates, remark))
    detection.threads = threads
    detection.photosAtOnce = photosAtOnce
    detector = SaliencyDetector(network, options: detection)
  }

  /// With the network of another processor, whose memory it shares, and other settings for what comes after the network.
  private init(_ other: PhotoProcessor, settings: PhotoSettings) throws {
    try settings.validate()
    self.settings = settings
    (detector, photosAtOnce, threads) = (other.detector, other.photosAtOnce, other.threads)
    (gate, room) = (other.gate, other.room)
    backdrop = try settings.cutout.background.map { try Backdrop($0) }
    (trimaps, plates) = try (settings.read(\.trimaps) { _ in }, settings.read(\.plates) { _ in })
  }

  /// The same network, ready as it is, for other results.
  /// - Parameters:
  ///   - mask: from the network's mask to alpha.
  ///   - cutout: from alpha to a picture of the object.
  ///   - encoding: from pictures to files' bytes.
  ///   - pixelLimit: photos and results with more pixels are refused; nil: as before.
  /// - Throws: `SettingsError`; `ImageError` if the background is a picture that cannot be read.
  public func with(
    mask: MaskSettings, cutout: CutoutSettings = CutoutSettings(), encoding: EncodingSettings = EncodingSettings(),
    pixelLimit: Int? = nil
  ) throws -> PhotoProcessor {
    var settings = settings
    (settings.mask, settings.cutout, settings.encoding) = (mask, cutout, encoding)
    settings.pixelLimit = pixelLimit ?? settings.pixelLimit
    return try PhotoProcessor(self, settings: settings)
  }

  /// Side of the square that the network sees, in pixels.
  public var inputSize: Int { detector.inputSize }

  /// Bytes in which either network finds its place at the usual size twice over, so that nobody needs to know more.
  private static let plenty = 2 << 30

  /// Bytes that a photo and its results take, beside the network: an upper bound, of which most photos need a half.
  ///
  /// Photos are let through to be worked on at the same time as long as their sum is within the memory limit. What the network
  /// takes says `SaliencyDetector.memory(_:options:)`, of `settings.detection`.
  /// - Parameters:
  ///   - width: of the photo, in pixels, turned upright.
  ///   - height: likewise.
  ///   - is16Bit: whether there are 16 bits to a sample.
  ///   - requests: what is made of it.
  public func memory(
    ofPhotoWidth width: Int, height: Int, is16Bit: Bool = false, into requests: [PhotoResult.Request]
  ) -> Int {
    memory(width: width, height: height, isDeep: is16Bit, requests).bytes
  }

  /// Bytes that a photo takes at most times, as measured on photos of 12 megapixels, within 15 %: a photo is refused if there
  /// is less. Photos that are hard to solve for their alpha take more. Parameters as for `memory`.
  public func likelyMemory(
    ofPhotoWidth width: Int, height: Int, is16Bit: Bool = false, into requests: [PhotoResult.Request]
  ) -> Int {
    memory(width: width, height: height, isDeep: is16Bit, requests).likelyBytes
  }

  /// Makes results of one photo. It takes all the time that needs: call it from a thread, or use `results(of:into:)`.
  /// - Parameters:
  ///   - source: the photo.
  ///   - requests: what is made, in this order; none: only the verdict.
  ///   - remark: told at once what is odd about a photo that does not fail; all of it is in the report, too.
  /// - Throws: `SettingsError`, `ImageError`, `PhotoError`.
  public func process(
    _ source: PhotoSource, into requests: [PhotoResult.Request], remark: (String) -> Void = { _ in }
  ) throws -> ProcessedPhoto {
    var report = PhotoReport(input: source.name)
    let made = try process(source, requests, &report, remark) { $0 }
    return ProcessedPhoto(verdict: made.verdict, report: report, results: made.files)
  }

  /// Makes pictures of one photo, in memory.
  /// - Parameters:
  ///   - source: the photo.
  ///   - kinds: what is made, in this order; none: only what the network sees.
  ///   - remark: told what is odd about a photo that does not fail.
  ///   - progress: told what is about to be done; what it throws ends the work.
  /// - Throws: `SettingsError`, `ImageError`, `PhotoError`, and what `progress` throws.
  public func render(
    _ source: PhotoSource, into kinds: [ResultKind], remark: (String) -> Void = { _ in },
    progress: (PhotoStep) throws -> Void = { _ in }
  ) throws -> RenderedPhoto {
    var report = PhotoReport(input: source.name)
    return try process(source, kinds.map { .init($0) }, &report, remark, progress, encodes: false) {
      RenderedPhoto(saliency: $0.saliency, verdict: $0.verdict, pictures: $0.pictures)
    }
  }

  /// As `process(_:into:remark:)`, with the network's maps beside the files.
  package func process(
    _ source: PhotoSource, into requests: [PhotoResult.Request], remark: (String) -> Void,
    progress: (PhotoStep) throws -> Void
  ) throws -> (saliency: Saliency, verdict: Verdict, files: [PhotoResult]) {
    var report = PhotoReport(input: source.name)
    return try process(source, requests, &report, remark, progress) { ($0.saliency, $0.verdict, $0.files) }
  }

  /// What the network sees in a photo, before anything is made of it.
  /// - Throws: `PhotoError.networkFailed`.
  public func saliency(of photo: DecodedPhoto) throws(PhotoError) -> Saliency {
    let saliency =
      photo.buffer.map { detector.detect(in: $0) }
      ?? detector.detect(in: photo.image, width: photo.width, height: photo.height)
    guard saliency.isFinite else { throw .networkFailed(name: photo.name) }
    return saliency
  }

  /// What was made of a photo.
  struct Made {
    let saliency: Saliency
    let verdict: Verdict
    /// Of each request one, either here or there.
    var pictures: [RenderedPicture] = []
    var files: [PhotoResult] = []
  }

  /// - Parameters:
  ///   - encodes: whether results become files.
  ///   - deliver: gets what was made while the photo's memory is still counted.
  func process<Delivered>(
    _ source: PhotoSource, _ requests: [PhotoResult.Request], _ report: inout PhotoReport, _ remark: (String) -> Void,
    _ progress: (PhotoStep) throws -> Void = { _ in }, encodes: Bool = true,
    deliver: (Made) throws -> Delivered
  ) throws -> Delivered {
    try settings.validate(for: requests)
    try progress(.decode)
    let photo = try OpenedPhoto(source, pixelLimit: settings.pixelLimit)
    var memory = memory(width: photo.width, height: photo.height, isDeep: photo.isDeep, requests)
    memory.isReduced = photo.canBeReduced && !needsPixels(requests) && !photo.channels.hasAlpha
    guard memory.likelyBytes <= room else {
      throw ImageError.outOfMemory(source: photo.name, width: photo.width, height: photo.height)
    }
    func made() throws -> Made { try process(photo, requests, &report, remark, progress, encodes: encodes) }
    guard let gate else { return try deliver(made()) }
    return try gate.with(memory.bytes.saturatingSum(photo.byteCount)) { try deliver(made()) }
  }

  /// Whether anybody but the network needs the photo's pixels.
  private func needsPixels(_ requests: [PhotoResult.Request]) -> Bool {
    requests.contains(where: \.showsPhoto) || settings.mask.needsPixels
      || detector.sufficientSides == nil
  }

  /// What a photo and its results take.
  private func memory(width: Int, height: Int, isDeep: Bool, _ requests: [PhotoResult.Request]) -> PhotoMemory {
    var memory = PhotoMemory(width: width, height: height)
    memory.isDeep = isDeep
    memory.pictures = requests.count(where: \.showsPhoto)
    memory.webPictures = requests.count { $0.showsPhoto && $0.format == .webP }
    memory.isMatted = settings.mask.isMatted
    memory.hasPlate = settings.mask.plates != nil
    if let layout = settings.cutout.layout, requests.contains(where: \.showsPhoto) {
      let whole = PixelRect(x: 0, y: 0, width: width, height: height), size = layout.size(around: whole)
      memory.framedPixels = min(settings.pixelLimit, size.width.saturatingProduct(size.height))
    }
    return memory
  }

  private func process(
    _ opened: OpenedPhoto, _ requests: [PhotoResult.Request], _ report: inout PhotoReport, _ remark: (String) -> Void,
    _ progress: (PhotoStep) throws -> Void, encodes: Bool
  ) throws -> Made {
    var watch = StepWatch()
    func note(_ text: String) {
      remark(text)
      report.remarks = (report.remarks ?? []) + [text]
    }
    let showsPhoto = requests.contains(where: \.showsPhoto)
    let needsAll = showsPhoto || settings.mask.needsPixels || opened.channels.hasAlpha
    let photo = try opened.decoded(
      keepsDepth: showsPhoto, isForNetworkOnly: !needsAll,
      sidesAtLeast: needsAll ? nil : detector.sufficientSides, remark: note
    )
    let trimap = try trimaps.map {
      try $0.picture(of: opened, as: "trimap", pixelLimit: settings.pixelLimit, remark: note).trimap(of: photo)
    }
    let plate = try plates.map {
      try $0.picture(of: opened, as: "plate", pixelLimit: settings.pixelLimit, remark: note)
    }
    report.milliseconds!.decode = watch.lap()

    try progress(.detect)
    var made = Made(saliency: try saliency(of: photo))
    report.add(made.verdict, width: photo.width, height: photo.height)
    if made.saliency.isEmpty, trimap == nil, plate == nil { note("no salient object; the mask is empty") }
    report.milliseconds!.infer = watch.lap()

    let metadata = settings.encoding.keepsExif ? photo.metadata : photo.metadata.withoutExif
    let isUnseen = photo.buffer != nil
    var shallow = Rendering<UInt8>(
      settings, backdrop, made.saliency, metadata, trimap: trimap, plate: plate, threads: threads,
      photo: isUnseen ? nil : { photo.image })
    var deep = Rendering<UInt16>(
      settings, backdrop, made.saliency, metadata, trimap: trimap, plate: plate, threads: threads,
      photo: isUnseen ? nil : { photo.deepImage ?? photo.image.converted(to: UInt16.self) })
    func make<Sample>(_ request: PhotoResult.Request, by rendering: inout Rendering<Sample>) throws {
      try progress(.render)
      let picture = try rendering.picture(request.kind, remark: note)
      var metadata = rendering.metadata(for: request.kind)
      report.milliseconds!.refine += watch.lap()
      guard encodes else {
        made.pictures.append(RenderedPicture(kind: request.kind, pixels: Sample.pixels(picture), metadata: metadata))
        return
      }
      try progress(.encode)
      if request.isMarked { metadata.creator = opened.digest.map { ResultMark(request.kind, of: $0).text } }
      for loss in metadata.losses(in: request.format, of: picture) where report.remarks?.contains(loss) != true {
        note(loss)
      }
      let bytes = try settings.encoding.encode(
        picture, metadata: metadata, as: request.format,
        name: request.name ?? "\(request.kind) of \(photo.name)", threads: threads)
      report.milliseconds!.encode += watch.lap()
      made.files.append(PhotoResult(request: request, bytes: bytes))
    }
    for request in requests {
      let isDeep =
        request.kind == .mask ? settings.encoding.maskBits == 16 : request.showsPhoto && photo.deepImage != nil
      if isDeep { try make(request, by: &deep) } else { try make(request, by: &shallow) }
    }
    return made
  }
}

extension PhotoSettings {
  /// - Throws: `ImageError` if there is one picture for all photos, and it cannot be read.
  fileprivate func read(
    _ pictures: KeyPath<MaskSettings, CompanionPictures?>, _ remark: (String) -> Void
  ) throws(ImageError) -> Companions? {
    guard let pictures = mask[keyPath: pictures] else { return nil }
    return try Companions(pictures, pixelLimit: pixelLimit, remark: remark)
  }
}

extension DecodedPhoto {
  /// This picture as a photo's trimap: grey, of its size, with object and background.
  /// - Throws: `PhotoError.trimapUnfit`.
  fileprivate func trimap(of photo: DecodedPhoto) throws(PhotoError) -> Image<UInt8> {
    func unfit(_ reason: String) -> PhotoError { .trimapUnfit(name: photo.name, trimap: name, reason: reason) }
    guard (width, height) == (photo.width, photo.height) else {
      throw unfit("has \(width) x \(height) pixels, the photo \(photo.width) x \(photo.height)")
    }
    let trimap = image.luma
    guard trimap.samples.contains(where: { $0 >= 230 }) else {
      throw unfit("knows no object: no pixel is 230 or above")
    }
    guard trimap.samples.contains(where: { $0 <= 25 }) else {
      throw unfit("knows no background: no pixel is 25 or below")
    }
    return trimap
  }
}

extension PhotoProcessor.Made {
  fileprivate init(saliency: Saliency) {
    (self.saliency, verdict) = (saliency, Verdict(map: saliency.maps[.fused]!))
  }
}

extension PhotoResult.Request {
  /// Whether the photo's own pixels are in it.
  fileprivate var showsPhoto: Bool { kind == .cutout || kind == .composite }
}

/// Milliseconds from step to step.
struct StepWatch {
  private var start = ContinuousClock.now

  mutating func lap() -> Double {
    let now = ContinuousClock.now, time = now - start
    start = now
    return time.inMilliseconds
  }
}
