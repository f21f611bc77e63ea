import U2NetFiles
import U2NetImageFiles
import U2NetMatting
import U2Net

extension SaliencyDetector {
  /// Looks at a photo in a file.
  /// - Parameters:
  ///   - path: "-" is standard input.
  ///   - source: what to call the photo in messages.
  ///   - needsPixels: whether the photo is needed at its full size.
  /// - Throws: `ImageError`; `CommandFailure` if the weights give no numbers.
  func detect(
    inFile path: FilePath, source: String, pixelLimit: Int = ImageFile.defaultPixelLimit, needsPixels: Bool
  ) throws -> (photo: Image<UInt8>, saliency: Saliency) {
    let file = try PictureFile(ImageFile.read(path), source: source, pixelLimit: pixelLimit), header = file.header
    let photo = try file.image(
      sidesAtLeast: needsPixels ? nil : options.preprocessing.sufficientSides(inputSize: options.inputSize))
    let saliency = detect(in: photo, width: header.width, height: header.height)
    guard saliency.isFinite else {
      throw CommandFailure("\(source): the network's result is not a number; are the weights damaged?")
    }
    return (photo, saliency)
  }
}
