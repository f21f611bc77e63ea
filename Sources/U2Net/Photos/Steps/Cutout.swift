// From alpha to the picture of an object, step by step.

extension CutoutSettings {
  /// The photo's object on transparency.
  /// - Parameters:
  ///   - photo: any channels.
  ///   - alpha: grey, of the photo's size.
  ///   - threads: that work on it; the result is the same for any number.
  /// - Returns: RGBA, not premultiplied.
  public func cutOut<Sample: PhotoSample>(
    _ photo: Image<Sample>, alpha: Image<Sample>, threads: Int = 1
  ) -> Image<Sample> {
    keepsColors ? photo.withAlpha(alpha) : ForegroundColors.cutout(of: photo, alpha: alpha, threads: threads)
  }

  /// A cut-out framed by the layout, if there is one.
  /// - Parameters:
  ///   - object: RGBA.
  ///   - pixelLimit: the most pixels that the result may have; checked before memory is taken for it.
  ///   - threads: that work on it; the result is the same for any number.
  /// - Throws: `nothingToFrame`, `resultTooLarge`, `outOfMemory`.
  public func framed<Sample: PhotoSample>(
    _ object: Image<Sample>, pixelLimit: Int = ImageFile.defaultPixelLimit, threads: Int = 1
  ) throws(PhotoError) -> Image<Sample> {
    guard let layout else { return object }
    guard let bounds = object.bounds(atLeast: layout.leastAlpha) else { throw .nothingToFrame }
    let size = layout.size(around: bounds)
    guard size.width.saturatingProduct(size.height) <= pixelLimit else {
      throw .resultTooLarge(width: size.width, height: size.height, pixelLimit: pixelLimit)
    }
    let bytes = PhotoMemory.bytes(ofPixels: size.width * size.height, isDeep: Sample.self == UInt16.self)
    guard ImageFile.hasMemory(bytes) else { throw .outOfMemory(width: size.width, height: size.height) }
    return object.framed(by: layout, threads: threads)!
  }
}

/// A background that is ready to be put behind objects: what is a picture has been read.
public enum Backdrop: Sendable {
  /// In sRGB; translucent if its alpha is below 255.
  case color(Color)
  /// Scaled so that it covers the result, with the metadata that say what its colours mean.
  case picture(Image<UInt8>, Metadata)
  /// The photo itself, blurred by a Gaussian of this sigma in pixels.
  case blur(sigma: Double)

  /// Makes a background ready.
  /// - Parameters:
  ///   - background: what is to be put behind objects.
  ///   - remark: told what is odd about a picture that is read all the same.
  /// - Throws: `ImageError` if there is a picture that cannot be read.
  public init(_ background: CutoutSettings.Background, remark: (String) -> Void = { _ in }) throws(ImageError) {
    switch background {
    case .color(let color): self = .color(color)
    case .blur(let sigma): self = .blur(sigma: sigma)
    case .picture(let source):
      let picture = try DecodedPhoto(source, keepsDepth: false) { remark("\(source.name): \($0)") }
      self = .picture(picture.image, picture.metadata)
    }
  }

  /// An object on this.
  /// - Parameters:
  ///   - object: RGBA, framed.
  ///   - photo: that the object is from; for a blur it must have the object's size.
  ///   - metadata: of the photo, for its colours.
  ///   - threads: that work on it; the result is the same for any number.
  /// - Returns: RGB, but RGBA on a translucent colour.
  public func composed<Sample: PhotoSample>(
    _ object: Image<Sample>, photo: Image<Sample>, metadata: Metadata = Metadata(), threads: Int = 1
  ) -> Image<Sample> {
    switch self {
    case .color(let color): return object.composited(over: color.converted(to: metadata), threads: threads)
    case .picture(let picture, let own):
      let shown = own.hasColors(of: metadata) ? picture : picture.rgb.converted(from: own, to: metadata)
      return object.composited(over: shown.converted(to: Sample.self), threads: threads)
    case .blur(let sigma): return object.composited(overBlurred: photo, sigma: sigma, threads: threads)
    }
  }
}
