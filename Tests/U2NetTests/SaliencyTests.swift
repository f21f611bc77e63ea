import U2NetImages
import Testing

import U2NetNetwork

struct SaliencyTests {
  private func saliency(
    _ values: [Float], side: Int, normalization: Normalization = .minmax, width: Int = 8, height: Int = 6
  ) -> Saliency {
    Saliency(
      maps: [.fused: Image(width: side, height: side, channels: .gray, samples: values)], width: width, height: height,
      normalization: normalization, filter: .lanczos)
  }

  @Test(arguments: Normalization.allCases) func flatAndBrokenMapsAreEmpty(_ normalization: Normalization) {
    let maps: [[Float]] = [
      [0, 0, 0, 0], [1, 1, 1, 1], [0.4, 0.4, 0.4, 0.401], [0, 0, .nan, 1], [.nan, .nan, .nan, .nan],
    ]
    for map in maps {
      let saliency = saliency(map, side: 2, normalization: normalization)
      #expect(saliency.isEmpty)
      #expect(saliency.mask().samples == [UInt8](repeating: 0, count: 48))
      #expect(saliency.mask16().samples == [UInt16](repeating: 0, count: 48))
      #expect(saliency.bounds() == nil)
    }
  }

  @Test func minmaxStretchesAndSigmoidDoesNot() {
    let map: [Float] = [0.2, 0.4, 0.6, 0.4]
    let stretched = saliency(map, side: 2, width: 2, height: 2),
      plain = saliency(map, side: 2, normalization: .sigmoid, width: 2, height: 2)
    #expect(stretched.mask().samples == [0, 127, 255, 127])
    #expect(plain.mask().samples == [51, 102, 153, 102])
    for (a, b) in zip(stretched.mask16().samples, [0, 32768, 65535, 32768]) { #expect(abs(Int(a) - b) <= 1) }
    #expect(!stretched.isEmpty)
  }

  @Test func boundsEncloseWhatIsSalient() {
    var map = [Float](repeating: 0, count: 48)
    for (x, y) in [(2, 1), (5, 1), (3, 4)] { map[y * 8 + x] = 1 }
    let image = Image<Float>(width: 8, height: 6, channels: .gray, samples: map)
    let saliency = Saliency(maps: [.fused: image], width: 8, height: 6, normalization: .minmax, filter: .lanczos)
    #expect(saliency.bounds() == PixelRect(x: 2, y: 1, width: 4, height: 4))
  }

  @Test func cutoutKeepsColoursAndTransparency() {
    let photo = Image<UInt8>(width: 2, height: 1, channels: .rgba, samples: [10, 20, 30, 255, 40, 50, 60, 128])
    let map = Image<Float>(width: 2, height: 1, channels: .gray, samples: [0, 1])
    let saliency = Saliency(maps: [.fused: map], width: 2, height: 1, normalization: .minmax, filter: .bilinear)
    #expect(saliency.masked(photo).samples == [10, 20, 30, 0, 40, 50, 60, 128])
  }
}
