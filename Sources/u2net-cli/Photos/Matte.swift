import Images
import Matting

/// Turns the network's mask of a photo into the alpha that the options want.
struct Matte {
  let options: MaskOptions
  let threads: Int

  /// - Parameters:
  ///   - mask: at the photo's size.
  ///   - photo: what is transparent in it is background.
  ///   - remark: told why there is no alpha matting though it was asked for: the mask stays then, as with rembg.
  func callAsFunction<Sample: MaskSample>(
    _ mask: Image<Sample>, _ photo: Image<Sample>, remark: (String) -> Void
  ) -> Image<Sample> {
    var mask = mask
    let visible = options.needsPixels ? photo.withoutHiddenColors() : photo
    if options.postProcess {
      mask = mask.converted(to: UInt8.self).rembgPostProcessed(threads: threads).converted(to: Sample.self)
    }
    if options.refine == .guided { mask = GuidedFilter().refined(mask, photo: visible, threads: threads) }
    if let trimap = options.matting.trimap {
      do {
        mask = try ClosedFormMatting.alpha(
          of: visible, trimap: mask.converted(to: UInt8.self).trimap(trimap, threads: threads), threads: threads)
      } catch {
        remark("no alpha matting: \(error)")
      }
    }
    mask = options.cleaned(mask, threads: threads)
    return photo.hasTransparency ? mask.limited(toAlphaOf: photo) : mask
  }
}
