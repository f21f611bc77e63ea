import ArgumentParser
import Images

struct Mask: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a grey PNG of each photo's size: white where the object is.",
    discussion: """
      u2net mask photo.jpg -o mask.png
      u2net mask photos/ -o masks/ -m full
      cat photo.jpg | u2net mask - -o - > mask.png
      """)

  @OptionGroup var options: PhotoOptions

  @Option(help: "Bits per pixel of the mask, 8 or 16.")
  var depth = 8

  func validate() throws {
    guard depth == 8 || depth == 16 else { throw ValidationError("--depth must be 8 or 16, not \(depth)") }
  }

  func run() throws {
    try options.forEachPhoto(needsPixels: false) { _, saliency, path in
      let threads = options.model.threads
      let png =
        depth == 8
        ? saliency.mask(threads: threads).pngData(compression: options.compression)
        : saliency.mask16(threads: threads).pngData(compression: options.compression)
      try ImageFile.write(png, to: path)
    }
  }
}
