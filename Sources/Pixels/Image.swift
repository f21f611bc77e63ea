/// A type that holds one sample of one pixel.
///
/// Value ranges by convention: 0...255 for `UInt8`, 0...65535 for `UInt16`, 0...1 for `Float`.
public protocol PixelSample: BitwiseCopyable, Equatable, Sendable {}

extension UInt8: PixelSample {}
extension UInt16: PixelSample {}
extension Float: PixelSample {}

/// What the samples of a pixel stand for; the raw value is how many there are.
public enum Channels: Int, Sendable, CaseIterable {
  /// One sample.
  case gray = 1
  /// Grey, alpha.
  case grayAlpha = 2
  /// Red, green, blue.
  case rgb = 3
  /// Red, green, blue, alpha.
  case rgba = 4

  /// Whether the last sample is alpha.
  public var hasAlpha: Bool { self == .grayAlpha || self == .rgba }

  /// The same colours without alpha.
  public var opaque: Channels { self == .gray || self == .grayAlpha ? .gray : .rgb }
}

/// A picture in memory: rows from the top, pixels from the left, the samples of a pixel side by side.
/// Sample `c` of the pixel at column `x` and row `y` is `samples[(y * width + x) * channels.rawValue + c]`.
///
/// Alpha is not premultiplied. Samples are as stored: what colours they mean is said elsewhere, by a file's profile say.
public struct Image<Sample: PixelSample>: Equatable, Sendable {
  /// In pixels, at least 1.
  public let width: Int
  /// In pixels, at least 1.
  public let height: Int
  /// What each pixel consists of.
  public let channels: Channels
  /// `width * height * channels.rawValue` samples.
  public let samples: [Sample]

  /// The picture of these samples, row by row from the top, the samples of a pixel together.
  /// - Precondition: sides are at least 1, and there are `width * height * channels.rawValue` samples.
  @inlinable
  public init(width: Int, height: Int, channels: Channels, samples: [Sample]) {
    let count = Image.sampleCount(width, height, channels)
    precondition(
      samples.count == count,
      "a \(width) x \(height) image of \(channels.rawValue) channels has \(count) samples, not \(samples.count)")
    self.width = width
    self.height = height
    self.channels = channels
    self.samples = samples
  }

  /// Makes an image whose samples `fill` writes: all of them, unless it throws.
  /// - Throws: what `fill` throws.
  @inlinable
  public init<Failure: Error>(
    width: Int, height: Int, channels: Channels,
    unsafeUninitialized fill: (UnsafeMutableBufferPointer<Sample>) throws(Failure) -> Void
  ) throws(Failure) {
    let count = Image.sampleCount(width, height, channels)
    var failure: Failure?
    let samples = [Sample](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(Failure) {
        try fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    self.init(width: width, height: height, channels: channels, samples: samples)
  }

  @usableFromInline
  static func sampleCount(_ width: Int, _ height: Int, _ channels: Channels) -> Int {
    precondition(width > 0 && height > 0, "an image cannot be \(width) x \(height)")
    let (pixels, tooMany) = width.multipliedReportingOverflow(by: height)
    let (count, tooManySamples) = pixels.multipliedReportingOverflow(by: channels.rawValue)
    precondition(!tooMany && !tooManySamples, "an image of \(width) x \(height) cannot be addressed")
    return count
  }
}
