import U2Net
import U2NetCHeader
import U2NetPlatform

/// What u2net_result is: it keeps whatever its pointers point to where it is.
final class Outcome: Handle {
  private enum Item {
    case picture(PixelBuffer)
    case file(UnsafeRawBufferPointer)
  }

  private var items: [Int: Item] = [:]
  private var maps: [(values: UnsafeMutableBufferPointer<Float>, width: Int, height: Int)] = []
  private var verdict: u2net_verdict?
  private var remarks: UnsafeMutablePointer<CChar>?
  private var memory: [UnsafeMutableRawPointer] = []

  deinit {
    free(remarks)
    for map in maps { map.values.deallocate() }
    for memory in memory { memory.deallocate() }
  }

  /// What is made of a photo.
  init(_ source: PhotoSource, _ wishes: Wishes, by detector: Detector) throws {
    super.init()
    let processor = try detector.processor.with(
      mask: wishes.mask, cutout: wishes.cutout, encoding: wishes.encoding, pixelLimit: wishes.pixelLimit)
    var lines: [String] = []
    let note = { (line: String) in lines.append(line) }
    if let format = wishes.format {
      let requests = wishes.kinds.map { kind in
        var request = PhotoResult.Request(kind, as: format)
        request.isMarked = true
        return request
      }
      let made = try processor.process(source, into: requests, remark: note, progress: wishes.tell)
      for file in made.files { keep(file.bytes, as: Wishes.bit(of: file.request.kind)) }
      keep(made.saliency, made.verdict, wishes)
    } else {
      let made = try processor.render(source, into: wishes.kinds, remark: note, progress: wishes.tell)
      for picture in made.pictures { keep(picture.pixels, as: Wishes.bit(of: picture.kind)) }
      keep(made.saliency, made.verdict, wishes)
    }
    keep(lines)
  }

  /// A photo's own pixels.
  init(decoding source: PhotoSource, _ wishes: Wishes) throws {
    super.init()
    var lines: [String] = []
    try wishes.tell(.decode)
    let photo = try DecodedPhoto(source, pixelLimit: wishes.pixelLimit) { lines.append($0) }
    keep(photo.deepImage.map { .deep($0) } ?? .shallow(photo.image), as: Int(U2NET_PICTURE))
    keep(lines)
  }

  /// The bytes of a file.
  init(encoding picture: PixelBuffer, _ wishes: Wishes) throws {
    super.init()
    guard let format = wishes.format else { throw Failure.invalid("format must be one of a file: U2NET_PNG, say") }
    guard picture.width.multipliedReportingOverflow(by: picture.height).partialValue <= wishes.pixelLimit else {
      throw ImageError.tooLarge(
        source: "picture", width: picture.width, height: picture.height, limit: wishes.pixelLimit)
    }
    try wishes.encoding.validate()
    try wishes.tell(.encode)
    let threads = ResourceLimits.current.cores
    let bytes =
      picture.bitsPerSample == 16
      ? try wishes.encoding.encode(Image<UInt16>(picture), as: format, name: "picture", threads: threads)
      : try wishes.encoding.encode(Image<UInt8>(picture), as: format, name: "picture", threads: threads)
    keep(bytes, as: Int(U2NET_PICTURE))
  }

  // MARK: - Keeping

  private func keep(_ pixels: RenderedPicture.Pixels, as kind: Int) {
    func kept<Sample: BitwiseCopyable>(_ image: Image<Sample>) -> PixelBuffer {
      let memory = image.samples.withUnsafeBytes { copy($0) }
      return PixelBuffer(
        memory: memory, width: image.width, height: image.height, layout: .init(image.channels),
        bitsPerSample: 8 * MemoryLayout<Sample>.size)
    }
    switch pixels {
    case .shallow(let image): items[kind] = .picture(kept(image))
    case .deep(let image): items[kind] = .picture(kept(image))
    }
  }

  private func keep(_ bytes: [UInt8], as kind: Int) { items[kind] = .file(bytes.withUnsafeBytes { copy($0) }) }

  private func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 16)
    copy.copyMemory(from: bytes)
    memory.append(copy.baseAddress!)
    return UnsafeRawBufferPointer(rebasing: copy[..<bytes.count])
  }

  private func keep(_ saliency: Saliency, _ verdict: Verdict, _ wishes: Wishes) {
    var told = u2net_verdict.initial
    let finding =
      switch verdict.finding {
      case .noSalientObject: U2NET_NO_OBJECT
      case .ok: U2NET_OBJECT
      case .touchesTheBorder: U2NET_OBJECT_TOUCHES_BORDER
      }
    told.finding = Int32(finding)
    (told.width, told.height) = (Int32(saliency.width), Int32(saliency.height))
    (told.coverage, told.confidence) = (verdict.coverage, verdict.confidence)
    if let box = verdict.bounds(width: saliency.width, height: saliency.height) {
      (told.x, told.y, told.box_width, told.box_height) = (
        Int32(box.x), Int32(box.y), Int32(box.width), Int32(box.height)
      )
    }
    self.verdict = told
    guard wishes.wantsProbabilities else { return }
    let names: [Saliency.Map] = [.fused] + (1...6).map { .side($0) }
    maps = names.compactMap { saliency.maps[$0] }.map { map in
      let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: map.samples.count)
      _ = values.initialize(from: map.samples)
      return (values, map.width, map.height)
    }
  }

  private func keep(_ lines: [String]) { remarks = strdup(lines.joined(separator: "\n")) }

  // MARK: - Asking

  func picture(_ kind: UInt32) throws(Failure) -> u2net_picture {
    guard case .picture(let buffer) = items[Int(kind)] else {
      throw .invalid(
        "the result has no pixels of \(Wishes.name(of: kind)): they are there if wanted, in the format U2NET_PIXELS")
    }
    return u2net_picture(buffer)
  }

  func file(_ kind: UInt32) throws(Failure) -> UnsafeRawBufferPointer {
    guard case .file(let bytes) = items[Int(kind)] else {
      throw .invalid("the result has no file of \(Wishes.name(of: kind)): it is there if wanted, in a format of files")
    }
    return bytes
  }

  func map(_ number: Int32) throws(Failure) -> (values: UnsafeMutableBufferPointer<Float>, width: Int, height: Int) {
    guard maps.indices.contains(Int(number)) else {
      throw .invalid(
        "the result has no map \(number): there are \(maps.count); they are there with U2NET_PROBABILITIES among what is wanted, "
          + "side outputs if the detector computes them")
    }
    return maps[Int(number)]
  }

  func toldVerdict() throws(Failure) -> u2net_verdict {
    guard let verdict else { throw .invalid("the result has no verdict: no detector has looked at it") }
    return verdict
  }

  var toldRemarks: UnsafePointer<CChar> { remarks.map { UnsafePointer($0) } ?? Constant.empty }
}

extension Wishes {
  fileprivate static func bit(of kind: ResultKind) -> Int { kinds.first { $0.kind == kind }!.bit }

  fileprivate static func name(of kind: UInt32) -> String {
    let names = [
      U2NET_MASK: "U2NET_MASK", U2NET_CUTOUT: "U2NET_CUTOUT", U2NET_COMPOSITE: "U2NET_COMPOSITE",
      U2NET_PICTURE: "U2NET_PICTURE",
    ]
    return names.first { Int($0.key) == Int(kind) }?.value ?? "\(kind)"
  }
}

/// Makes a result, or none.
private func make(
  _ result: UnsafeMutablePointer<OpaquePointer?>?, _ body: () throws -> Outcome
) -> u2net_status {
  status {
    let result = try required(result, "result")
    result.pointee = nil
    result.pointee = try body().pointer
  }
}

@c @implementation
public func u2net_process(
  _ detector: OpaquePointer!, _ photo: UnsafePointer<u2net_photo>!, _ options: UnsafePointer<u2net_options>!,
  _ result: UnsafeMutablePointer<OpaquePointer?>!
) -> u2net_status {
  make(result) { try Outcome(u2net_photo.source(photo), Wishes(options), by: Detector.of(detector, "detector")) }
}

@c @implementation
public func u2net_decode(
  _ photo: UnsafePointer<u2net_photo>!, _ options: UnsafePointer<u2net_options>!,
  _ result: UnsafeMutablePointer<OpaquePointer?>!
) -> u2net_status {
  make(result) { try Outcome(decoding: u2net_photo.source(photo), Wishes(options)) }
}

@c @implementation
public func u2net_encode(
  _ picture: UnsafePointer<u2net_picture>!, _ options: UnsafePointer<u2net_options>!,
  _ result: UnsafeMutablePointer<OpaquePointer?>!
) -> u2net_status {
  make(result) { try Outcome(encoding: u2net_picture(picture, called: "picture").buffer(), Wishes(options)) }
}

@c @implementation
public func u2net_result_picture(
  _ result: OpaquePointer!, _ what: UInt32, _ picture: UnsafeMutablePointer<u2net_picture>!
) -> u2net_status {
  status { try Outcome.of(result, "result").picture(what).write(to: picture, called: "picture") }
}

@c @implementation
public func u2net_result_file(
  _ result: OpaquePointer!, _ what: UInt32, _ bytes: UnsafeMutablePointer<UnsafeRawPointer?>!,
  _ count: UnsafeMutablePointer<Int>!
) -> u2net_status {
  status {
    let file = try Outcome.of(result, "result").file(what)
    let (bytes, count) = (try required(bytes, "bytes"), try required(count, "count"))
    (bytes.pointee, count.pointee) = (file.baseAddress, file.count)
  }
}

@c @implementation
public func u2net_result_probabilities(
  _ result: OpaquePointer!, _ map: Int32, _ values: UnsafeMutablePointer<UnsafePointer<Float>?>!,
  _ width: UnsafeMutablePointer<Int32>!, _ height: UnsafeMutablePointer<Int32>!
) -> u2net_status {
  status {
    let map = try Outcome.of(result, "result").map(map), values = try required(values, "values")
    let (width, height) = (try required(width, "width"), try required(height, "height"))
    values.pointee = UnsafePointer(map.values.baseAddress!)
    (width.pointee, height.pointee) = (Int32(map.width), Int32(map.height))
  }
}

@c @implementation
public func u2net_result_verdict(
  _ result: OpaquePointer!, _ verdict: UnsafeMutablePointer<u2net_verdict>!
) -> u2net_status {
  status { try Outcome.of(result, "result").toldVerdict().write(to: verdict, called: "verdict") }
}

@c @implementation
public func u2net_result_remarks(_ result: OpaquePointer!) -> UnsafePointer<CChar>! {
  (try? Outcome.of(result, "result"))?.toldRemarks ?? Constant.empty
}

@c @implementation
public func u2net_result_free(_ result: OpaquePointer!) { Outcome.release(result) }
