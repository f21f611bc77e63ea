internal import U2NetCMatting
import U2NetPixels

/// Makes a soft, coarse mask follow the edges of the photo: the fast guided filter with colours as guide (He and Sun,
/// arXiv 1505.00996).
///
/// On a coarse grid the mask is fitted, in windows, by linear functions of the colours; the photo at its full size then
/// goes through these functions, interpolated. Where the mask is certain all around it stays as it is, so that nothing of
/// one colour glows or fades elsewhere.
///
/// What it leaves of haze, where object and background are of similar colours, `leveled` with black at 0.1 and white at 0.9
/// takes away.
///
/// Time does not depend on the reach. Memory beside the result: about 50 bytes for each cell of the grid, of which there
/// are 1.3 million for a photo of 12 megapixels, and for each thread some rows of the photo as floats.
public struct GuidedFilter: Sendable, Hashable {
  /// How far from its edge the mask may be wrong, as a share of the photo's longer side: 0…0.1. By default two pixels of
  /// 320: masks made at that size follow tyre treads and fur then, and larger windows only let more haze in.
  public var reach: Double
  /// The variance of colours (0…1, squared) up to which a window counts as flat: larger is smoother.
  public var epsilon: Float

  /// A filter that looks that far and smooths that much.
  /// - Precondition: `reach` is in 0…0.1, `epsilon` above 0 and finite.
  public init(reach: Double = 0.006, epsilon: Float = 1e-4) {
    precondition(0...0.1 ~= reach, "a reach of \(reach) is not in 0...0.1")
    precondition(epsilon > 0 && epsilon.isFinite, "epsilon cannot be \(epsilon)")
    self.reach = reach
    self.epsilon = epsilon
  }

  /// The grid is as coarse as lets windows reach this many cells to each side.
  private static let finestRadius = 8.0

  /// `mask` refined for `photo`.
  ///
  /// - Parameters:
  ///   - mask: grey, of any size; it is brought to the photo's.
  ///   - photo: of any channels; alpha of its own is ignored.
  ///   - threads: that work on it; the result is the same for any number.
  /// - Returns: grey, of the photo's size.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public func refined<Sample: MaskSample>(
    _ mask: Image<Sample>, photo: Image<Sample>, threads: Int = 1
  ) -> Image<Sample> {
    requireMask(mask)
    let mask = mask.resampled(width: photo.width, height: photo.height, threads: threads)
    let pixels = Double(max(photo.width, photo.height)) * reach
    let cell = max(1, Int(pixels / Self.finestRadius))
    let grid = GuideGrid(of: photo, mask: mask, cell: cell, threads: threads)
    let models = grid.models(radius: max(1, Int((pixels / Double(cell)).rounded())), epsilon: epsilon, threads: threads)
    return Image(width: photo.width, height: photo.height, channels: .gray) { output in
      grid.apply(models, to: photo, threads: threads) { y, values in
        let row = output.baseAddress! + y * photo.width
        for x in 0..<photo.width { row[x] = Sample(share: values[x]) }
      }
    }
  }
}
