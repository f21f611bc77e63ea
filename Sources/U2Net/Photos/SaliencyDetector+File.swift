package import U2NetFiles

extension SaliencyDetector {
  /// What stands out in a photo in a file, which is decoded at less than its full size where that suffices.
  /// - Parameter path: a JPEG, PNG or WebP file; "-" is standard input.
  /// - Throws: `ImageError`; `PhotoError.networkFailed` if the weights give no numbers.
  public func saliency(inFile path: String) throws -> Saliency { try saliency(inFile: FilePath(path)) }

  /// As `saliency(inFile:)` of a `String`, for names that need not be UTF-8.
  package func saliency(inFile path: FilePath) throws -> Saliency {
    let source = path == .standardStream ? "standard input" : "\(path)"
    let file = try PictureFile(ImageFile.read(path), source: source, pixelLimit: ImageFile.defaultPixelLimit)
    let sides = sufficientSides, header = file.header
    let saliency = detect(in: try file.image(sidesAtLeast: sides), width: header.width, height: header.height)
    guard saliency.isFinite else { throw PhotoError.networkFailed(name: source) }
    return saliency
  }
}
