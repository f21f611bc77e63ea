import U2NetPixels
import U2NetMatting
import Testing

@Suite struct RegionTests {
  @Test func `hard masks as by SciPy's labels`() {
    for golden in Golden.values.regions {
      let mask = blobs(golden.width, golden.height).thresholded()
      #expect(fnv(mask.removingSpecks(smallerThan: .pixels(golden.least)).samples) == golden.withoutSpecks, "\(golden)")
      #expect(fnv(mask.fillingHoles(smallerThan: .pixels(golden.least)).samples) == golden.withoutHoles, "\(golden)")
      let wide = mask.converted(to: UInt16.self).removingSpecks(smallerThan: .pixels(golden.least))
      #expect(fnv(wide.converted(to: UInt8.self).samples) == golden.withoutSpecks)
      let float = mask.converted(to: Float.self).fillingHoles(smallerThan: .pixels(golden.least))
      #expect(fnv(float.converted(to: UInt8.self).samples) == golden.withoutHoles)
    }
  }

  /// A large disc (left) and a small one (right), with rims of eight grey pixels that meet in the middle.
  private let discs = gray(80, 50) { x, y in
    func disc(_ cx: Int, _ radius: Double) -> Double {
      let distance = Double((x - cx) * (x - cx) + (y - 25) * (y - 25)).squareRoot()
      return min(max((radius - distance) / 16 + 0.5, 0), 1)
    }
    return UInt8(255 * max(disc(25, 15), disc(56, 6)))
  }

  @Test func `a speck goes with its rim, and the rest keeps its own`() {
    let cleaned = discs.removingSpecks(smallerThan: .share(0.5))
    let at = { (image: Image<UInt8>, x: Int) in image.samples[25 * 80 + x] }
    #expect(at(discs, 56) > 200)
    for x in 46..<80 { #expect(at(cleaned, x) == 0) }
    for x in 0..<44 { #expect(at(cleaned, x) == at(discs, x)) }
    #expect((40..<44).allSatisfy { 1..<128 ~= at(cleaned, $0) })
    #expect(discs.removingSpecks(smallerThan: .share(0.01)) == discs)
    #expect(discs.removingSpecks(smallerThan: .pixels(100_000)).samples.allSatisfy { $0 == 0 })
  }

  @Test func `holes are specks of the inverted mask`() {
    let hollow = discs.inverted()
    let expected = discs.removingSpecks(smallerThan: .pixels(300)).inverted()
    #expect(expected != hollow)
    #expect(hollow.fillingHoles(smallerThan: .pixels(300)) == expected)
    #expect(hollow.fillingHoles(smallerThan: .pixels(20)) == hollow)
  }

  @Test func `background at the border is no hole, and rings keep large ones`() {
    let ring = gray(40, 40) { x, y -> UInt8 in
      let square = (x - 20) * (x - 20) + (y - 20) * (y - 20)
      return 80...196 ~= square ? 255 : 0
    }
    #expect(ring.fillingHoles(smallerThan: .pixels(100)) == ring)
    let filled = ring.fillingHoles(smallerThan: .share(1))
    #expect(filled.samples[20 * 40 + 20] == 255)
    #expect(filled.samples[0] == 0)
    let corner = gray(9, 9) { x, y in x + y < 2 ? UInt8(0) : 255 }
    #expect(corner.fillingHoles(smallerThan: .pixels(50)) == corner)
  }

  @Test func `faint specks count by all of their pixels`() {
    let mask = gray(30, 12) { x, y -> UInt8 in
      if 2..<5 ~= x && 2..<5 ~= y { return 60 }
      if 8..<14 ~= x && 2..<9 ~= y { return 60 }
      return x > 20 ? 255 : 0
    }
    let cleaned = mask.removingSpecks(smallerThan: .pixels(10))
    #expect(cleaned.samples.count { $0 == 60 } == 42)
    #expect(cleaned.samples.count { $0 == 255 } == 9 * 12)
  }

  @Test func `diagonals join objects, not holes`() {
    let checks = gray(9, 9) { x, y in (x + y) % 2 == 0 ? UInt8(255) : 0 }
    #expect(checks.removingSpecks(smallerThan: .pixels(10)) == checks)
    let filled = checks.fillingHoles(smallerThan: .pixels(2))
    #expect(filled.cropped(to: PixelRect(x: 1, y: 1, width: 7, height: 7)).samples.allSatisfy { $0 == 255 })
  }

  @Test(arguments: [UInt8(0), 255, 7])
  func `flat masks`(value: UInt8) {
    for (width, height) in [(1, 1), (5, 1), (1, 5), (4, 4)] {
      let mask = gray(width, height) { _, _ in value }
      #expect(mask.fillingHoles(smallerThan: .share(1)) == mask)
      #expect(mask.removingSpecks(smallerThan: .share(0.5)) == mask)
    }
  }
}
