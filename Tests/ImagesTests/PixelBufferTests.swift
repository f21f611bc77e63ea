import Foundation
import Testing

@testable import U2NetImages

/// Pixels in memory, in any order of samples and at any distance of rows, are the pixels of an image.
struct PixelBufferTests {
  struct Case: CustomTestStringConvertible {
    let layout: PixelBuffer.Layout
    let bits, padding: Int
    var testDescription: String { "\(layout) of \(bits) bits, rows \(padding) bytes apart" }
  }

  static let cases = PixelBuffer.Layout.allCases.flatMap { layout in
    [8, 16].flatMap { bits in [0, 1, 37].map { Case(layout: layout, bits: bits, padding: $0) } }
  }

  /// Memory that a buffer does not own.
  private final class Memory {
    let bytes: UnsafeMutableRawBufferPointer
    init(_ bytes: [UInt8]) {
      self.bytes = .allocate(byteCount: bytes.count + 1, alignment: 1)
      self.bytes.copyBytes(from: [0xee] + bytes)
    }
    deinit { bytes.deallocate() }
  }

  /// A picture, and the same in the memory of somebody else: at an odd address, with rubbish between rows and none after the
  /// last one.
  private func picture(_ one: Case, _ width: Int, _ height: Int) -> (image: Image<UInt16>, buffer: PixelBuffer) {
    let channels = one.layout.channels, count = channels.rawValue
    let samples = (0..<width * height * count).map { i -> UInt16 in
      let value = UInt16(truncatingIfNeeded: i &* 40_503 &+ i / 7 * 1009)
      return one.bits == 16 ? value : (value >> 8) * 257
    }
    let order: [Int] =
      switch one.layout {
      case .gray: [0]
      case .grayAlpha: [0, 1]
      case .rgb: [0, 1, 2]
      case .bgr: [2, 1, 0]
      case .rgba: [0, 1, 2, 3]
      case .bgra: [2, 1, 0, 3]
      case .rgbx: [0, 1, 2, -1]
      case .bgrx: [2, 1, 0, -1]
      }
    var bytes: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for source in order {
          let value = source < 0 ? 0xff13 : samples[(y * width + x) * count + source]
          if one.bits == 8 { bytes.append(UInt8(value >> 8)) } else { withUnsafeBytes(of: value) { bytes += $0 } }
        }
      }
      if y < height - 1 { bytes += [UInt8](repeating: 0xff, count: one.padding) }
    }
    let memory = Memory(bytes)
    return (
      Image(width: width, height: height, channels: channels, samples: samples),
      PixelBuffer(
        memory: UnsafeRawBufferPointer(rebasing: memory.bytes[1...]), owner: memory, width: width, height: height,
        layout: one.layout, bitsPerSample: one.bits, bytesPerRow: width * order.count * one.bits / 8 + one.padding)
    )
  }

  @Test(arguments: cases) func imagesOfBuffers(_ one: Case) {
    let (image, buffer) = picture(one, 13, 9)
    #expect(Image<UInt16>(buffer) == image)
    #expect(Image<UInt8>(buffer) == image.narrowed)
  }

  @Test(arguments: cases) func resamplingReadsRowsWhereTheyLie(_ one: Case) {
    let (image, buffer) = picture(one, 31, 22), narrow = image.narrowed
    for (width, height) in [(9, 9), (31, 7), (12, 22), (31, 22), (50, 40), (1, 1)] {
      for filter in ResampleFilter.allCases {
        let expected = narrow.rgb.resized(width: width, height: height, filter: filter)
        for threads in [1, 3] {
          #expect(
            buffer.resizedRGB(width: width, height: height, filter: filter, threads: threads) == expected,
            "\(width)×\(height), \(filter), \(threads) threads")
        }
      }
      #expect(
        buffer.resizedBilinearWithoutAntialiasing(width: width, height: height)
          == narrow.resizedBilinearWithoutAntialiasing(width: width, height: height))
    }
  }

  @Test func imagesAreBuffers() {
    for channels in Channels.allCases {
      let count = 5 * 4 * channels.rawValue
      let shallow = Image<UInt8>(
        width: 5, height: 4, channels: channels, samples: (0..<count).map { UInt8($0 * 3) })
      #expect(Image<UInt8>(PixelBuffer(shallow)) == shallow && Image<UInt16>(PixelBuffer(shallow)) == shallow.widened)
      let deep = Image<UInt16>(
        width: 5, height: 4, channels: channels, samples: (0..<count).map { UInt16($0 * 800) })
      #expect(Image<UInt16>(PixelBuffer(deep)) == deep && Image<UInt8>(PixelBuffer(deep)) == deep.narrowed)
    }
    let gray = PixelBuffer([1, 2, 99, 3, 4] as [UInt8], width: 2, height: 2, layout: .gray, bytesPerRow: 3)
    #expect(Image<UInt8>(gray).samples == [1, 2, 3, 4])
  }

  @Test func memoryStaysWhileSomebodyHasTheBuffer() {
    weak var owner: Memory?
    var buffer: PixelBuffer?
    do {
      let memory = Memory([10, 20, 30])
      owner = memory
      buffer = PixelBuffer(
        memory: UnsafeRawBufferPointer(rebasing: memory.bytes[1...]), owner: memory, width: 1, height: 1, layout: .rgb)
    }
    #expect(owner != nil && Image<UInt8>(buffer!).samples == [10, 20, 30])
    buffer = nil
    #expect(owner == nil)
  }

  @Test func boundsOfWhatIsInside() {
    let mask = Image<UInt8>(width: 4, height: 3, channels: .gray, samples: [0, 0, 0, 0, 0, 9, 0, 7, 0, 8, 0, 0])
    #expect(mask.bounds { $0 > 6 } == PixelRect(x: 1, y: 1, width: 3, height: 2))
    #expect(mask.bounds { $0 > 7 } == PixelRect(x: 1, y: 1, width: 1, height: 2))
    #expect(mask.bounds { $0 > 9 } == nil && mask.bounds { _ in true } == PixelRect(x: 0, y: 0, width: 4, height: 3))
    #expect(mask.withAlpha(mask).bounds { $0 > 8 } == PixelRect(x: 1, y: 1, width: 1, height: 1))
  }
}
