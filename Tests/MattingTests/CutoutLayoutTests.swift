import U2NetPixels
import U2NetMatting
import Testing

@Suite struct CutoutLayoutTests {
  /// 4 x 2 pixels of object at (5, 3) in 12 x 9.
  private let cutout = picture(12, 9, .rgba) { x, y, c in
    let isObject = 5..<9 ~= x && 3..<5 ~= y
    return c == 3 ? (isObject ? UInt8(255) : 0) : UInt8(10 * x + y + 100 * (c % 2))
  }

  private func alphaBounds(_ image: Image<UInt8>?) -> PixelRect? { image?.bounds(atLeast: 0.5) }

  @Test func `the object's own rectangle`() {
    let framed = cutout.framed(by: CutoutLayout())
    #expect(framed == cutout.cropped(to: PixelRect(x: 5, y: 3, width: 4, height: 2)))
    let margin = cutout.framed(by: CutoutLayout(margin: .pixels(2)))
    #expect(margin == cutout.cropped(to: PixelRect(x: 3, y: 1, width: 8, height: 6)))
    #expect(cutout.framed(by: CutoutLayout(margin: .share(0.25)))?.width == 6)
  }

  @Test func `choices make a layout`() {
    func layout(_ crops: Bool, _ isSquare: Bool, _ size: PixelSize?, _ margin: CutoutLayout.Margin?) -> CutoutLayout? {
      CutoutLayout(crops: crops, isSquare: isSquare, size: size, margin: margin)
    }
    #expect(layout(false, false, nil, .pixels(3)) == nil)
    #expect(layout(true, false, nil, nil) == CutoutLayout(margin: .share(0)))
    #expect(layout(false, true, nil, .pixels(3)) == CutoutLayout(margin: .pixels(3), shape: .square, leastAlpha: 0))
    #expect(
      layout(true, true, PixelSize(width: 4, height: 5), .pixels(1))
        == CutoutLayout(margin: .pixels(1), shape: .canvas(width: 4, height: 5)))
  }

  @Test func `margins and squares reach beyond the photo`() {
    let wide = cutout.framed(by: CutoutLayout(margin: .pixels(20)))
    #expect((wide?.width, wide?.height) == (44, 42))
    #expect(alphaBounds(wide) == PixelRect(x: 20, y: 20, width: 4, height: 2))
    #expect(wide!.samples[0..<400].allSatisfy { $0 == 0 })
    let square = cutout.framed(by: CutoutLayout(margin: .pixels(3), shape: .square))
    #expect((square?.width, square?.height) == (10, 10))
    #expect(alphaBounds(square) == PixelRect(x: 3, y: 4, width: 4, height: 2))
  }

  @Test func `canvases`() {
    func framed(_ width: Int, _ height: Int, _ margin: CutoutLayout.Margin, enlarges: Bool = true) -> Image<UInt8>? {
      cutout.framed(
        by: CutoutLayout(margin: margin, shape: .canvas(width: width, height: height), enlarges: enlarges))
    }
    let large = framed(100, 60, .pixels(10))
    #expect((large?.width, large?.height) == (100, 60))
    #expect(alphaBounds(large) == PixelRect(x: 10, y: 10, width: 80, height: 40))
    #expect(alphaBounds(framed(60, 100, .share(0.1))) == PixelRect(x: 6, y: 38, width: 48, height: 24))
    #expect(alphaBounds(framed(100, 60, .pixels(10), enlarges: false)) == PixelRect(x: 48, y: 29, width: 4, height: 2))
    #expect(alphaBounds(framed(2, 2, .pixels(0))) == PixelRect(x: 0, y: 0, width: 2, height: 1))
    #expect(framed(1, 1, .pixels(5))?.samples.count == 4)
  }

  /// The background is green, and green must not show at the edges, where the object is scaled.
  @Test func `transparent colours do not leak`() {
    let object = picture(40, 40, .rgba) { x, y, c in
      let isObject = 8..<31 ~= x && 8..<31 ~= y
      return [isObject ? UInt8(200) : 0, isObject ? 0 : 255, 0, isObject ? 255 : 0][c]
    }
    let small = object.framed(by: CutoutLayout(shape: .canvas(width: 10, height: 10), leastAlpha: 0))!
    for pixel in 0..<100 where small.samples[4 * pixel + 3] > 0 {
      #expect(small.samples[4 * pixel + 1] == 0)
      #expect(abs(Int(small.samples[4 * pixel]) - 200) <= 1)
    }
    let wide = object.converted(to: UInt16.self).framed(by: CutoutLayout(shape: .canvas(width: 10, height: 10)))
    #expect(wide?.width == 10)
  }

  @Test func `bounds of soft edges, and of nothing`() {
    let soft = gray(5, 4) { x, y in x == 3 && y == 1 ? UInt8(4) : 0 }
    #expect(soft.bounds(atLeast: 0.02) == nil)
    #expect(soft.bounds(atLeast: 0.01) == PixelRect(x: 3, y: 1, width: 1, height: 1))
    let empty = picture(5, 4, .rgba) { _, _, c in c == 3 ? UInt8(0) : 9 }
    #expect(empty.framed(by: CutoutLayout()) == nil)
    #expect(empty.framed(by: CutoutLayout(shape: .canvas(width: 9, height: 9))) == nil)
  }
}
