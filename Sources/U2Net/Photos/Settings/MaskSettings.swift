/// What becomes of the network's mask. Steps are in the order of the properties; without any, the mask is the network's,
/// enlarged to the photo's size.
public struct MaskSettings: Sendable, Hashable {
  /// How a mask gets to the photo's edges.
  public enum Refinement: String, Sendable, CaseIterable {
    /// Not: its edges are as soft as the photo is larger than what the network sees.
    case none
    /// Edges follow the photo's: a guided filter.
    case guided
  }

  /// rembg's clean-up: smooth, then black or white only.
  public var postProcesses = false
  /// Done before matting, which it may be combined with.
  public var refinement = Refinement.none
  /// Solve for the alpha of soft edges, as hair has them: closed-form matting with what this says is certain of a mask;
  /// nil: no matting. Its erosion is 0…1000 pixels.
  public var matting: TrimapOptions?
  /// Trimaps of the photos' sizes, in place of what is certain of their masks: from grey 230 on object, up to 25 background, unknown
  /// between. `matting` need not be set. What the network saw is in the verdict alone.
  public var trimaps: CompanionPictures?
  /// Plates: photos of the background without the object, with which the mask is corrected and alpha is solved for, in place of
  /// `matting` and `trimaps`. Of a plate that does not fit that is said, and the mask stays.
  public var plates: CompanionPictures?
  /// How that is solved.
  public var mattingMethod = ClosedFormMatting.Method.fast
  /// Black, white and gamma of the grey values; nil: as they are.
  public var levels: LevelCurve?
  /// Parts smaller than this are removed.
  public var minRegion: RegionSize?
  /// Holes smaller than this are filled.
  public var minHole: RegionSize?
  /// Pixels that the object grows by, or shrinks by if negative: -1000…1000.
  public var grow = 0.0
  /// Grey values from this share of white on become white, all others black: 0…1.
  public var threshold: Double?
  /// Sigma in pixels of a Gaussian that softens edges: 0…1000.
  public var feather = 0.0

  /// The network's mask, and nothing done to it.
  public init() {}

  /// Whether the photo is needed at its full size to make its mask.
  public var needsPixels: Bool { refinement != .none || isMatted }

  /// Whether alpha is solved for.
  var isMatted: Bool { matting != nil || trimaps != nil || plates != nil }

  /// Pictures that go with photos, and what messages call them.
  package var companions: [(pictures: CompanionPictures, role: String)] {
    [(trimaps, "trimap"), (plates, "plate")].compactMap { pictures, role in pictures.map { ($0, role) } }
  }

  /// Checks every number.
  /// - Throws: `SettingsError` for the first number that is out of its range.
  public func validate() throws(SettingsError) {
    if let matting { try matting.validate() }
    try minRegion?.validate(.minRegion)
    try minHole?.validate(.minHole)
    try SettingsError.require(.feather, feather, in: 0...1000)
    try SettingsError.require(.grow, grow, in: -1000...1000)
    if let threshold { try SettingsError.require(.threshold, threshold, in: 0...1) }
  }
}

extension TrimapOptions {
  /// Checks the thresholds and the erosion.
  /// - Throws: `SettingsError` if the thresholds cross, or the erosion is not 0…1000 pixels.
  public func validate() throws(SettingsError) {
    guard backgroundThreshold <= foregroundThreshold else {
      throw .thresholdsCross(background: backgroundThreshold, foreground: foregroundThreshold)
    }
    try SettingsError.require(.erosion, erosion, in: 0...1000)
  }
}

extension RegionSize {
  fileprivate func validate(_ setting: SettingsError.Setting) throws(SettingsError) {
    switch self {
    case .pixels(let count): try SettingsError.require(setting, count, in: 0...Int.max)
    case .share(let share): try SettingsError.require(setting, share, in: 0...1)
    }
  }
}
