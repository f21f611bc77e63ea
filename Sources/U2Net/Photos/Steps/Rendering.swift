/// What is made of one photo in samples of one depth. Its alpha is made once, when it is first needed.
struct Rendering<Sample: PhotoSample> {
  let settings: PhotoSettings
  let backdrop: Backdrop?
  let saliency: Saliency
  let metadata: Metadata
  /// The photo's own.
  let trimap: Image<UInt8>?
  let plate: DecodedPhoto?
  let threads: Int
  /// Made anew by each call: whoever has it in other samples keeps it only while it is needed. nil: only the network has looked
  /// at the photo, and neither the settings nor the results need more of it.
  let photo: (() -> Image<Sample>)?
  private var alpha: Image<Sample>?

  init(
    _ settings: PhotoSettings, _ backdrop: Backdrop?, _ saliency: Saliency, _ metadata: Metadata,
    trimap: Image<UInt8>?, plate: DecodedPhoto?, threads: Int, photo: (() -> Image<Sample>)?
  ) {
    (self.settings, self.backdrop, self.saliency) = (settings, backdrop, saliency)
    (self.metadata, self.trimap, self.plate) = (metadata, trimap, plate)
    (self.threads, self.photo) = (threads, photo)
  }

  private mutating func alpha(_ remark: (String) -> Void) throws(PhotoError) -> Image<Sample> {
    if let alpha { return alpha }
    let mask = Sample.mask(of: saliency, .fused, threads: threads)
    guard let photo else {
      alpha = settings.mask.alpha(from: mask, threads: threads)
      return alpha!
    }
    do {
      let made = try settings.mask.alpha(from: mask, of: photo(), trimap: trimap, plate: plate?.image, threads: threads)
      {
        reason in
        // Of an empty mask that is said already.
        if let plate { remark("\(reason) (\(plate.name))") } else if !saliency.isEmpty { remark(reason) }
      }
      alpha = made
      return made
    } catch { throw .mattingFailed(error) }
  }

  /// The picture of a result.
  mutating func picture(_ kind: ResultKind, remark: (String) -> Void) throws(PhotoError) -> Image<Sample> {
    switch kind {
    case .map(let map): return Sample.mask(of: saliency, map, threads: threads)
    case .mask: return try alpha(remark)
    case .cutout, .composite:
      let photo = photo!()
      let object = try settings.cutout.framed(
        settings.cutout.cutOut(photo, alpha: try alpha(remark), threads: threads), pixelLimit: settings.pixelLimit,
        threads: threads)
      guard kind == .composite, let backdrop else { return object }
      return backdrop.composed(object, photo: photo, metadata: metadata, threads: threads)
    }
  }

  /// What of the photo's metadata goes with a result.
  func metadata(for kind: ResultKind) -> Metadata {
    switch kind {
    case .map: Metadata()
    case .mask: metadata.withoutColors
    case .cutout, .composite: settings.cutout.layout?.scales == true ? metadata.withoutScale : metadata
    }
  }
}
