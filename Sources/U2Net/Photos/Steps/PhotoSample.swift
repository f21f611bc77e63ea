/// Samples that masks and cut-outs are made in: 8 or 16 bits, by the same steps.
public protocol PhotoSample: MaskSample {
  /// A map of the network at the photo's size, normalised.
  static func mask(of saliency: Saliency, _ map: Saliency.Map, threads: Int) -> Image<Self>

  /// The image as the bytes of a PNG file of this depth.
  static func png(_ image: Image<Self>, compression: Int, metadata: Metadata, threads: Int) -> [UInt8]

  /// The image, as one of either depth.
  static func pixels(_ image: Image<Self>) -> RenderedPicture.Pixels
}

extension UInt8: PhotoSample {
  public static func pixels(_ image: Image<UInt8>) -> RenderedPicture.Pixels { .shallow(image) }

  public static func mask(of saliency: Saliency, _ map: Saliency.Map, threads: Int) -> Image<UInt8> {
    saliency.mask(map, threads: threads)
  }

  public static func png(_ image: Image<UInt8>, compression: Int, metadata: Metadata, threads: Int) -> [UInt8] {
    image.pngData(compression: compression, metadata: metadata, threads: threads)
  }
}

extension UInt16: PhotoSample {
  public static func pixels(_ image: Image<UInt16>) -> RenderedPicture.Pixels { .deep(image) }

  public static func mask(of saliency: Saliency, _ map: Saliency.Map, threads: Int) -> Image<UInt16> {
    saliency.mask16(map, threads: threads)
  }

  public static func png(_ image: Image<UInt16>, compression: Int, metadata: Metadata, threads: Int) -> [UInt8] {
    image.pngData(compression: compression, metadata: metadata, threads: threads)
  }
}
