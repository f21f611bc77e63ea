import U2Net
import Testing

/// Each step alone, and all of them together.
struct StepTests {
  private func settings() -> PhotoSettings {
    var settings = PhotoSettings()
    settings.mask.refinement = .guided
    settings.mask.minRegion = .share(0.1)
    settings.mask.feather = 1
    settings.cutout.layout = CutoutLayout(margin: .share(0.1), shape: .square)
    settings.cutout.background = .color(Color(red: 200, green: 85, blue: 0))
    settings.encoding.quality = 80
    return settings
  }

  private func byHand<Sample: PhotoSample>(
    _ photo: Image<Sample>, _ saliency: Saliency, _ settings: PhotoSettings
  ) throws -> Image<Sample> {
    var mask = Sample.mask(of: saliency, .fused, threads: 1)
    mask = settings.mask.postProcessed(mask)
    mask = settings.mask.refined(mask, photo: photo)
    mask = try settings.mask.matted(mask, photo: photo)
    mask = settings.mask.cleaned(mask)
    let object = try settings.cutout.framed(settings.cutout.cutOut(photo, alpha: mask))
    return try Backdrop(settings.cutout.background!).composed(object, photo: photo)
  }

  @Test func stepsByHandGiveWhatTheProcessorGives() throws {
    let settings = settings(), processor = try PhotoProcessor(settings: settings)
    for source in [PhotoSource.pixels(disc()), .pixels(disc(UInt16.self))] {
      let photo = try DecodedPhoto(source)
      let saliency = try processor.saliency(of: photo)
      for format in [ImageFormat.png, .jpeg, .webP] {
        let whole = try processor.process(source, into: [.composite(as: format)])
        let bytes =
          try photo.deepImage.map {
            try settings.encoding.encode(byHand($0, saliency, settings), as: format, name: "by hand")
          }
          ?? settings.encoding.encode(byHand(photo.image, saliency, settings), as: format, name: "by hand")
        #expect(whole[.composite] == bytes, "\(format)")
      }
    }
  }

  @Test func withoutSettingsAMaskStaysAsItIs() throws {
    let mask = disc().plane(0), settings = MaskSettings()
    #expect(try settings.alpha(from: mask, of: disc()) == mask)
    #expect(!settings.needsPixels && CutoutSettings().layout == nil)
    #expect(try CutoutSettings().framed(disc(channels: .rgba)) == disc(channels: .rgba))
  }

  @Test func correctionsGoInTheirOrder() {
    let mask = disc().plane(0)
    var settings = MaskSettings()
    settings.grow = 2
    settings.threshold = 0.5
    let expected = mask.dilated(radius: 2).thresholded(at: 0.5)
    #expect(settings.cleaned(mask) == expected)
    #expect(settings.cleaned(mask.widened) == expected.widened)
    settings.grow = -2
    #expect(settings.cleaned(mask) == mask.eroded(radius: 2).thresholded(at: 0.5))
  }

  @Test func mattingThatCannotBeSolvedKeepsTheMaskAndSaysSo() throws {
    var settings = MaskSettings(), told: [String] = []
    settings.matting = TrimapOptions()
    let empty = Image<UInt8>(width: 40, height: 30, channels: .gray, samples: [UInt8](repeating: 0, count: 1200))
    #expect(throws: MattingError.noKnownForeground) { try settings.matted(empty, photo: plain) }
    #expect(try settings.alpha(from: empty, of: plain) { told.append($0) } == empty)
    #expect(told.count == 1 && told[0].hasPrefix("no alpha matting: "))
    // Without memory for it there is no result that could be taken for one with matting.
    let levels = (0..<120 * 90).map { index -> UInt8 in index % 120 < 40 ? 255 : index % 120 > 80 ? 0 : 128 }
    let mask = Image<UInt8>(width: 120, height: 90, channels: .gray, samples: levels)
    do {
      _ = try settings.alpha(from: mask, of: disc(), memoryLimit: 20_000) { told.append($0) }
      Issue.record("matting in 20 kB")
    } catch .outOfMemory(let needed, let available) {
      #expect(needed > 20_000 && available == 20_000)
    }
    #expect(told.count == 1)
  }

  @Test func backgroundsAreSeenAroundTheObject() throws {
    let photo = disc(), object = disc(channels: .rgba), yellow = Color(red: 250, green: 240, blue: 10)
    let onColor = try Backdrop(.color(yellow)).composed(object, photo: photo)
    #expect(onColor.samples.prefix(3) == [250, 240, 10])
    let green = Image<UInt8>(
      width: 2, height: 2, channels: .rgb, samples: [0, 200, 0, 0, 200, 0, 0, 200, 0, 0, 200, 0])
    let onPicture = try Backdrop(.picture(.bytes(green.pngData()))).composed(object, photo: photo)
    #expect(onPicture.samples.prefix(3) == [0, 200, 0])
    let onBlur = try Backdrop(.blur(sigma: 3)).composed(object, photo: photo)
    #expect(onBlur != onPicture && onBlur.width == 120)
    #expect(throws: ImageError.self) { try Backdrop(.picture(.bytes([1, 2, 3], name: "rubbish"))) }
    #expect(throws: ImageError.self) {
      var settings = PhotoSettings()
      settings.cutout.background = .picture(.file("/no/such/picture.png"))
      _ = try PhotoProcessor(settings: settings)
    }
  }

  @Test func alphaFitsIntoNoJPEG() {
    #expect(throws: PhotoError.noTransparency(name: "cut.jpg")) {
      try EncodingSettings().encode(disc(channels: .rgba), as: .jpeg, name: "cut.jpg")
    }
  }
}
