import Foundation
import Testing
import U2Net

/// Photos that lie in memory give what files with their pixels give, to the bit.
struct BufferTests {
  /// `image` with another order of samples and rows further apart.
  private func buffer(_ image: Image<UInt8>, _ layout: PixelBuffer.Layout) -> PixelBuffer {
    let source: [Int] =
      switch layout {
      case .bgr: [2, 1, 0]
      case .bgra: [2, 1, 0, 3]
      case .bgrx: [2, 1, 0, 0]
      case .rgbx: [0, 1, 2, 1]
      default: Array(0..<image.channels.rawValue)
      }
    var bytes: [UInt8] = [], count = image.channels.rawValue
    for y in 0..<image.height {
      for x in 0..<image.width { bytes += source.map { image.samples[(y * image.width + x) * count + $0] } }
      bytes += [255, 0, 255, 0, 255]
    }
    count = image.width * source.count + 5
    return PixelBuffer(bytes, width: image.width, height: image.height, layout: layout, bytesPerRow: count)
  }

  private func pictures() -> [(Image<UInt8>, PixelBuffer.Layout)] {
    let rgb: Image<UInt8> = disc(), gray = Image(width: 120, height: 90, channels: .gray, samples: rgb.plane(0).samples)
    return [
      (rgb, .rgb), (rgb, .bgr), (rgb, .bgrx), (rgb, .rgbx), (gray, .gray), (disc(channels: .rgba), .rgba),
      (disc(channels: .rgba), .bgra),
    ]
  }

  @Test(arguments: Preprocessing.allCases) func detectorsReadThemWhereTheyLie(_ way: Preprocessing) throws {
    var options = SaliencyDetector.Options()
    (options.preprocessing, options.inputSize) = (way, 96)
    let detector = SaliencyDetector(options: options)
    for (image, layout) in pictures() {
      let file = try Image<UInt8>(decoding: image.pngData(), source: "file")
      let expected = detector.detect(in: file), found = detector.detect(in: buffer(image, layout))
      #expect(found.maps == expected.maps && found.mask() == expected.mask(), "\(layout)")
    }
    let deep: Image<UInt16> = disc(UInt16.self)
    let file = try Image<UInt8>(decoding: deep.pngData(), source: "file")
    #expect(detector.detect(in: PixelBuffer(deep)).maps == detector.detect(in: file).maps)
  }

  @Test func resultsAreThoseOfFiles() throws {
    var settings = PhotoSettings()
    settings.inputSize = 96
    let plain = try PhotoProcessor(settings: settings)
    settings.mask.refinement = .guided
    settings.mask.grow = 1
    settings.encoding.maskBits = 16
    let refined = try PhotoProcessor(settings: settings)
    let requests: [[PhotoResult.Request]] = [[.mask], [.map(.fused)], [.mask, .cutout], []]
    for processor in [plain, refined] {
      for wanted in requests {
        func check(_ buffer: PixelBuffer, _ file: [UInt8]) throws {
          let found = try processor.process(.pixels(buffer), into: wanted)
          let expected = try processor.process(.bytes(file), into: wanted)
          #expect(found.results.map(\.bytes) == expected.results.map(\.bytes), "\(buffer.layout), \(wanted)")
          #expect(found.verdict == expected.verdict && found.report.remarks == expected.report.remarks)
        }
        for (image, layout) in pictures() { try check(buffer(image, layout), image.pngData()) }
        let deep: Image<UInt16> = disc(UInt16.self)
        try check(PixelBuffer(deep), deep.pngData())
      }
    }
  }

  @Test func masksWithoutAPhotoAreTheSame() throws {
    var settings = MaskSettings()
    settings.postProcesses = true
    settings.grow = 2
    let mask = SaliencyDetector().detect(in: disc()).mask()
    #expect(try settings.alpha(from: mask) == settings.alpha(from: mask, of: disc()))
  }

  @Test func memoryIsKnownBeforehand() throws {
    let requests: [PhotoResult.Request] = [.mask, .cutout]
    var settings = PhotoSettings()
    let plain = try PhotoProcessor(settings: settings)
    let bytes = plain.memory(ofPhotoWidth: 4000, height: 3000, into: requests)
    #expect(
      bytes >= 4000 * 3000 * 8 && plain.memory(ofPhotoWidth: 4000, height: 3000, is16Bit: true, into: requests) > bytes)
    settings.mask.matting = TrimapOptions()
    settings.cutout.layout = CutoutLayout(shape: .canvas(width: 5000, height: 5000))
    let matted = try PhotoProcessor(settings: settings)
    #expect(matted.memory(ofPhotoWidth: 4000, height: 3000, into: [.mask]) > bytes)
    #expect(
      matted.memory(ofPhotoWidth: 4000, height: 3000, into: requests)
        > matted.memory(ofPhotoWidth: 4000, height: 3000, into: [.mask]))
    let network = SaliencyDetector.memory(.lite, options: settings.detection)
    #expect(network.shared > 1_131_181 * 4 && network.each > 0)
  }
}
