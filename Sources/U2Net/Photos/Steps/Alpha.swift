// From the network's mask to the alpha that settings want, step by step.

extension MaskSettings {
  /// All steps: clean-up, refinement, matting, corrections. What is transparent in the photo is background.
  /// - Parameters:
  ///   - mask: grey, of the photo's size.
  ///   - photo: any channels. Only if `needsPixels`, or where it has alpha, must it be of its full size.
  ///   - trimap: the photo's own, grey, of its size: the mask matters no more then; nil: what is certain of the mask.
  ///   - plate: its background without the object; not with a trimap.
  ///   - threads: that work on it; the result is the same for any number.
  ///   - memoryLimit: bytes that matting may take; nil: what the process may still take.
  ///   - remark: told why there is no alpha matting though it was asked for: the mask stays then, as with rembg.
  /// - Returns: grey, of the mask's size.
  /// - Throws: `MattingError.outOfMemory`; with a trimap any `MattingError`.
  public func alpha<Sample: PhotoSample>(
    from mask: Image<Sample>, of photo: Image<Sample>, trimap: Image<UInt8>? = nil, plate: Image<UInt8>? = nil,
    threads: Int = 1, memoryLimit: Int? = nil, remark: (String) -> Void = { _ in }
  ) throws(MattingError) -> Image<Sample> {
    let visible = needsPixels ? photo.withoutHiddenColors() : photo
    var mask = refined(postProcessed(mask, threads: threads), photo: visible, threads: threads)
    let limit = memoryLimit ?? ResourceLimits.availableMemory, unsolved = mask
    let solved = Result { () throws(MattingError) in
      guard let plate else {
        return try matted(unsolved, photo: visible, trimap: trimap, threads: threads, memoryLimit: limit)
      }
      return try PlateMatting.alpha(of: visible, mask: unsolved, plate: plate, threads: threads, memoryLimit: limit)
    }
    switch solved {
    case .success(let alpha): mask = alpha
    case .failure(.outOfMemory(let needed, let available)): throw .outOfMemory(needed: needed, available: available)
    case .failure(let error):
      guard trimap == nil else { throw error }
      remark("\(plate == nil ? "no alpha matting" : "done without the plate"): \(error)")
    }
    mask = cleaned(mask, threads: threads)
    return photo.hasTransparency ? mask.limited(toAlphaOf: photo) : mask
  }

  /// The steps that no photo is needed for, where it has no alpha: clean-up and corrections.
  /// - Precondition: the settings do not need the photo's pixels.
  public func alpha<Sample: PhotoSample>(from mask: Image<Sample>, threads: Int = 1) -> Image<Sample> {
    precondition(!needsPixels, "refinement and matting need the photo")
    return cleaned(postProcessed(mask, threads: threads), threads: threads)
  }

  /// The mask after rembg's clean-up, if that is wanted: 8 bits, black or white.
  public func postProcessed<Sample: PhotoSample>(_ mask: Image<Sample>, threads: Int = 1) -> Image<Sample> {
    guard postProcesses else { return mask }
    return mask.converted(to: UInt8.self).rembgPostProcessed(threads: threads).converted(to: Sample.self)
  }

  /// The mask with edges that follow the photo's, if that is wanted.
  public func refined<Sample: PhotoSample>(
    _ mask: Image<Sample>, photo: Image<Sample>, threads: Int = 1
  ) -> Image<Sample> {
    refinement == .guided ? GuidedFilter().refined(mask, photo: photo, threads: threads) : mask
  }

  /// The alpha of closed-form matting between what is certain, in a trimap or else in the mask, if that is wanted.
  /// - Throws: `MattingError` where there is nothing to solve for, or too little memory.
  public func matted<Sample: PhotoSample>(
    _ mask: Image<Sample>, photo: Image<Sample>, trimap: Image<UInt8>? = nil, threads: Int = 1, memoryLimit: Int? = nil
  ) throws(MattingError) -> Image<Sample> {
    let ofMask = { matting.map { mask.converted(to: UInt8.self).trimap($0, threads: threads) } }
    guard let trimap = trimap ?? ofMask() else { return mask }
    let memoryLimit = memoryLimit ?? ResourceLimits.availableMemory
    return switch mattingMethod {
    case .exact: try ClosedFormMatting.alpha(of: photo, trimap: trimap, threads: threads, memoryLimit: memoryLimit)
    case .fast: try ClosedFormMatting.fastAlpha(of: photo, trimap: trimap, threads: threads, memoryLimit: memoryLimit)
    }
  }

  /// The mask with small faults removed: levels, regions, holes, growth, threshold, feather.
  public func cleaned<Sample: PhotoSample>(_ mask: Image<Sample>, threads: Int = 1) -> Image<Sample> {
    var mask = mask
    if let levels { mask = mask.leveled(levels) }
    if let minRegion { mask = mask.removingSpecks(smallerThan: minRegion) }
    if let minHole { mask = mask.fillingHoles(smallerThan: minHole) }
    if grow > 0 { mask = mask.dilated(radius: grow, threads: threads) }
    if grow < 0 { mask = mask.eroded(radius: -grow, threads: threads) }
    if let threshold { mask = mask.thresholded(at: Float(threshold)) }
    if feather > 0 { mask = mask.blurred(sigma: feather, threads: threads) }
    return mask
  }
}
