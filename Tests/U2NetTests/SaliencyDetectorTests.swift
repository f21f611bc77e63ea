import U2NetImages
import Testing

import U2NetNetwork

struct SaliencyDetectorTests {
  struct Golden: Decodable {
    let mean: Double
    let rows: [String: [UInt8]]
  }

  /// The photo of make_pipeline_goldens.py.
  static let photo: Image<UInt8> = {
    var samples: [UInt8] = []
    for y in 0..<300 {
      for x in 0..<400 {
        let inside = (x - 200) * (x - 200) + (y - 140) * (y - 140) <= 95 * 95
        for c in 0..<3 { samples.append(inside ? [220, 60, 40][c] : UInt8((64 + x / 4 + y / 4 + 16 * c) % 256)) }
      }
    }
    return Image(width: 400, height: 300, channels: .rgb, samples: samples)
  }()

  @Test(arguments: Preprocessing.allCases) func liteMasks(_ way: Preprocessing) throws { try check(.lite, way) }

  @Test(.enabled(if: haveFull, needsFull), arguments: Preprocessing.allCases)
  func fullMasks(_ way: Preprocessing) throws { try check(.full, way) }

  private func check(_ model: Model, _ way: Preprocessing) throws {
    let golden = try golden("golden_pipeline.json", as: [String: Golden].self)["\(model)-\(way)"]!
    var options = SaliencyDetector.Options()
    options.preprocessing = way
    let mask = SaliencyDetector(try .pretrained(model), options: options).detect(in: Self.photo).mask(threads: 2)
    #expect(mask.width == 400 && mask.height == 300)
    let mean = mask.samples.reduce(0.0) { $0 + Double($1) } / Double(mask.samples.count)
    #expect(abs(mean - golden.mean) < 0.02)
    for (row, expected) in golden.rows {
      let found = mask.samples[Int(row)! * 400..<(Int(row)! + 1) * 400]
      for (x, (a, b)) in zip(found, expected).enumerated() {
        #expect(abs(Int(a) - Int(b)) <= 1, "\(model) \(way): row \(row), column \(x): \(a), expected \(b)")
      }
    }
  }

  @Test func sideOutputsAreThereWhenAskedFor() {
    var options = SaliencyDetector.Options()
    options.sideOutputs = true
    options.inputSize = 96
    let saliency = SaliencyDetector(options: options).detect(in: Self.photo)
    #expect(Set(saliency.maps.keys) == Set([.fused] + (1...6).map(Saliency.Map.side)))
    for map in saliency.maps.keys {
      let mask = saliency.mask(map)
      #expect(mask.width == 400 && mask.height == 300)
      #expect(mask.samples.contains { $0 > 200 } && mask.samples.contains { $0 < 50 }, "\(map)")
    }
  }

  @Test func resultsDoNotDependOnThreads() {
    var options = SaliencyDetector.Options()
    options.inputSize = 64
    let masks = [1, 2, 3].map { threads in
      options.threads = threads
      return SaliencyDetector(options: options).detect(in: Self.photo).mask(threads: threads)
    }
    #expect(masks[0] == masks[1] && masks[0] == masks[2])
  }

  @Test(arguments: [Channels.gray, .grayAlpha, .rgb, .rgba], Preprocessing.allCases)
  func everyKindOfPhotoGivesNumbers(_ channels: Channels, _ way: Preprocessing) {
    var options = SaliencyDetector.Options()
    options.preprocessing = way
    options.inputSize = 32
    let detector = SaliencyDetector(options: options)
    for (width, height) in [(1, 1), (3, 200), (57, 41)] {
      for value: UInt8 in [0, 255] {
        let photo = Image<UInt8>(
          width: width, height: height, channels: channels,
          samples: [UInt8](repeating: value, count: width * height * channels.rawValue))
        let saliency = detector.detect(in: photo)
        #expect(saliency.maps[.fused]!.samples.allSatisfy { $0 >= 0 && $0 <= 1 })
        #expect(saliency.mask().samples.count == width * height)
        #expect(saliency.masked(photo).channels == .rgba)
      }
    }
  }
}
