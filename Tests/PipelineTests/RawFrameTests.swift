import Synchronization
import Testing
import U2Net
import U2NetFiles

/// Frames without a process: order, bounds, ends.
struct RawFrameTests {
  private struct Broken: Error {}

  /// Hands out bytes a few at a time, as a pipe does.
  private func reader(_ bytes: [UInt8]) -> @Sendable (UnsafeMutableRawBufferPointer) -> Int {
    let rest = Mutex(bytes[...])
    return { buffer in
      rest.withLock { rest in
        let part = rest.prefix(min(1000, buffer.count))
        buffer.copyBytes(from: part)
        rest = rest.dropFirst(part.count)
        return part.count
      }
    }
  }

  private var detection: SaliencyDetector.Options {
    var options = SaliencyDetector.Options()
    options.inputSize = 64
    return options
  }

  @Test func framesComeOutInOrderAndAreWhatPhotosWouldBe() throws {
    var frames = RawFrames(width: 120, height: 90)
    let pictures = (0..<5).map { index in
      Image<UInt8>(
        width: 120, height: 90, channels: .rgb, samples: disc().samples.map { $0 &+ UInt8(index * 7) })
    }
    let bytes = pictures.flatMap(\.samples), detector = SaliencyDetector(options: detection)
    #expect(frames.byteCount == 120 * 90 * 3)
    for (format, keeps) in [(RawFrames.Format.gray8, false), (.rgba, false), (.rgba, true)] {
      (frames.output, frames.keepsColors) = (format, keeps)
      var results: [[UInt8]] = []
      try frames.run(.lite, detection: detection, cores: 2, read: reader(bytes)) { results.append($0) }
      let expected = pictures.map { picture in
        let mask = detector.detect(in: picture).mask()
        if format == .gray8 { return mask.samples }
        return keeps ? picture.withAlpha(mask).samples : ForegroundColors.cutout(of: picture, alpha: mask).samples
      }
      #expect(results == expected)
    }
  }

  @Test func framesMayBecomePicturesOnABackground() throws {
    var frames = RawFrames(width: 120, height: 90)
    frames.encodesPNG = true
    let bytes = disc().samples
    func result() throws -> Image<UInt8> {
      var results: [[UInt8]] = []
      try frames.run(.lite, detection: detection, cores: 2, read: reader(bytes)) { results.append($0) }
      #expect(results.count == 1)
      return try decoded(results.first)
    }
    let cutout = try result()
    for color in [Color.white, Color(red: 1, green: 200, blue: 3, alpha: 100)] {
      frames.background = color
      let composite = try result(), expected = cutout.composited(over: color)
      #expect(composite.channels == .rgba && composite.rgb == expected.rgb)
      #expect(composite.alpha!.samples.allSatisfy { $0 >= color.alpha })
    }
    frames.output = .gray8
    #expect(try result() == cutout.alpha)
  }

  @Test func aStreamThatEndsWithinAFrameIsAnErrorAfterTheOthers() throws {
    var frames = RawFrames(width: 120, height: 90)
    frames.output = .gray8
    var count = 0
    let bytes = disc().samples + disc().samples + [1, 2, 3]
    #expect(
      throws: FrameError.cut(number: 3, got: 3, expected: 32400, width: 120, height: 90, format: .rgb24)
    ) { try frames.run(.lite, detection: detection, cores: 2, read: reader(bytes)) { _ in count += 1 } }
    #expect(count == 2)
    #expect(throws: Broken.self) {
      try frames.run(.lite, detection: detection, cores: 1, read: { _ in throw Broken() }) { _ in }
    }
    #expect(RawFrames.fits(width: 16384, height: 15625) && !RawFrames.fits(width: 16385, height: 1))
  }

  @Test func noMoreFramesAreInWorkThanThereMayBe() throws {
    let most = 3, inWork = Mutex((now: 0, most: 0))
    let stream = FrameStream<Int>(
      atOnce: most, next: { $0 < 40 ? $0 : nil },
      work: { number in
        inWork.withLock { ($0.now, $0.most) = ($0.now + 1, max($0.most, $0.now + 1)) }
        if number == 30 { throw Broken() }
        defer { inWork.withLock { $0.now -= 1 } }
        return [UInt8](repeating: UInt8(number), count: (number * 7919) % 1000)
      })
    var got: [Int] = []
    #expect(throws: Broken.self) {
      try stream.run { got.append(Int($0.first ?? UInt8(got.count))) }
    }
    #expect(got == Array(0..<30) && inWork.withLock { $0.most } <= most)
  }
}
