/// How many photos are worked on at the same time, and how much memory their pixels may take together.
package struct MemoryPlan: Equatable, Sendable {
  package let workers: Int
  /// Bytes for photos, beside the network.
  package let photos: Int
  /// Bytes that there are in all beside the network: what a single photo may take.
  package let room: Int

  /// A photo of 12 megapixels, which there should be room for beside each pass of the network.
  private static let usualPhoto = PhotoMemory(width: 4000, height: 3000).bytes

  /// - Parameters:
  ///   - limit: bytes that the process may take; half of them is what is planned with, or less if less is left.
  ///   - taken: bytes of them that are taken already.
  ///   - cores: the most workers.
  ///   - shared: bytes of the network's weights, which are there once.
  ///   - each: bytes of the maps of a pass, which each worker has.
  /// - Throws: if not even one pass fits.
  package init(
    limit: Int, taken: Int = 0, cores: Int, jobs: Int, shared: Int, each: Int
  ) throws(PipelineError) {
    let left = limit - taken
    guard shared.saturatingSum(each) <= left else {
      let shortage = MemoryShortage(
        "a pass of the network at this input size", needed: shared.saturatingSum(each), limit: limit, available: left,
        advice: "choose a smaller --input-size")
      throw PipelineError("\(shortage)")
    }
    let budget = min(limit / 2, left)
    let most = max(1, (budget - shared - Self.usualPhoto) / max(1, each))
    workers = max(1, min(cores, jobs, most))
    photos = max(0, budget - shared - workers * each)
    room = left - shared - workers * each
  }
}

/// What a photo takes while it is worked on: an upper bound, of which most photos need a half.
package struct PhotoMemory: Equatable, Sendable {
  package var width: Int
  package var height: Int
  /// Whether there are 16 bits to a sample.
  package var isDeep = false
  /// Whether alpha is solved for.
  package var isMatted = false
  /// Whether that is with a plate.
  package var hasPlate = false
  /// Pixels of results that have another size than the photo.
  package var framedPixels = 0
  /// Whether nobody needs the photo's pixels but the network, so that it may be decoded at less than its size.
  package var isReduced = false
  /// Results that show the photo, and how many of them are WebP files, whose encoder works on a copy.
  package var pictures = 0
  package var webPictures = 0

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Alpha matting takes this for each pixel of a photo, if a quarter of them is unknown: hard photos have a sixth.
  private static let mattingBytes = 40

  /// A plate takes this for each pixel, as measured on a photo of 12 megapixels, with what alpha matting takes.
  private static let plateBytes = 110

  /// Bytes; `Int.max` for what no machine has.
  package var bytes: Int {
    let pixels = width.saturatingProduct(height)
    return Self.bytes(ofPixels: pixels, isDeep: isDeep)
      .saturatingSum(pixels.saturatingProduct(hasPlate ? Self.plateBytes : isMatted ? Self.mattingBytes : 0))
      .saturatingSum(Self.bytes(ofPixels: framedPixels, isDeep: isDeep))
  }

  /// What a photo takes at most times: measured on photos of 12 megapixels, within 15 %. Hard photos take more for their
  /// alpha.
  package var likelyBytes: Int {
    let pixels = width.saturatingProduct(height), depth = isDeep ? 2 : 1
    let perPixel = isReduced ? 2 : 5 + 6 * pictures + 18 * webPictures + (isMatted ? 3 : 0)
    let likely = hasPlate ? Self.plateBytes : depth * perPixel
    return pixels.saturatingProduct(likely).saturatingSum(framedPixels.saturatingProduct(6 * depth))
  }

  /// What making and encoding a picture of so many pixels takes.
  package static func bytes(ofPixels pixels: Int, isDeep: Bool) -> Int {
    pixels.saturatingProduct(isDeep ? 48 : 24)
  }
}

/// Arithmetic on sizes that files and users name, which may be any: what does not fit is the largest number.
extension Int {
  package func saturatingProduct(_ other: Int) -> Int {
    let (product, overflows) = multipliedReportingOverflow(by: other)
    return overflows ? .max : product
  }

  package func saturatingSum(_ other: Int) -> Int {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? .max : sum
  }
}
