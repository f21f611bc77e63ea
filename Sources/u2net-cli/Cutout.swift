import ArgumentParser
import Images

struct Cutout: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write an RGBA PNG of each photo: the object on transparency.",
    discussion: """
      u2net cutout photo.jpg -o cut.png
      u2net cutout photos/ -o cuts/ -m full

      Colours are the photo's own; only the alpha channel is made.
      """)

  @OptionGroup var options: PhotoOptions

  func run() throws {
    try options.forEachPhoto(needsPixels: true) { photo, saliency, path in
      let cutout = saliency.cutout(of: photo, threads: options.model.threads)
      try ImageFile.write(cutout.pngData(compression: options.compression), to: path)
    }
  }
}
