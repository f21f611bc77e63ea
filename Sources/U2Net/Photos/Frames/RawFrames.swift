package import U2NetFiles
import U2NetPlatform

/// Raw video frames, one after the other without headers, to masks or cut-outs of the same size and in the same order. Each
/// frame is looked at by itself, several at the same time.
public struct RawFrames: Sendable {
  /// How the samples of a frame lie, row by row: 8 bits each, as ffmpeg calls it.
  public enum Format: String, CaseIterable, Sendable {
    /// Red, green and blue.
    case rgb24
    /// The same and alpha, which does not multiply them.
    case rgba
    /// One level.
    case gray8

    /// Samples of a pixel.
    public var channels: Channels {
      switch self {
      case .rgb24: .rgb
      case .rgba: .rgba
      case .gray8: .gray
      }
    }
  }

  /// Size of all frames in pixels.
  public let width, height: Int
  /// What comes in.
  public var input = Format.rgb24
  /// What goes out: `rgba`, the cut-out, or `gray8`, the mask.
  public var output = Format.rgba
  /// Whether cut-outs keep the frame's colours at soft edges, which is faster.
  public var keepsColors = false
  /// What cut-outs are put on; nil: transparency.
  public var background: Color?
  /// Whether each result is a PNG file of its own instead of samples without a header.
  public var encodesPNG = false
  /// What becomes of the network's masks.
  public var mask = MaskSettings()

  /// What no result may take the place of, beside standard input.
  package var inUse = FilesInUse()

  /// RGB in, RGBA out, until `input` and `output` say otherwise.
  /// - Parameters:
  ///   - width: of all frames in pixels, ≥ 1.
  ///   - height: likewise.
  public init(width: Int, height: Int) {
    precondition(width > 0 && height > 0, "frames of \(width)×\(height) pixels")
    (self.width, self.height) = (width, height)
  }

  /// Longest side that `fits` allows, in pixels.
  public static let longestSide = 16384

  /// Whether a frame has at most 16384 pixels a side, and no more in all than photos may have by default.
  public static func fits(width: Int, height: Int) -> Bool {
    max(width, height) <= longestSide && width * height <= ImageFile.defaultPixelLimit
  }

  /// Bytes of a frame that comes in.
  public var byteCount: Int { width * height * input.channels.rawValue }

  /// What a frame takes from its first byte to its last, with the one that is read meanwhile.
  private var memory: Int { width * height * (2 * input.channels.rawValue + 14 + (encodesPNG ? 12 : 0)) }

  /// Works through a stream to its end.
  /// - Parameters:
  ///   - network: whose masks are made.
  ///   - detection: how; each frame has one thread, and how many are looked at at the same time is decided here.
  ///   - cores: the most frames at the same time, ≥ 1.
  ///   - read: fills the start of a buffer, with 1 byte or more: how many, 0 at the end. Called by one thread at a time.
  ///   - write: gets each result in turn, width × height × channels bytes or a PNG file, on the caller's thread.
  /// - Throws: `MemoryShortage` before anything is read; `FrameError` after the results of all frames before; what `read` and
  ///   `write` throw.
  public func run(
    _ network: TrainedNetwork, detection: SaliencyDetector.Options = SaliencyDetector.Options(), cores: Int,
    read: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int, write: ([UInt8]) throws -> Void
  ) throws {
    precondition(output != .rgb24, "results are rgba or gray8")
    var options = detection
    options.threads = 1
    options.photosAtOnce = try SaliencyDetector.photosAtOnce(network, options: options, atMost: cores, photo: memory)
    let detector = SaliencyDetector(network, options: options)
    let stream = FrameStream(
      atOnce: options.photosAtOnce, next: { try frame($0, read) }, work: { try result(of: $0, detector) })
    try stream.run(receive: write)
  }

  /// As `run(_:detection:cores:read:write:)`, from standard input to standard output.
  /// - Parameters:
  ///   - network: whose masks are made.
  ///   - detection: how.
  ///   - cores: the most frames at the same time, ≥ 1.
  /// - Throws: `MemoryShortage`, `FrameError`; `PipelineError` if both are the same file.
  public func runStandardStreams(
    _ network: TrainedNetwork, detection: SaliencyDetector.Options = SaliencyDetector.Options(), cores: Int
  ) throws {
    try filesInUse.check(.standardStream)  // Frames that are added to the file that they are read from would never end.
    try runStandardInput(network, detection: detection, cores: cores) { bytes in
      guard bytes.withUnsafeBytes({ Descriptor.write($0, to: STDOUT_FILENO) }) else {
        throw FrameError.unwritable(reason: String(cString: strerror(errno)))
      }
    }
  }

  /// As `run(_:detection:cores:read:write:)`, from standard input to a file for each result, which replaces what is there.
  package func runStandardInput(
    _ network: TrainedNetwork, detection: SaliencyDetector.Options = SaliencyDetector.Options(), cores: Int,
    into names: NumberedNames
  ) throws {
    let filesInUse = filesInUse
    var number = 0
    try names.path(0).makeFolder()
    try runStandardInput(network, detection: detection, cores: cores) { bytes in
      let path = names.path(number)
      try filesInUse.check(path)
      try ImageFile.write(bytes, to: path)
      number += 1
    }
  }

  private var filesInUse: FilesInUse {
    var files = inUse
    files.add(.standardStream, as: "standard input")
    return files
  }

  private func runStandardInput(
    _ network: TrainedNetwork, detection: SaliencyDetector.Options, cores: Int, write: ([UInt8]) throws -> Void
  ) throws {
    try run(
      network, detection: detection, cores: cores,
      read: { buffer in
        let count = Descriptor.read(STDIN_FILENO, into: buffer)
        guard count >= 0 else { throw FrameError.unreadable(reason: String(cString: strerror(errno))) }
        return count
      }, write: write)
  }

  /// The next frame, nil at the end.
  private func frame(
    _ number: Int, _ read: (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws -> Image<UInt8>? {
    let count = byteCount
    var got = 0
    let samples = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while got < count {
        let part = try read(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[got..<count]))
        if part == 0 { break }
        got += part
      }
      initialized = got
    }
    if got == 0 { return nil }
    guard got == count else {
      throw FrameError.cut(
        number: number + 1, got: got, expected: count, width: width, height: height, format: input)
    }
    return Image(width: width, height: height, channels: input.channels, samples: samples)
  }

  private func result(of frame: Image<UInt8>, _ detector: SaliencyDetector) throws -> [UInt8] {
    let saliency = detector.detect(in: frame)
    guard saliency.isFinite else { throw FrameError.networkFailed }
    let alpha = try mask.alpha(from: saliency.mask(), of: frame)
    let result = output == .gray8 ? alpha : cutout(frame, alpha)
    return encodesPNG ? result.pngData() : result.samples
  }

  private func cutout(_ frame: Image<UInt8>, _ alpha: Image<UInt8>) -> Image<UInt8> {
    let cutout = keepsColors ? frame.rgb.withAlpha(alpha) : ForegroundColors.cutout(of: frame, alpha: alpha)
    guard let background else { return cutout }
    let composite = cutout.composited(over: background)
    if composite.channels == .rgba { return composite }
    let opaque = [UInt8](repeating: 255, count: width * height)
    return composite.withAlpha(Image(width: width, height: height, channels: .gray, samples: opaque))
  }
}

/// Why a stream of frames cannot go on.
public enum FrameError: Error, Equatable, Sendable {
  /// The stream ends within a frame; frames are counted from 1.
  case cut(number: Int, got: Int, expected: Int, width: Int, height: Int, format: RawFrames.Format)
  /// The network's result is not a number.
  case networkFailed
  /// Standard input cannot be read, in the system's words.
  case unreadable(reason: String)
  /// Standard output cannot be written.
  case unwritable(reason: String)
}

extension FrameError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cut(let number, let got, let expected, let width, let height, let format):
      "standard input: frame \(number) ends after \(got) of \(expected) bytes; is \(width)x\(height) \(format.rawValue) right?"
    case .networkFailed: "the network's result is not a number; are the weights damaged?"
    case .unreadable(let reason): "standard input: cannot read: \(reason)"
    case .unwritable(let reason): "standard output: cannot write: \(reason)"
    }
  }
}
