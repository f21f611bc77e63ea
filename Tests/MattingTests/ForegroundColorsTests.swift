import U2NetPixels
import U2NetMatting
import Testing

@Suite struct ForegroundColorsTests {
  private let golden = Golden.values.foreground

  @Test func `colours as pymatting's estimate_foreground_ml`() {
    let photo = golden.photo(Float.self), alpha = golden.alpha(Float.self)
    let (foreground, background) = estimated(photo, alpha)
    #expect(largestDifference(foreground, golden.foreground) < 1e-4)
    #expect(largestDifference(background, golden.background) < 1e-4)
  }

  @Test func `cut-outs of 8 and 16 bits`() {
    func check<Sample: MaskSample>(_: Sample.Type, within tolerance: Float) {
      let cutout = ForegroundColors.cutout(of: golden.photo(Sample.self), alpha: golden.alpha(Sample.self))
      #expect(cutout.channels == .rgba)
      #expect(cutout.alpha == golden.alpha(Sample.self))
      #expect(largestDifference(cutout.rgb.samples.map(\.share), golden.foreground) < tolerance)
    }
    check(UInt8.self, within: 2 / 255)
    check(UInt16.self, within: 1e-4)
    check(Float.self, within: 1e-4)
  }

  /// 1300 rows are three bands.
  @Test func `bands do not show, and threads do not matter`() {
    let (photo, alpha) = discs(width: 40, height: 1300)
    let all = ForegroundColors.cutout(of: photo, alpha: alpha, threads: 1)
    for threads in [2, 3, 8] {
      #expect(ForegroundColors.cutout(of: photo, alpha: alpha, threads: threads) == all)
    }
    let tall = estimated(photo, alpha, bandHeight: 512).foreground
    let whole = estimated(photo, alpha, bandHeight: 1300).foreground
    #expect(largestDifference(tall, whole) < 1e-5)
  }

  @Test func `grey and transparent photos count by their colours`() {
    let (photo, alpha) = discs(width: 37, height: 23)
    let gray = photo.plane(0)
    let expected = ForegroundColors.cutout(of: gray.rgb, alpha: alpha)
    #expect(ForegroundColors.cutout(of: gray, alpha: alpha) == expected)
    let opaque = gray.withAlpha(
      Image(width: 37, height: 23, channels: .gray, samples: [UInt8](repeating: 255, count: 37 * 23)))
    #expect(ForegroundColors.cutout(of: opaque, alpha: alpha) == expected)
  }

  @Test func `transparent photos have their own colours at edges, and none that are hidden`() {
    let (photo, alpha) = discs(width: 37, height: 23)
    func hiding(_ color: UInt8) -> Image<UInt8> {
      let colors = Image<UInt8>(
        width: 37, height: 23, channels: .rgb,
        samples: photo.samples.indices.map { alpha.samples[$0 / 3] == 0 ? color : photo.samples[$0] })
      return colors.withAlpha(alpha)
    }
    let cutout = ForegroundColors.cutout(of: hiding(9), alpha: alpha)
    #expect(ForegroundColors.cutout(of: hiding(200), alpha: alpha) == cutout)
    #expect(cutout.plane(3) == alpha)
    for i in alpha.samples.indices where 1..<255 ~= alpha.samples[i] {
      #expect(cutout.samples[4 * i..<4 * i + 3] == photo.samples[3 * i..<3 * i + 3])
    }
    let (first, second) = (hiding(9), hiding(200))
    #expect(
      first.overContrast() == second.overContrast() && first.withoutHiddenColors() == second.withoutHiddenColors())
    #expect(cutout.composited(overBlurred: first, sigma: 3) == cutout.composited(overBlurred: second, sigma: 3))
    #expect(first.hasTransparency && !photo.hasTransparency && photo.overContrast() == photo)
  }

  @Test(arguments: [(1, 1), (1, 2), (2, 1), (1, 40), (40, 1), (3, 33), (33, 32)])
  func `any size, any alpha`(width: Int, height: Int) {
    let (photo, soft) = discs(width: width, height: height)
    let none = gray(width, height) { _, _ in UInt8(0) }, full = gray(width, height) { _, _ in UInt8(255) }
    #expect(ForegroundColors.cutout(of: photo, alpha: full) == photo.withAlpha(full), "all of it is object")
    for alpha in [none, soft] {
      #expect(ForegroundColors.cutout(of: photo, alpha: alpha).alpha == alpha)
    }
  }
}

/// Colours of foreground and background, three floats for each pixel.
private func estimated<Sample: MaskSample>(
  _ photo: Image<Sample>, _ alpha: Image<Sample>, bandHeight: Int = 512
) -> (foreground: [Float], background: [Float]) {
  var rows = [([Float], [Float])](repeating: ([], []), count: photo.height)
  ForegroundColors.forEachRow(of: photo, alpha: alpha, bandHeight: bandHeight, threads: 1) { y, colors in
    for x in 0..<photo.width {
      rows[y].0 += (0..<3).map { colors[x][$0] }
      rows[y].1 += (4..<7).map { colors[x][$0] }
    }
  }
  return (rows.flatMap(\.0), rows.flatMap(\.1))
}
