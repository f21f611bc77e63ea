import Foundation
import U2Net
import Testing

/// One photo, from file, bytes or pixels to results.
struct ProcessorTests {
  @Test func theMaskIsTheDetectors() throws {
    let photo = try PhotoProcessor().process(.pixels(disc()), into: [.mask])
    let saliency = SaliencyDetector().detect(in: disc())
    #expect(try decoded(photo[.mask]) == saliency.mask())
    #expect(photo.verdict == Verdict(map: saliency.maps[.fused]!))
    #expect(photo.verdict.finding == .ok && photo.report.verdict == "ok" && photo.report.status == .ok)
    #expect(photo.report.box?.count == 4 && photo.report.remarks == nil && photo.report.error == nil)
  }

  @Test func filesBytesAndPixelsGiveTheSame() throws {
    let bytes = disc().pngData(), path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).png").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try ImageFile.write(bytes, to: path)
    let processor = try PhotoProcessor()
    let wanted: [PhotoResult.Request] = [.cutout(as: .webP), .mask]
    let fromPixels = try processor.process(.pixels(disc()), into: wanted)
    for source in [PhotoSource.bytes(bytes), .file(path)] {
      let photo = try processor.process(source, into: wanted)
      #expect(photo.results.map(\.bytes) == fromPixels.results.map(\.bytes), "\(source.name)")
      #expect(photo.verdict == fromPixels.verdict)
    }
    #expect(fromPixels.results.map(\.request.kind) == [.cutout, .mask])
    let copy = path + ".webp"
    defer { try? FileManager.default.removeItem(atPath: copy) }
    try fromPixels.results[0].write(to: copy)
    #expect(try ImageFile.read(copy) == fromPixels[.cutout])
  }

  @Test(arguments: [PhotoProcessor.Workload.onePhoto, .manyPhotos(), .manyPhotos(atMost: 1)])
  func anyNumberOfCoresGivesTheSame(_ workload: PhotoProcessor.Workload) throws {
    var settings = PhotoSettings()
    settings.mask.matting = TrimapOptions()
    let photos = try [1, 2, 3].map {
      try PhotoProcessor(settings: settings, for: workload, cores: $0)
        .process(.pixels(disc()), into: [.mask, .cutout]).results.map(\.bytes)
    }
    #expect(photos[0] == photos[1] && photos[0] == photos[2])
  }

  @Test func depthIsThePhotosAndForMasksWhatIsAskedFor() throws {
    var settings = PhotoSettings()
    func bits(_ bytes: [UInt8]?) throws -> Int { try ImageFile.header(of: bytes ?? [], source: "result").bitDepth }
    var photo = try PhotoProcessor(settings: settings).process(.pixels(disc(UInt16.self)), into: [.mask, .cutout])
    #expect(try bits(photo[.mask]) == 8 && bits(photo[.cutout]) == 16)
    settings.encoding.maskBits = 16
    let processor = try PhotoProcessor(settings: settings)
    photo = try processor.process(.pixels(disc()), into: [.mask, .cutout])
    #expect(try bits(photo[.mask]) == 16 && bits(photo[.cutout]) == 8)
    // A photo of 16 bits in a file is the same as its pixels.
    let file = try processor.process(.bytes(disc(UInt16.self).pngData()), into: [.mask, .cutout, .map(.fused)])
    let pixels = try processor.process(.pixels(disc(UInt16.self)), into: [.mask, .cutout, .map(.fused)])
    #expect(file.results.map(\.bytes) == pixels.results.map(\.bytes))
    #expect(try bits(file[.map(.fused)]) == 8)
  }

  @Test func whatIsTransparentStaysSo() throws {
    let photo = try PhotoProcessor().process(.pixels(disc(channels: .rgba)), into: [.mask])
    let mask = try decoded(photo[.mask])
    #expect((0..<mask.height).allSatisfy { y in (0..<4).allSatisfy { mask.samples[y * mask.width + $0] == 0 } })
    #expect(mask.samples.contains { $0 > 200 })
  }

  @Test func sideOutputsAreResults() throws {
    var settings = PhotoSettings()
    settings.sideOutputs = true
    let photo = try PhotoProcessor(settings: settings).process(.pixels(disc()), into: [.map(.side(6)), .map(.fused)])
    #expect(try decoded(photo[.map(.side(6))]).width == 120)
    #expect(photo[.map(.side(6))] != photo[.map(.fused)] && photo[.mask] == nil)
  }

  @Test func aPictureWithoutAnObjectIsSaidToBeOne() throws {
    var told: [String] = []
    let photo = try PhotoProcessor().process(.pixels(plain, name: "plain"), into: [.mask]) { told.append($0) }
    #expect(told == ["no salient object; the mask is empty"] && photo.report.remarks == told)
    #expect(photo.verdict.finding == .noSalientObject && photo.report.input == "plain")
    #expect(try decoded(photo[.mask]).samples.allSatisfy { $0 == 0 })
    var settings = PhotoSettings()
    settings.cutout.layout = CutoutLayout()
    let cropping = try PhotoProcessor(settings: settings)
    #expect(throws: PhotoError.nothingToFrame) { try cropping.process(.pixels(plain), into: [.cutout]) }
  }

  @Test func badPhotosAreNamed() throws {
    let processor = try PhotoProcessor()
    #expect(throws: ImageError.empty(source: "nothing")) {
      try processor.process(.bytes([], name: "nothing"), into: [.mask])
    }
    #expect(throws: ImageError.self) { try processor.process(.file("/no/such/photo.jpg"), into: [.mask]) }
    var settings = PhotoSettings()
    settings.pixelLimit = 1000
    let small = try PhotoProcessor(settings: settings),
      tooLarge = ImageError.tooLarge(
        source: "photo", width: 120, height: 90, limit: 1000)
    #expect(throws: tooLarge) { try small.process(.pixels(disc()), into: [.mask]) }
    #expect(throws: tooLarge) { try small.process(.bytes(disc().pngData()), into: [.mask]) }
    settings.pixelLimit = 20_000
    settings.cutout.layout = CutoutLayout(margin: .pixels(200))
    let framing = try PhotoProcessor(settings: settings)
    #expect(throws: PhotoError.self) { try framing.process(.pixels(disc()), into: [.cutout]) }
  }

  /// In a process of its own, for what other tests have taken counts.
  @Test func memoryDecidesHowManyAtOnce() async {
    await #expect(processExitsWith: .success) {
      func photosAtOnce(_ workload: PhotoProcessor.Workload = .manyPhotos(), limit: Int) throws -> Int {
        try PhotoProcessor(for: workload, cores: 4, memoryLimit: limit).photosAtOnce
      }
      let numbers = try [photosAtOnce(limit: 16 << 30), photosAtOnce(limit: 400 << 20)]
      precondition(numbers == [4, 1], "\(numbers)")
      let two = try photosAtOnce(.manyPhotos(atMost: 2), limit: 16 << 30)
      precondition(two == 2, "\(two)")
      do {
        _ = try photosAtOnce(limit: 1 << 20)
        preconditionFailure("a megabyte is enough")
      } catch is PipelineError {}
    }
  }
}
