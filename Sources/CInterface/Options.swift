import U2Net
import U2NetCHeader

/// What a caller wants of a photo, checked.
struct Wishes {
  let kinds: [ResultKind]
  /// nil: pixels.
  let format: ImageFormat?
  let wantsProbabilities: Bool
  let mask: MaskSettings
  let cutout: CutoutSettings
  let encoding: EncodingSettings
  let pixelLimit: Int
  private let progress: u2net_progress?
  private let context: UnsafeMutableRawPointer?

  /// What can be wanted, in the order in which it is made.
  static let kinds: [(bit: Int, kind: ResultKind)] = [
    (Int(U2NET_MASK), .mask), (Int(U2NET_CUTOUT), .cutout), (Int(U2NET_COMPOSITE), .composite),
  ]

  init(_ pointer: UnsafePointer<u2net_options>?) throws(Failure) {
    let options = try u2net_options.optional(pointer, called: "options"), wanted = Int(options.wanted)
    let known = Self.kinds.reduce(Int(U2NET_PROBABILITIES)) { $0 | $1.bit }
    guard wanted & ~known == 0 else { throw .invalid("wanted: \(wanted & ~known) is nothing that can be wanted") }
    kinds = Self.kinds.filter { wanted & $0.bit != 0 }.map(\.kind)
    wantsProbabilities = wanted & Int(U2NET_PROBABILITIES) != 0
    format = try choice(options.format, "format", [nil, .png, .jpeg, .webP])
    (mask, cutout, encoding) = (try options.mask(), try options.cutout(), options.encoding)
    pixelLimit = options.pixel_limit == 0 ? PhotoSettings().pixelLimit : Int(clamping: options.pixel_limit)
    (progress, context) = (options.progress, options.context)
  }

  /// Tells the caller what is about to be done.
  /// - Throws: `CancellationError` if it does not want that any more.
  func tell(_ step: PhotoStep) throws {
    guard let progress else { return }
    let number =
      switch step {
      case .decode: U2NET_STEP_DECODE
      case .detect: U2NET_STEP_DETECT
      case .render: U2NET_STEP_RENDER
      case .encode: U2NET_STEP_ENCODE
      }
    if progress(context, Int32(number)) != 0 { throw CancellationError() }
  }
}

extension u2net_options {
  fileprivate func mask() throws(Failure) -> MaskSettings {
    var mask = MaskSettings()
    mask.postProcesses = post_process != 0
    mask.refinement = try choice(refine, "refine", [.none, .guided])
    mask.mattingMethod = try choice(matting, "matting", [.exact, .exact, .fast])
    if matting != U2NET_MATTING_NONE {
      guard 0...255 ~= foreground_threshold, 0...255 ~= background_threshold, 0...1000 ~= erosion else {
        throw .invalid("matting's thresholds must be 0 to 255, and its erosion 0 to 1000")
      }
      mask.matting = TrimapOptions(
        foregroundThreshold: UInt8(foreground_threshold), backgroundThreshold: UInt8(background_threshold),
        erosion: Int(erosion))
    }
    mask.levels = try value(levels, "levels", "BLACK,WHITE[,GAMMA]", LevelCurve.init)
    mask.minRegion = try value(min_region, "min_region", "PIXELS or SHARE%", RegionSize.init)
    mask.minHole = try value(min_hole, "min_hole", "PIXELS or SHARE%", RegionSize.init)
    (mask.grow, mask.threshold, mask.feather) = (grow, threshold < 0 ? nil : threshold, feather)
    return mask
  }

  fileprivate func cutout() throws(Failure) -> CutoutSettings {
    var cutout = CutoutSettings()
    cutout.keepsColors = keep_colors != 0
    cutout.background = try value(
      background, "background", "a colour, blur:SIGMA or a picture's file", CutoutSettings.Background.init)
    let margin = try value(margin, "margin", "PIXELS or SHARE%", CutoutLayout.Margin.init)
    let hasCanvas = canvas_width != 0 || canvas_height != 0
    cutout.layout = CutoutLayout(
      crops: crop != 0, isSquare: square != 0,
      size: hasCanvas ? PixelSize(width: Int(canvas_width), height: Int(canvas_height)) : nil, margin: margin)
    guard margin == nil || cutout.layout != nil else {
      throw .invalid("a margin needs crop, square or a canvas")
    }
    if no_enlarging != 0 { cutout.layout?.enlarges = false }
    return cutout
  }

  fileprivate var encoding: EncodingSettings {
    var encoding = EncodingSettings()
    (encoding.maskBits, encoding.compression, encoding.quality) = (Int(mask_bits), Int(compression), Int(quality))
    (encoding.isLossless, encoding.keepsExif) = (lossless != 0, drop_exif == 0)
    return encoding
  }
}
