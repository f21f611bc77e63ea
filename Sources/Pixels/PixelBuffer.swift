/// A picture where it lies in memory, as cameras, video decoders and other libraries have it: rows at any distance, samples in
/// their order. Nothing is copied when one is made.
///
///     let frame = PixelBuffer(memory: pixels, width: 1920, height: 1080, layout: .bgra, bytesPerRow: 7_808)
///     let mask = detector.detect(in: frame).mask()
///
/// Rows go from the top, pixels from the left; alpha is not premultiplied. Samples of 16 bits are 0…65535 in the byte order of
/// this machine.
public struct PixelBuffer: @unchecked Sendable {  // Nobody writes to the memory, says its owner.
  /// What the samples of a pixel are, in the order of memory.
  public enum Layout: Sendable, Hashable, CaseIterable {
    /// One to four samples, first the first that is named.
    case gray, grayAlpha, rgb, bgr, rgba, bgra
    /// With a fourth sample that means nothing.
    case rgbx, bgrx
  }

  private enum Storage {
    case bytes([UInt8])
    case words([UInt16])
    case memory(UnsafeRawBufferPointer, owner: AnyObject?)
  }

  /// In pixels, at least 1.
  public let width, height: Int
  /// What the samples of a pixel are.
  public let layout: Layout
  /// 8 or 16.
  public let bitsPerSample: Int
  /// From the beginning of a row to that of the next.
  public let bytesPerRow: Int
  private let storage: Storage
  /// Of the memory, in bytes, that lie before the picture.
  private let start: Int

  /// A picture that lies in memory, which is not copied.
  /// - Parameters:
  ///   - memory: at least the rows; the last may end with its last pixel.
  ///   - owner: what keeps `memory` valid and unchanged; retained. Without one, the memory must stay until whatever
  ///     the buffer was given to has returned, for a photo of many until its outcome is there.
  ///   - width: in pixels, at least 1.
  ///   - height: in pixels, at least 1.
  ///   - layout: what the samples of a pixel are.
  ///   - bitsPerSample: 8, or 16 in the machine's byte order.
  ///   - bytesPerRow: nil: rows follow each other without a gap.
  /// - Precondition: the picture lies within the memory.
  public init(
    memory: UnsafeRawBufferPointer, owner: AnyObject? = nil, width: Int, height: Int, layout: Layout,
    bitsPerSample: Int = 8, bytesPerRow: Int? = nil
  ) {
    self.init(.memory(memory, owner: owner), memory.count, width, height, layout, bitsPerSample, bytesPerRow)
  }

  /// A picture of 8 bits per sample in an array.
  public init(_ samples: [UInt8], width: Int, height: Int, layout: Layout, bytesPerRow: Int? = nil) {
    self.init(.bytes(samples), samples.count, width, height, layout, 8, bytesPerRow)
  }

  /// A picture of 16 bits per sample in an array.
  public init(_ samples: [UInt16], width: Int, height: Int, layout: Layout, bytesPerRow: Int? = nil) {
    self.init(.words(samples), 2 * samples.count, width, height, layout, 16, bytesPerRow)
  }

  private init(
    _ storage: Storage, _ count: Int, _ width: Int, _ height: Int, _ layout: Layout, _ bits: Int, _ bytesPerRow: Int?
  ) {
    precondition(width > 0 && height > 0, "a picture cannot be \(width) x \(height)")
    precondition(bits == 8 || bits == 16, "samples have 8 or 16 bits, not \(bits)")
    let (row, isWide) = width.multipliedReportingOverflow(by: layout.samples * bits / 8)
    let distance = bytesPerRow ?? row
    precondition(!isWide && distance >= row, "rows of \(width) pixels (\(layout)) do not fit into \(distance) bytes")
    let (above, isHigh) = (height - 1).multipliedReportingOverflow(by: distance)
    let (end, isLarge) = above.addingReportingOverflow(row)
    precondition(
      !isHigh && !isLarge && end <= count, "\(height) rows of \(distance) bytes do not lie in \(count) bytes")
    (self.storage, self.width, self.height, self.layout) = (storage, width, height, layout)
    (bitsPerSample, self.bytesPerRow, start) = (bits, distance, 0)
  }

  private init(_ rect: PixelRect, of whole: PixelBuffer) {
    (storage, layout, bitsPerSample, bytesPerRow) = (
      whole.storage, whole.layout, whole.bitsPerSample, whole.bytesPerRow
    )
    (width, height) = (rect.width, rect.height)
    start = whole.start + rect.y * bytesPerRow + rect.x * layout.samples * bitsPerSample / 8
  }

  /// The part of the picture inside `rect`, where it lies.
  /// - Precondition: `rect` lies within the picture and is not empty.
  public func cropped(to rect: PixelRect) -> PixelBuffer {
    precondition(
      rect.x >= 0 && rect.y >= 0 && rect.width > 0 && rect.height > 0 && rect.x + rect.width <= width
        && rect.y + rect.height <= height, "\(rect) is not inside \(width) x \(height) pixels")
    return PixelBuffer(rect, of: self)
  }

  /// Calls `body` with the memory, which stays for as long.
  /// - Throws: what `body` throws.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    func shown(_ memory: UnsafeRawBufferPointer) throws -> Result {
      try body(UnsafeRawBufferPointer(rebasing: memory[start...]))
    }
    return switch storage {
    case .bytes(let samples): try samples.withUnsafeBytes(shown)
    case .words(let samples): try samples.withUnsafeBytes(shown)
    case .memory(let memory, let owner): try withExtendedLifetime(owner) { try shown(memory) }
    }
  }
}

extension PixelBuffer.Layout {
  /// In memory, those that mean nothing among them.
  package var samples: Int {
    switch self {
    case .gray: 1
    case .grayAlpha: 2
    case .rgb, .bgr: 3
    case .rgba, .bgra, .rgbx, .bgrx: 4
    }
  }

  /// What the samples that mean something are in an `Image`.
  public var channels: Channels {
    switch self {
    case .gray: .gray
    case .grayAlpha: .grayAlpha
    case .rgb, .bgr, .rgbx, .bgrx: .rgb
    case .rgba, .bgra: .rgba
    }
  }

  /// Where in a pixel the channels of an `Image` are, in samples.
  var order: [Int] {
    let isReversed = self == .bgr || self == .bgra || self == .bgrx
    return (0..<channels.rawValue).map { isReversed && $0 < 3 ? 2 - $0 : $0 }
  }
}
