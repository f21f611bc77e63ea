import U2Net
import Testing

/// What settings are refused, and with which error.
struct SettingsTests {
  private static let outOfRange: [(SettingsError.Setting, @Sendable (inout PhotoSettings) -> Void)] = [
    (SettingsError.Setting.feather, { $0.mask.feather = -1 }), (.feather, { $0.mask.feather = .nan }),
    (.grow, { $0.mask.grow = 1001 }), (.threshold, { $0.mask.threshold = 1.5 }),
    (.minRegion, { $0.mask.minRegion = .share(2) }), (.minHole, { $0.mask.minHole = .pixels(-1) }),
    (
      .erosion,
      {
        $0.mask.matting = TrimapOptions()
        $0.mask.matting!.erosion = -1
      }
    ),
    (.maskBits, { $0.encoding.maskBits = 12 }), (.compression, { $0.encoding.compression = 10 }),
    (.quality, { $0.encoding.quality = 0 }), (.inputSize, { $0.inputSize = 31 }),
    (.pixelLimit, { $0.pixelLimit = 0 }),
    (.margin, { $0.cutout.layout = CutoutLayout(margin: .share(0.5)) }),
    (.canvas, { $0.cutout.layout = CutoutLayout(shape: .canvas(width: 0, height: 5)) }),
    (.blur, { $0.cutout.background = .blur(sigma: 0) }),
  ]

  @Test(arguments: outOfRange)
  func numbersHaveRanges(_ setting: SettingsError.Setting, _ change: @Sendable (inout PhotoSettings) -> Void) throws {
    var settings = PhotoSettings()
    try settings.validate()
    change(&settings)
    let error = #expect(throws: SettingsError.self) { try settings.validate() }
    guard case .outOfRange(setting, _, _) = error else {
      Issue.record("\(setting): \(String(describing: error))")
      return
    }
    #expect(throws: SettingsError.self) { try PhotoProcessor(settings: settings) }
    #expect(error.map { "\($0)".hasPrefix("\(setting.rawValue) must be ") } == true)
  }

  @Test func thresholdsDoNotCross() {
    let crossed = TrimapOptions(foregroundThreshold: 10, backgroundThreshold: 20)
    #expect(throws: SettingsError.thresholdsCross(background: 20, foreground: 10)) { try crossed.validate() }
  }

  @Test func resultsFitTheSettings() {
    func error(
      _ request: PhotoResult.Request, _ change: (inout PhotoSettings) -> Void = { _ in }
    ) -> SettingsError? {
      var settings = PhotoSettings()
      change(&settings)
      do { try settings.validate(for: [.mask(as: .png), request]) } catch { return error }
      return nil
    }
    #expect(error(.cutout(as: .jpeg)) == .cutoutNeedsTransparency(.jpeg))
    #expect(error(.composite(as: .png)) == .backgroundMissing)
    #expect(error(.map(.side(1))) == .sideOutputsMissing)
    #expect(error(.map(.fused)) == nil && error(.mask(as: .jpeg)) == nil)
    #expect(error(.mask(as: .webP)) { $0.encoding.maskBits = 16 } == .depthNeedsPNG(.webP))
    let glass = Color(red: 1, green: 2, blue: 3, alpha: 4)
    #expect(error(.composite(as: .jpeg)) { $0.cutout.background = .color(glass) } == .backgroundIsTranslucent(.jpeg))
    #expect(error(.composite(as: .webP)) { $0.cutout.background = .color(glass) } == nil)
    #expect(error(.composite(as: .jpeg)) { $0.cutout.background = .color(.white) } == nil)
    let blurred = error(.composite(as: .png)) {
      $0.cutout.background = .blur(sigma: 2)
      $0.cutout.layout = CutoutLayout()
    }
    #expect(blurred == .blurCannotBeFramed)
    let huge = error(.cutout) { $0.cutout.layout = CutoutLayout(shape: .canvas(width: 60_000, height: 60_000)) }
    #expect(huge == .canvasTooLarge(width: 60_000, height: 60_000, pixelLimit: ImageFile.defaultPixelLimit))
  }

  @Test func whatCannotBeMadeIsRefusedBeforeThePhotoIsRead() throws {
    let processor = try PhotoProcessor()
    #expect(throws: SettingsError.backgroundMissing) {
      try processor.process(.file("/no/such/photo.jpg"), into: [.composite(as: .png)])
    }
  }
}
