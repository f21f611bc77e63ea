import U2NetPixels
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

  @Test func mirrorsAreAveraged() {
    var options = SaliencyDetector.Options()
    (options.inputSize, options.augmentation, options.sideOutputs) = (96, .init(flip: true), true)
    let both = SaliencyDetector(options: options).detect(in: Self.photo)
    options.augmentation = .none
    let detector = SaliencyDetector(options: options)
    let plain = detector.detect(in: Self.photo), mirrored = detector.detect(in: Self.photo.mirrored)
    for (name, map) in both.maps {
      let (first, second) = (plain.maps[name]!, mirrored.maps[name]!.mirrored)
      for (found, (a, b)) in zip(map.samples, zip(first.samples, second.samples)) {
        #expect(abs(found - (a + b) / 2) < 1e-3, "\(name)")
      }
    }
    // So a picture's mask is the mirrored picture's, mirrored.
    options.augmentation = .init(flip: true)
    let other = SaliencyDetector(options: options).detect(in: Self.photo.mirrored)
    let difference = zip(other.maps[.fused]!.mirrored.samples, both.maps[.fused]!.samples).map { abs($0 - $1) }.max()!
    #expect(difference < 1e-3)
  }

  /// A disc of a tenth of the photo's width, which the network would see with few pixels.
  private static let small: Image<UInt8> = {
    let side = 1000
    return Image(width: side, height: side, channels: .rgb) { samples in
      for y in 0..<side {
        for x in 0..<side {
          let inside = (x - 700) * (x - 700) + (y - 300) * (y - 300) <= 50 * 50
          for c in 0..<3 { samples[3 * (y * side + x) + c] = inside ? [220, 60, 40][c] : UInt8(90 + 20 * c) }
        }
      }
    }
  }()

  @Test func smallObjectsAreLookedAtAgain() {
    func error(_ augmentation: TestTimeAugmentation) -> (error: Double, side: Int) {
      var options = SaliencyDetector.Options()
      options.augmentation = augmentation
      let saliency = SaliencyDetector(options: options).detect(in: Self.small), mask = saliency.mask()
      #expect(mask.width == 1000 && mask.height == 1000)
      var sum = 0.0
      for y in 0..<1000 {
        for x in 0..<1000 {
          let inside = (x - 700) * (x - 700) + (y - 300) * (y - 300) <= 50 * 50
          sum += abs(Double(mask.samples[y * 1000 + x]) / 255 - (inside ? 1 : 0))
        }
      }
      return (sum / (.pi * 2500), saliency.maps[.fused]!.width)
    }
    let plain = error(.none), zoomed = error(.init(zoom: true))
    #expect(plain.side == 320 && zoomed.side == 1280)
    #expect(zoomed.error < plain.error / 2, "plain \(plain), zoomed \(zoomed)")
  }

  @Test func whatFillsThePhotoIsNotLookedAtAgain() {
    let large = Self.photo.cropped(to: PixelRect(x: 100, y: 40, width: 200, height: 200))
    func maps(_ augmentation: TestTimeAugmentation) -> [Saliency.Map: Image<Float>] {
      var options = SaliencyDetector.Options()
      options.augmentation = augmentation
      return SaliencyDetector(options: options).detect(in: large).maps
    }
    #expect(maps(.init(zoom: true))[.fused]!.samples == maps(.none)[.fused]!.samples)
  }

  @Test func partsOfBuffersAreReadWhereTheyLie() {
    let padded = Self.small.samples + [UInt8](repeating: 0, count: 40)
    let buffer = PixelBuffer(padded, width: 1000, height: 1000, layout: .rgb)
    var options = SaliencyDetector.Options()
    (options.inputSize, options.augmentation) = (64, .init(flip: true, zoom: true))
    let detector = SaliencyDetector(options: options)
    #expect(detector.sufficientSides == nil)
    let (image, memory) = (detector.detect(in: Self.small), detector.detect(in: buffer))
    #expect(image.maps[.fused]!.samples == memory.maps[.fused]!.samples)
  }

  /// A photo that was decoded at a part of its size is looked at again as it is.
  @Test func reducedPhotosAreLookedAtAgain() {
    var options = SaliencyDetector.Options()
    (options.inputSize, options.augmentation) = (64, .init(zoom: true))
    let detector = SaliencyDetector(options: options)
    let mask = detector.detect(in: Self.small, width: 4000, height: 3000).mask()
    #expect(mask.width == 4000 && mask.height == 3000)
  }

  @Test func looksHaveNames() {
    #expect(TestTimeAugmentation("flip") == .init(flip: true))
    for wrong in ["", "flop", "flip,", "flip zoom"] { #expect(TestTimeAugmentation(wrong) == nil) }
    #expect(TestTimeAugmentation("zoom,flip")?.description == "flip,zoom")
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

extension Image {
  /// Right and left changed.
  fileprivate var mirrored: Image {
    Image(width: width, height: height, channels: channels) { output in
      let count = channels.rawValue
      for y in 0..<height {
        for x in 0..<width {
          for c in 0..<count {
            output[(y * width + x) * count + c] = samples[(y * width + width - 1 - x) * count + c]
          }
        }
      }
    }
  }
}
