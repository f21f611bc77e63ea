import U2NetPixels
import U2NetMatting
import Testing
import U2NetPlatform

@Suite struct ClosedFormMattingTests {
  @Test(arguments: Golden.values.trimaps.indices)
  func `trimaps as rembg's`(index: Int) {
    let golden = Golden.values.trimaps[index]
    let options = TrimapOptions(
      foregroundThreshold: golden.foreground, backgroundThreshold: golden.background, erosion: golden.erosion)
    let mask = blobs(golden.width, golden.height)
    #expect(fnv(mask.trimap(options).samples) == golden.result, "\(golden)")
    #expect(fnv(mask.trimap(options, threads: 3).samples) == golden.result, "\(golden)")
  }

  @Test(arguments: Golden.values.matting.indices)
  func `alpha as pymatting's estimate_alpha_cf`(index: Int) throws {
    func check<Sample: MaskSample>(_: Sample.Type, within tolerance: Float) throws {
      let golden = Golden.values.matting[index]
      let alpha = try ClosedFormMatting.alpha(
        of: golden.photo.converted(to: Sample.self), trimap: golden.trimap)
      #expect(alpha.channels == .gray)
      #expect(largestDifference(alpha.samples.map(\.share), golden.alpha) < tolerance)
    }
    // An alpha of 8 bits is rounded by up to half a level.
    try check(UInt8.self, within: 0.5 / 255 + 1e-3)
    try check(UInt16.self, within: 1e-3)
    try check(Float.self, within: 1e-3)
  }

  @Test func `known pixels stay, grey and transparent photos count by their colours`() throws {
    let (photo, trimap) = band(width: 61, height: 47)
    let alpha = try ClosedFormMatting.alpha(of: photo, trimap: trimap)
    for i in trimap.samples.indices where trimap.samples[i] != 128 { #expect(alpha.samples[i] == trimap.samples[i]) }
    let gray = photo.plane(0)
    let expected = try ClosedFormMatting.alpha(of: gray.rgb, trimap: trimap)
    #expect(try ClosedFormMatting.alpha(of: gray, trimap: trimap) == expected)
    #expect(try ClosedFormMatting.alpha(of: gray.withAlpha(alpha), trimap: trimap) == expected)
  }

  /// Hundreds of thousands of unknown pixels, which are in many blocks, of several levels that threads share.
  @Test func `threads do not matter`() throws {
    let (photo, trimap) = band(width: 700, height: 600)
    let alone = try ClosedFormMatting.alpha(of: photo, trimap: trimap, tolerance: 1e-3)
    for threads in [2, 3, 8] {
      #expect(try ClosedFormMatting.alpha(of: photo, trimap: trimap, tolerance: 1e-3, threads: threads) == alone)
    }
  }

  @Test func `fast alpha is near the exact one, whatever the threads`() throws {
    let (photo, trimap) = band(width: 420, height: 360)
    let unknown = trimap.samples.indices.filter { trimap.samples[$0] == 128 }
    let exact = try ClosedFormMatting.alpha(of: photo, trimap: trimap)
    #expect(try ClosedFormMatting.fastAlpha(of: photo, trimap: trimap, directly: unknown.count) == exact)
    for directly in [unknown.count / 3, unknown.count / 8] {
      let fast = try ClosedFormMatting.fastAlpha(of: photo, trimap: trimap, directly: directly)
      let off = unknown.reduce(0) { $0 + abs(Int(fast.samples[$1]) - Int(exact.samples[$1])) }
      #expect(fast != exact && Double(off) / Double(unknown.count) < 2, "\(directly): \(off) of \(unknown.count)")
      #expect(trimap.samples.indices.allSatisfy { trimap.samples[$0] == 128 || fast.samples[$0] == trimap.samples[$0] })
      #expect(try ClosedFormMatting.fastAlpha(of: photo, trimap: trimap, directly: directly, threads: 3) == fast)
      let deep = try ClosedFormMatting.fastAlpha(
        of: photo.converted(to: Float.self), trimap: trimap, directly: directly)
      #expect(largestDifference(deep.samples, fast.samples.map(\.share)) < 2.0 / 255)
    }
  }

  /// No cell is object all over where objects are a pixel wide.
  @Test func `fast alpha of thin parts is the exact one`() throws {
    let (photo, _) = band(width: 60, height: 50)
    let trimap = gray(60, 50) { x, y -> UInt8 in x % 9 == 4 ? 255 : y < 3 ? 0 : 128 }
    let exact = try ClosedFormMatting.alpha(of: photo, trimap: trimap)
    #expect(try ClosedFormMatting.fastAlpha(of: photo, trimap: trimap, directly: 100) == exact)
  }

  @Test func `fast alpha knows what it cannot do`() throws {
    let (photo, trimap) = band(width: 60, height: 50)
    let nothing = gray(60, 50) { _, _ in UInt8(128) }
    #expect(throws: MattingError.noKnownForeground) {
      try ClosedFormMatting.fastAlpha(of: photo, trimap: nothing, directly: 100)
    }
    #expect(throws: MattingError.self) {
      try ClosedFormMatting.fastAlpha(of: photo, trimap: trimap, directly: 100, memoryLimit: 30_000)
    }
  }

  /// What a trimap does not know at its very border has fewer windows around it.
  @Test func `unknown pixels at all borders and corners`() throws {
    let (photo, _) = band(width: 40, height: 30)
    let trimap = gray(40, 30) { x, y in
      (18...20).contains(x) && (14...16).contains(y) ? UInt8(255) : (2...3).contains(x) && y == 7 ? 0 : 128
    }
    let alpha = try ClosedFormMatting.alpha(of: photo, trimap: trimap)
    #expect(alpha.samples[15 * 40 + 19] == 255 && alpha.samples[7 * 40 + 2] == 0)
  }

  @Test func `one colour everywhere: a harmonic ramp between what is known`() throws {
    let photo = picture(12, 5, .rgb) { _, _, c in Float(c) / 3 }
    let trimap = gray(12, 5) { x, _ in x < 2 ? UInt8(255) : x > 9 ? 0 : 128 }
    let alpha = try ClosedFormMatting.alpha(of: photo, trimap: trimap)
    for y in 0..<5 {
      for x in 2..<10 {
        #expect(alpha.samples[y * 12 + x] < alpha.samples[y * 12 + x - 1])
        #expect(abs(alpha.samples[y * 12 + x] + alpha.samples[y * 12 + 11 - x] - 1) < 1e-3, "symmetric")
      }
    }
  }

  @Test(arguments: [(3, 3), (3, 40), (40, 3), (17, 64)])
  func `nothing unknown: the trimap as it is`(width: Int, height: Int) throws {
    let (photo, _) = discs(width: width, height: height)
    let trimap = gray(width, height) { x, _ in x < 2 ? UInt8(255) : 0 }
    #expect(try ClosedFormMatting.alpha(of: photo, trimap: trimap, threads: 2) == trimap)
    let one = gray(width, height) { x, y in x == 1 && y == 1 ? UInt8(128) : x < 2 ? 255 : 0 }
    #expect(try ClosedFormMatting.alpha(of: photo, trimap: one).samples[0] == 255)
  }

  /// Single pixels that stand out have nearly nothing in common with their neighbours: equations close to singular.
  @Test func `noise and specks converge, to numbers within the range`() throws {
    let (_, trimap) = band(width: 90, height: 80)
    var generator = SplitMix64(seed: 7)
    let noise = picture(90, 80, .rgb) { _, _, _ in UInt8.random(in: 0...255, using: &generator) }
    let specks = picture(90, 80, .rgb) { x, y, c in (x * 7 + y * 11) % 13 == 0 ? UInt8(255) : c == 1 ? 40 : 0 }
    let checks = picture(90, 80, .rgb) { x, y, _ in (x + y) % 2 == 0 ? UInt8(255) : 0 }
    for photo in [noise, specks, checks] {
      let alpha = try ClosedFormMatting.alpha(
        of: photo.converted(to: Float.self), trimap: trimap)
      #expect(alpha.samples.allSatisfy { (0...1).contains($0) })
    }
  }

  @Test func `what cannot be solved is said`() throws {
    let (photo, trimap) = band(width: 20, height: 20)
    func error(_ photo: Image<UInt8>, _ trimap: Image<UInt8>) -> MattingError? {
      #expect(throws: MattingError.self) { try ClosedFormMatting.alpha(of: photo, trimap: trimap) }
    }
    #expect(error(photo, gray(20, 20) { x, _ in x < 9 ? 128 : 0 }) == .noKnownForeground)
    #expect(error(photo, gray(20, 20) { x, _ in x < 9 ? 128 : 255 }) == .noKnownBackground)
    #expect(error(photo, gray(20, 20) { _, _ in 128 }) == .noKnownForeground)
    for (width, height) in [(1, 1), (2, 2), (2, 50), (50, 1)] {
      let known = gray(width, height) { x, y in x + y == 0 ? UInt8(255) : 0 }
      #expect(
        error(discs(width: width, height: height).photo, known) == .photoTooSmall(width: width, height: height))
    }
    let stopped = #expect(throws: MattingError.self) {
      try ClosedFormMatting.alpha(of: photo, trimap: trimap, maximumSteps: 1)
    }
    guard case .notConverged(steps: 1, let residual) = stopped else { throw stopped! }
    #expect(residual > 3e-6 && residual < 10)
  }

  @Test func `a photo that is not of numbers is no endless loop`() {
    let (photo, trimap) = band(width: 20, height: 20)
    var samples = photo.converted(to: Float.self).samples
    for i in 0..<20 * 20 where trimap.samples[i] == 128 { samples[3 * i] = .nan }
    let broken = Image<Float>(width: 20, height: 20, channels: .rgb, samples: samples)
    #expect(throws: MattingError.self) { try ClosedFormMatting.alpha(of: broken, trimap: trimap) }
  }
}

/// Soft discs, and a trimap that knows them inside and far outside.
private func band(width: Int, height: Int) -> (photo: Image<UInt8>, trimap: Image<UInt8>) {
  let (photo, alpha) = discs(width: width, height: height)
  return (photo, alpha.trimap(TrimapOptions(foregroundThreshold: 200, backgroundThreshold: 60, erosion: 5)))
}
