import PixelsTestSupport
import U2NetImageFiles
import Testing
import U2NetPlatform

@Suite struct EncodingTests {
  @Test(arguments: Channels.allCases)
  func `8 bits round trip`(_ channels: Channels) throws {
    for (width, height) in [(1, 1), (1, 50), (50, 1), (67, 43)] {
      let image = texture(width, height, channels)
      for level in [0, 1, 9] {
        #expect(try Image<UInt8>(decoding: image.pngData(compression: level), source: "x") == image)
      }
      let header = try ImageFile.header(of: image.pngData(), source: "x")
      #expect(header.bitDepth == 8 && header.channels == channels)
    }
  }

  @Test(arguments: Channels.allCases)
  func `16 bits round trip`(_ channels: Channels) throws {
    var random = SplitMix64(seed: 5)
    let image = Image<UInt16>(width: 31, height: 17, channels: channels) { output in
      for i in output.indices { output[i] = .random(in: 0 ... .max, using: &random) }
    }
    let bytes = image.pngData()
    #expect(try ImageFile.header(of: bytes, source: "x").bitDepth == 16)
    #expect(try Image<UInt16>(decoding: bytes, source: "x") == image)
    #expect(try Image<UInt8>(decoding: bytes, source: "x").samples == image.samples.map { UInt8($0 >> 8) })
  }

  @Test func `a PNG of many bands is the same for any number of threads`() throws {
    let noisy = texture(1100, 700, .rgba)
    let flat = Image<UInt8>(width: 2000, height: 900, channels: .rgba, samples: Array(repeating: 0, count: 7_200_000))
    let mask = Image<UInt8>(width: 2000, height: 900, channels: .gray, samples: noisy.samples.prefix(1_800_000) + [])
    for image in [noisy, flat, mask] {
      for level in [0, 1, 6] {
        let bytes = image.pngData(compression: level)
        #expect(try Image<UInt8>(decoding: bytes, source: "x") == image)
        for threads in [2, 3, 64] { #expect(image.pngData(compression: level, threads: threads) == bytes) }
      }
    }
    #expect(flat.pngData().count < 40_000)
    #expect(noisy.pngData().count < noisy.samples.count * 101 / 100)
  }

  /// Runs, noise, and runs of pixels, of all lengths.
  @Test(arguments: Channels.allCases)
  func `PNG of runs`(_ channels: Channels) throws {
    var random = SplitMix64(seed: 6)
    for _ in 0..<60 {
      let width = Int.random(in: 1...90, using: &random)
      let height = Int.random(in: 1...90, using: &random)
      let longest = [2, 12, 300, 2000].randomElement(using: &random)!
      let image = Image<UInt8>(width: width, height: height, channels: channels) { output in
        var run = 0
        var pixel: [UInt8] = []
        for i in output.indices {
          if run == 0 {
            run = Int.random(in: 1...longest, using: &random)
            pixel = (0..<channels.rawValue).map { _ in .random(in: 0...255, using: &random) }
          }
          output[i] = pixel[i % pixel.count]
          run -= 1
        }
      }
      #expect(try Image<UInt8>(decoding: image.pngData(compression: 1), source: "x") == image)
    }
  }

  @Test(arguments: [(1, 1), (30_000, 2), (2, 30_000), (16_383, 1)])
  func `narrow pictures`(_ width: Int, _ height: Int) throws {
    let image = texture(width, height, .rgb)
    #expect(try Image<UInt8>(decoding: image.pngData(), source: "x") == image)
    let jpeg = try Image<UInt8>(decoding: image.jpegData(quality: 100, source: "x"), source: "x")
    #expect([jpeg.width, jpeg.height] == [width, height])
    if max(width, height) > 16_383 {
      let reason = "a side of a WebP has at most 16383 pixels"
      #expect(throws: ImageError.unwritable(path: "x.webp", reason: reason)) { try image.webPData(source: "x.webp") }
    } else {
      #expect(try Image<UInt8>(decoding: image.webPData(.lossless, source: "x"), source: "x") == image)
    }
  }

  @Test(arguments: [Channels.gray, .rgb], [1, 75, 89, 90, 100])
  func `JPEG shows the same`(_ channels: Channels, _ quality: Int) throws {
    let image = try example(channels)
    let bytes = try image.jpegData(quality: quality, source: "x")
    let decoded = try Image<UInt8>(decoding: bytes, source: "x")
    #expect(decoded.channels == channels)
    let difference = meanDifference(decoded, image)
    #expect(difference < (quality == 1 ? 40 : quality < 90 ? 6 : 3), "\(difference)")
    // The first component's sampling, after the frame's marker, length, precision, size, count and the component's name.
    let frame = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC0]) })
    if channels == .rgb { #expect(bytes[frame + 11] == (quality < 90 ? 0x22 : 0x11)) }
  }

  @Test func `a JPEG that is too wide`() {
    let image = Image<UInt8>(width: 65_501, height: 1, channels: .gray, samples: Array(repeating: 0, count: 65_501))
    let reason = "Maximum supported image dimension is 65500 pixels"
    #expect(throws: ImageError.unwritable(path: "x.jpg", reason: reason)) { try image.jpegData(source: "x.jpg") }
  }

  @Test(arguments: Channels.allCases)
  func `WebP round trips`(_ channels: Channels) throws {
    var image = try example(channels.opaque)
    if channels.hasAlpha {
      let mask = texture(image.width, image.height, .gray)
      let colors = image.rgb.withAlpha(mask)
      image = channels == .rgba ? colors : try grayAlpha(image, mask)
    }
    let expected = channels.hasAlpha ? image.rgb.withAlpha(image.alpha!) : image.rgb
    let lossless = try image.webPData(.lossless, keepsHiddenColors: true, source: "x")
    #expect(try Image<UInt8>(decoding: lossless, source: "x") == expected)
    #expect(try image.webPData(.lossless, keepsHiddenColors: true, threads: 2, source: "x") == lossless)

    let hidden = try Image<UInt8>(decoding: image.webPData(.lossless, source: "x"), source: "x")
    #expect(hidden.alpha == expected.alpha)
    for i in 0..<image.width * image.height where channels.hasAlpha && hidden.samples[4 * i + 3] != 0 {
      guard hidden.samples[4 * i..<4 * i + 4] != expected.samples[4 * i..<4 * i + 4] else { continue }
      Issue.record("pixel \(i) is another")
      break
    }
    let good = try image.webPData(.lossy(quality: 100), source: "x")
    let lossy = try Image<UInt8>(decoding: good, source: "x")
    #expect(lossy.alpha == expected.alpha)
    if !channels.hasAlpha { #expect(meanDifference(lossy, expected) < 3) }
    #expect(try image.webPData(.lossy(quality: 0), source: "x").count < good.count)
  }

  private func example(_ channels: Channels) throws -> Image<UInt8> {
    let name = "colour-444.jpg"
    let photo = try Image<UInt8>(decoding: fixture(name), source: name).resized(
      width: 70, height: 50, filter: .bilinear)
    return channels == .gray ? photo.plane(1) : photo
  }

  private func grayAlpha(_ gray: Image<UInt8>, _ mask: Image<UInt8>) throws -> Image<UInt8> {
    Image(
      width: gray.width, height: gray.height, channels: .grayAlpha,
      samples: zip(gray.samples, mask.samples).flatMap { [$0, $1] })
  }

  private func meanDifference(_ a: Image<UInt8>, _ b: Image<UInt8>) -> Double {
    let total = zip(a.samples, b.samples).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return Double(total) / Double(a.samples.count)
  }
}
