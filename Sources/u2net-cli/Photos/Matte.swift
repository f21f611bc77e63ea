import Images
import Matting

/// Turns the network's mask of a photo into the alpha that the options want.
struct Matte {
  let options: MaskOptions
  let threads: Int

  /// - Parameters:
  ///   - mask: at the photo's size.
  func callAsFunction<Sample: MaskSample>(_ mask: Image<Sample>, _ photo: Image<Sample>) throws -> Image<Sample> {
    var mask = mask
    if options.postProcess {
      mask = mask.converted(to: UInt8.self).rembgPostProcessed(threads: threads).converted(to: Sample.self)
    }
    switch options.refine {
    case .none: return options.cleaned(mask, threads: threads)
    case .guided:
      return options.cleaned(GuidedFilter().refined(mask, photo: photo, threads: threads), threads: threads)
    }
  }
}
