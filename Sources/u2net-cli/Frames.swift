import ArgumentParser
import U2NetFiles
import U2Net
import U2NetPlatform

struct Frames: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Raw video frames from standard input to masks or cut-outs on standard output.",
    discussion: """
      ffmpeg -v error -i in.mp4 -f rawvideo -pix_fmt rgb24 - |
        u2net frames --size 1280x720 |
        ffmpeg -v error -f rawvideo -pix_fmt rgba -s 1280x720 -r 25 -i - -c:v qtrle out.mov

      Frames keep their order, and each goes out as soon as it and those before it are done. Each is looked at by itself. \
      An input that ends within a frame is an error, after the whole frames before it.
      """)

  @Option(help: ArgumentHelp("Width and height of the frames in pixels.", valueName: "WxH"))
  var size: PixelSize

  @Option(help: "What a frame coming in is: rgb24 (three bytes a pixel), rgba or gray8.")
  var inputFormat = FrameFormat.rgb24

  @Option(help: "What a frame going out is: rgba (the cut-out) or gray8 (the mask).")
  var format = FrameFormat.rgba

  @Flag(help: "Keep the frame's colours at soft edges: faster.")
  var keepColors = false

  @OptionGroup var mask: MaskOptions

  enum FrameFormat: String, CaseIterable, ExpressibleByArgument {
    case rgb24, rgba, gray8

    var channels: Channels {
      switch self {
      case .rgb24: .rgb
      case .rgba: .rgba
      case .gray8: .gray
      }
    }
  }

  func validate() throws {
    guard format != .rgb24 else { throw ValidationError("--format must be rgba or gray8") }
    guard max(size.width, size.height) <= 16384, size.width * size.height <= ImageFile.defaultPixelLimit else {
      throw ValidationError("--size must be at most 16384 pixels a side and 256 megapixels, not \(size)")
    }
  }

  func run() throws {
    try checkStreams()
    let cores = mask.model.threads
    var options = SaliencyDetector.Options()
    options.inputSize = mask.model.size
    options.threads = 1
    options.photosAtOnce = cores
    options.preprocessing = mask.preprocess
    options.normalization = mask.normalize
    let detector = SaliencyDetector(try mask.model.network(), options: options)
    let command = self
    let stream = FrameStream(
      atOnce: cores, next: { try command.readFrame($0) }, work: { try command.result(of: $0, detector) })
    try stream.run { bytes in
      guard bytes.withUnsafeBytes({ Descriptor.write($0, to: STDOUT_FILENO) }) else {
        throw CommandFailure("standard output: cannot write: \(String(cString: strerror(errno)))")
      }
    }
  }

  /// Frames that are added to the file that they are read from would never end.
  private func checkStreams() throws(PipelineError) {
    var inUse = FilesInUse()
    inUse.add("-", as: "standard input")
    if let weights = mask.model.weights { inUse.add(FilePath(argument: weights), as: "the --weights") }
    try inUse.check("-")
  }

  /// The next frame, nil at the end.
  /// - Throws: `CommandFailure` if the input ends within it.
  private func readFrame(_ number: Int) throws -> Image<UInt8>? {
    let count = size.width * size.height * inputFormat.channels.rawValue
    var got = 0
    let samples = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while got < count {
        let part = Descriptor.read(
          STDIN_FILENO, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[got...]))
        if part < 0 {
          throw CommandFailure("standard input: cannot read: \(String(cString: strerror(errno)))")
        }
        if part == 0 { break }
        got += part
      }
      initialized = got
    }
    if got == 0 { return nil }
    guard got == count else {
      throw CommandFailure(
        "standard input: frame \(number + 1) ends after \(got) of \(count) bytes; is \(size) \(inputFormat.rawValue) right?"
      )
    }
    return Image(width: size.width, height: size.height, channels: inputFormat.channels, samples: samples)
  }

  private func result(of frame: Image<UInt8>, _ detector: SaliencyDetector) throws -> [UInt8] {
    let saliency = detector.detect(in: frame.overContrast())
    guard saliency.isFinite else {
      throw CommandFailure("the network's result is not a number; are the weights damaged?")
    }
    let alpha = mask.settings.alpha(from: saliency.mask(), of: frame)
    if format == .gray8 { return alpha.samples }
    let cutout = keepColors ? frame.rgb.withAlpha(alpha) : ForegroundColors.cutout(of: frame, alpha: alpha)
    return cutout.samples
  }
}
