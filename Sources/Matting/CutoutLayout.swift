import U2NetPixels

/// How a cut-out is framed: cropped to the object, with a margin, in a shape. What lies outside the photo is transparent.
public struct CutoutLayout: Sendable, Hashable {
  /// Room around the object.
  public enum Margin: Sendable, Hashable {
    /// Of the result.
    case pixels(Int)
    /// Of the shorter side of a canvas, of the longer side of the object otherwise; on each side, below 0.5.
    case share(Double)
  }

  /// What the object is framed in.
  public enum Shape: Sendable, Hashable {
    /// The object's own rectangle.
    case object
    /// A square around it, the object in the middle.
    case square
    /// A canvas of this many pixels, which the object fills as far as it can, in the middle.
    case canvas(width: Int, height: Int)
  }

  /// On each side.
  public var margin: Margin
  /// Of the result.
  public var shape: Shape
  /// Whether a canvas may show the object larger than the photo does.
  public var enlarges: Bool
  /// Pixels with at least this alpha are the object: 0…1.
  public var leastAlpha: Float

  /// By default the object's own rectangle, without a margin.
  public init(
    margin: Margin = .pixels(0), shape: Shape = .object, enlarges: Bool = true, leastAlpha: Float = 0.02
  ) {
    self.margin = margin
    self.shape = shape
    self.enlarges = enlarges
    self.leastAlpha = leastAlpha
  }

  /// What these choices say together; nil: the result is framed as the photo is.
  /// - Parameters:
  ///   - crops: whether the photo is cut to the object; otherwise all of it is framed, the transparent part, too.
  ///   - isSquare: whether the result is square. A size decides that itself.
  ///   - size: of the result, which the object is fitted into; nil: as it comes.
  ///   - margin: around the object; nil: none.
  public init?(crops: Bool, isSquare: Bool, size: PixelSize?, margin: Margin?) {
    guard crops || isSquare || size != nil else { return nil }
    self.init(
      margin: margin ?? .share(0),
      shape: size.map { .canvas(width: $0.width, height: $0.height) } ?? (isSquare ? .square : .object))
    if !crops { leastAlpha = 0 }
  }
}

extension Image where Sample: MaskSample {
  /// The smallest rectangle with all pixels of a mask, or of an image's alpha, that are at least `share`; nil if there are
  /// none.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public func bounds(atLeast share: Float) -> PixelRect? {
    precondition(
      channels == .gray || channels.hasAlpha, "there is no alpha in an image of \(channels.rawValue) channels")
    let least = Sample(share: share)
    return bounds { $0 >= least }
  }

  /// This RGBA image framed by `layout`; nil if there is no object in it.
  ///
  /// Scaling is by Lanczos, with colours weighed by alpha.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public func framed(by layout: CutoutLayout, threads: Int = 1) -> Image? {
    precondition(channels == .rgba, "a cut-out has 4 channels, not \(channels.rawValue)")
    guard let object = bounds(atLeast: layout.leastAlpha) else { return nil }
    switch layout.shape {
    case .object, .square:
      let (width, height) = layout.size(around: object)
      let x = object.x - (width - object.width) / 2, y = object.y - (height - object.height) / 2
      return window(PixelRect(x: x, y: y, width: width, height: height))
    case .canvas(let width, let height):
      precondition(width > 0 && height > 0, "a canvas cannot be \(width) x \(height)")
      let margin = layout.margin.pixels(ofSide: min(width, height))
      let room = (width: max(1, width - 2 * margin), height: max(1, height - 2 * margin))
      var scale = min(Double(room.width) / Double(object.width), Double(room.height) / Double(object.height))
      if !layout.enlarges { scale = min(scale, 1) }
      let scaled = (
        width: min(room.width, max(1, Int((Double(object.width) * scale).rounded()))),
        height: min(room.height, max(1, Int((Double(object.height) * scale).rounded())))
      )
      let part = cropped(to: object)
      let fitted =
        scaled == (object.width, object.height)
        ? part
        : part.resampledByAlpha(width: scaled.width, height: scaled.height, threads: threads)
      return fitted.window(
        PixelRect(x: -(width - scaled.width) / 2, y: -(height - scaled.height) / 2, width: width, height: height))
    }
  }

  /// The part of the image in `rect`, which may reach beyond it: all samples are 0 there.
  @inline(__always)
  private func window(_ rect: PixelRect) -> Image {
    let stride = channels.rawValue
    return Image(width: rect.width, height: rect.height, channels: channels) { output in
      output.update(repeating: .none)
      let columns = max(0, rect.x)..<max(0, rect.x, min(width, rect.x + rect.width))
      let rows = max(0, rect.y)..<max(0, rect.y, min(height, rect.y + rect.height))
      samples.withUnsafeBufferPointer { input in
        for y in rows {
          let to = (y - rect.y) * rect.width + columns.lowerBound - rect.x
          (output.baseAddress! + to * stride).update(
            from: input.baseAddress! + (y * width + columns.lowerBound) * stride, count: columns.count * stride)
        }
      }
    }
  }
}

extension CutoutLayout {
  /// Whether the object may be shown at another scale than the photo's.
  public var scales: Bool { if case .canvas = shape { true } else { false } }

  /// Width and height in pixels of what `framed(by:)` makes of an object: to be known before memory is taken for it.
  public func size(around object: PixelRect) -> (width: Int, height: Int) {
    if case .canvas(let width, let height) = shape { return (width, height) }
    let margin = margin.pixels(ofSide: max(object.width, object.height))
    let (width, height) = (object.width + 2 * margin, object.height + 2 * margin)
    return shape == .square ? (max(width, height), max(width, height)) : (width, height)
  }
}

extension CutoutLayout.Margin {
  fileprivate func pixels(ofSide side: Int) -> Int {
    switch self {
    case .pixels(let pixels):
      precondition(pixels >= 0, "a margin cannot be \(pixels) pixels")
      return pixels
    case .share(let share):
      precondition(0..<0.5 ~= share, "a margin of \(share) is not in 0..<0.5")
      return Int((share * Double(side)).rounded())
    }
  }
}
