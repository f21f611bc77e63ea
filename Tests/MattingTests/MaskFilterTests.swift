import U2NetPixels
import U2NetMatting
import Testing

@Suite struct MaskFilterTests {
  @Test func `erosion and dilation as scikit-image's`() {
    for golden in Golden.values.morphology {
      let mask = noise(golden.width, golden.height)
      for threads in [1, 3] {
        #expect(fnv(mask.eroded(radius: golden.radius, threads: threads).samples) == golden.eroded, "\(golden)")
        #expect(fnv(mask.dilated(radius: golden.radius, threads: threads).samples) == golden.dilated, "\(golden)")
      }
    }
  }

  @Test func `morphology of other samples`() {
    let mask = noise(41, 150)
    let eroded = mask.eroded(radius: 2.5), dilated = mask.dilated(radius: 2.5)
    #expect(mask.converted(to: UInt16.self).eroded(radius: 2.5) == eroded.converted(to: UInt16.self))
    #expect(mask.converted(to: Float.self).dilated(radius: 2.5) == dilated.converted(to: Float.self))
    #expect(mask.inverted().eroded(radius: 2.5) == dilated.inverted())
  }

  @Test func `blur as SciPy's gaussian_filter`() {
    for golden in Golden.values.blur {
      let mask = noise(golden.width, golden.height).converted(to: Float.self)
      let blurred = mask.blurred(sigma: golden.sigma)
      #expect(largestDifference(Array(blurred.samples.prefix(6)), golden.start) < 2e-6, "\(golden)")
      #expect(largestDifference(Array(blurred.samples.suffix(6)), golden.end) < 2e-6, "\(golden)")
      #expect(abs(blurred.samples.reduce(0) { $0 + Double($1) } - golden.sum) < 1e-6 * Double(mask.samples.count))
      #expect(mask.blurred(sigma: golden.sigma, threads: 3) == blurred)
    }
  }

  /// The short cut of wide blurs against the whole way, of a blur of blurs: variances add up.
  @Test(arguments: [6.0, 7.9, 9, 23])
  func `wide blurs are Gaussian, too`(sigma: Double) {
    let mask = blobs(150, 131).converted(to: Float.self).thresholded()
    let step = 3.0, steps = Int((sigma * sigma / (step * step)).rounded(.down))
    var expected = mask
    for _ in 0..<steps { expected = expected.blurred(sigma: step) }
    expected = expected.blurred(sigma: (sigma * sigma - Double(steps) * step * step).squareRoot())
    let inner = { (image: Image<Float>) in image.cropped(to: PixelRect(x: 40, y: 40, width: 70, height: 51)).samples }
    #expect(largestDifference(inner(mask.blurred(sigma: sigma)), inner(expected)) < 0.01)
    let bytes = mask.converted(to: UInt8.self).blurred(sigma: sigma)
    #expect(largestDifference(inner(bytes.converted(to: Float.self)), inner(expected)) < 0.02)
  }

  @Test func `blurs leave what is flat and keep channels apart`() {
    for sigma in [0, 0.3, 2, 30.0] {
      for channels in Channels.allCases {
        let image = picture(23, 9, channels) { _, _, c in UInt16(1000 * c + 77) }
        #expect(image.blurred(sigma: sigma) == image)
      }
    }
  }

  @Test func `rembg's post-processing`() {
    for golden in Golden.values.rembg {
      let picture = golden.picture == "noise" ? noise(golden.width, golden.height) : blobs(golden.width, golden.height)
      let mask = gray(golden.width, golden.height) { x, y in
        UInt8(min(255, Int(picture.samples[y * golden.width + x]) + golden.shift))
      }
      #expect(fnv(mask.rembgPostProcessed().samples) == golden.result, "\(golden)")
      #expect(fnv(mask.rembgPostProcessed(threads: 2).samples) == golden.result, "\(golden)")
    }
  }

  /// Measured with rembg's own function.
  @Test func `rembg's post-processing of a disc, a dot and a bar`() {
    let mask = gray(60, 40) { x, y -> UInt8 in
      if (x, y) == (50, 5) { return 255 }
      if 30...32 ~= y && 45...54 ~= x { return 200 }
      return (y - 20) * (y - 20) + (x - 25) * (x - 25) <= 144 ? 220 : 20
    }
    let opened = mask.eroded(radius: 1).dilated(radius: 1)
    #expect(opened.samples.reduce(0) { $0 + Int($1) } == 140_880)
    let result = mask.rembgPostProcessed()
    #expect(result.samples.count { $0 == 255 } == 421)
    #expect(result.samples.count { $0 == 0 } == 2400 - 421)
  }

  @Test func `levels`() {
    let ramp = gray(256, 1) { x, _ in UInt8(x) }
    #expect(ramp.leveled(LevelCurve()) == ramp)
    let steep = ramp.leveled(LevelCurve(black: 0.2, white: 0.8)).samples
    #expect(steep[51] == 0)
    #expect(steep[204] == 255)
    #expect(steep[128] == 128)
    #expect(zip(steep, steep.dropFirst()).allSatisfy { $0 <= $1 })
    let lifted = ramp.leveled(LevelCurve(gamma: 2)).samples
    #expect((lifted[0], lifted[64], lifted[255]) == (0, 128, 255))
    let float = Image<Float>(width: 4, height: 1, channels: .gray, samples: [-1, 0.25, 2, .nan])
    #expect(Array(float.leveled(LevelCurve(gamma: 2)).samples.prefix(3)) == [0, 0.5, 1])
    let wide = Image<UInt16>(width: 3, height: 1, channels: .gray, samples: [0, 16384, 65535])
    #expect(wide.leveled(LevelCurve(gamma: 2)).samples == [0, 32768, 65535])
  }

  @Test func `thresholds`() {
    let ramp = gray(256, 1) { x, _ in UInt8(x) }
    #expect(ramp.thresholded().samples.firstIndex(of: 255) == 128)
    #expect(ramp.thresholded(at: 0).samples.allSatisfy { $0 == 255 })
    #expect(Image<Float>(width: 2, height: 1, channels: .gray, samples: [0.49, 0.5]).thresholded().samples == [0, 1])
  }

  @Test func `samples of one type from those of another`() {
    let ramp = gray(256, 1) { x, _ in UInt8(x) }
    #expect(ramp.converted(to: UInt16.self).samples.enumerated().allSatisfy { $1 == UInt16($0 * 257) })
    #expect(ramp.converted(to: UInt16.self).converted(to: UInt8.self) == ramp)
    #expect(ramp.converted(to: Float.self).converted(to: UInt8.self) == ramp)
    #expect([-1, 2, .nan, .infinity].map(UInt8.init(share:)) == [0, 255, 0, 255])
    #expect([-1, 2, .nan, -.infinity].map(UInt16.init(share:)) == [0, 65535, 0, 0])
    #expect([-1, 2, .nan].map(Float.init(share:)) == [0, 1, 0])
  }
}
