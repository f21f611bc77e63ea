import ArgumentParser
import U2NetFiles
import U2Net

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
  var inputFormat = RawFrames.Format.rgb24

  @Option(help: "What a frame going out is: rgba (the cut-out) or gray8 (the mask).")
  var format = RawFrames.Format.rgba

  @Flag(help: "Keep the frame's colours at soft edges: faster.")
  var keepColors = false

  @OptionGroup var mask: MaskOptions

  func validate() throws {
    try mask.matting.checkUse()
    guard format != .rgb24 else { throw ValidationError("--format must be rgba or gray8") }
    guard RawFrames.fits(width: size.width, height: size.height) else {
      throw ValidationError("--size must be at most 16384 pixels a side and 256 megapixels, not \(size)")
    }
  }

  func run() throws {
    var frames = RawFrames(width: size.width, height: size.height)
    (frames.input, frames.output, frames.keepsColors, frames.mask) = (inputFormat, format, keepColors, mask.settings)
    if let weights = mask.model.weights { frames.inUse.add(FilePath(argument: weights), as: "the --weights") }
    try frames.runStandardStreams(mask.model.network(), detection: mask.detection, cores: mask.model.threads)
  }
}

extension RawFrames.Format: ExpressibleByArgument {}
