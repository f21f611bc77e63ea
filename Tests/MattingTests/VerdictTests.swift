import U2NetPixels
import U2NetMatting
import Testing

@Suite struct VerdictTests {
  /// A map with `inside` in a rectangle and `outside` elsewhere.
  private func verdict(
    _ width: Int, _ height: Int, _ rect: PixelRect, inside: Float = 0.9, outside: Float = 0.1
  ) -> Verdict {
    Verdict(
      map: gray(width, height) { x, y in
        rect.x..<rect.x + rect.width ~= x && rect.y..<rect.y + rect.height ~= y ? inside : outside
      })
  }

  @Test func `an object in the middle`() {
    let rect = PixelRect(x: 3, y: 2, width: 5, height: 4)
    let verdict = verdict(20, 10, rect)
    #expect(verdict.finding == .ok)
    #expect(verdict.coverage == 0.1)
    #expect(abs(verdict.confidence - 0.9) < 1e-6)
    #expect(verdict.borderShare == 0)
    #expect(verdict.bounds == rect)
    #expect(verdict.bounds(width: 20, height: 10) == rect)
    #expect(verdict.bounds(width: 2000, height: 500) == PixelRect(x: 300, y: 100, width: 500, height: 200))
    #expect(verdict.bounds(width: 13, height: 7) == PixelRect(x: 1, y: 1, width: 5, height: 4))
  }

  @Test func `an object that is cut off`() {
    let verdict = verdict(20, 10, PixelRect(x: 0, y: 4, width: 6, height: 3))
    #expect(verdict.finding == .touchesTheBorder)
    #expect(abs(verdict.borderShare - 3 / 56) < 1e-9)
    #expect(self.verdict(300, 300, PixelRect(x: 0, y: 4, width: 60, height: 5)).finding == .ok, "5 pixels of 1196")
  }

  @Test func `nothing there`() {
    let none = verdict(8, 8, PixelRect(x: 0, y: 0, width: 0, height: 0))
    #expect(none.finding == .noSalientObject)
    #expect((none.coverage, none.confidence, none.borderShare) == (0, 0, 0))
    #expect(none.bounds == nil)
    #expect(none.bounds(width: 100, height: 100) == nil)
    let unsure = PixelRect(x: 2, y: 2, width: 4, height: 4)
    #expect(verdict(8, 8, unsure, inside: 0.6).finding == .noSalientObject)
    #expect(verdict(8, 8, unsure, inside: 0.5).bounds == nil, "one half is not above one half")
    #expect(verdict(200, 200, PixelRect(x: 9, y: 9, width: 6, height: 6)).finding == .noSalientObject, "36 of 40,000")
  }

  @Test func `maps of one pixel, and of what is not a number`() {
    #expect(verdict(1, 1, PixelRect(x: 0, y: 0, width: 1, height: 1)).finding == .touchesTheBorder)
    #expect(verdict(1, 1, PixelRect(x: 0, y: 0, width: 1, height: 1)).borderShare == 1)
    #expect(verdict(5, 1, PixelRect(x: 0, y: 0, width: 5, height: 1), inside: .nan).finding == .noSalientObject)
  }
}
