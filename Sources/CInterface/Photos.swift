import U2Net
import U2NetCHeader
import U2NetFiles
import U2NetPlatform

extension u2net_photo {
  /// What a caller means by a photo.
  static func source(_ pointer: UnsafePointer<u2net_photo>?) throws(Failure) -> PhotoSource {
    let photo = try u2net_photo(pointer, called: "photo"), name = try text(photo.name, "name")
    guard [photo.path != nil, photo.bytes != nil, photo.picture != nil].count(where: { $0 }) == 1 else {
      throw .invalid("photo: there must be one of path, bytes and picture")
    }
    if let path = photo.path { return .file(FilePath(path), name: name) }
    if let bytes = photo.bytes {
      return .bytes([UInt8](UnsafeRawBufferPointer(start: bytes, count: photo.byte_count)), name: name ?? "photo")
    }
    return .pixels(try u2net_picture(photo.picture, called: "picture").buffer(), name: name ?? "photo")
  }
}

extension FilePath {
  /// The bytes before the 0.
  init(_ path: UnsafePointer<CChar>) {
    self.init(bytes: UnsafeRawBufferPointer(start: path, count: strlen(path)))
  }
}

extension u2net_picture {
  private static let layouts: [PixelBuffer.Layout] = [.gray, .grayAlpha, .rgb, .bgr, .rgba, .bgra, .rgbx, .bgrx]

  /// The pixels where they lie.
  func buffer() throws(Failure) -> PixelBuffer {
    let pixels = try required(pixels, "picture: pixels")
    guard width > 0, height > 0 else { throw .invalid("picture: it cannot be \(width) x \(height) pixels") }
    guard bits == 8 || bits == 16 else { throw .invalid("picture: samples have 8 or 16 bits, not \(bits)") }
    let layout = try choice(layout &- 1, "picture: layout, less 1,", Self.layouts)
    let row = Int(width) * layout.samples * Int(bits) / 8,
      distance = bytes_per_row == 0 ? row : Int(clamping: bytes_per_row)
    let (above, isLarge) = (Int(height) - 1).multipliedReportingOverflow(by: distance)
    guard distance >= row, !isLarge, above <= .max - row else {
      throw .invalid("picture: bytes_per_row is \(bytes_per_row) for \(height) rows of \(row) bytes")
    }
    return PixelBuffer(
      memory: UnsafeRawBufferPointer(start: pixels, count: above + row), width: Int(width), height: Int(height),
      layout: layout, bitsPerSample: Int(bits), bytesPerRow: distance)
  }

  /// Pixels that somebody keeps.
  init(_ buffer: PixelBuffer) {
    self = .initial
    pixels = buffer.withUnsafeBytes { $0.baseAddress }
    (width, height, bytes_per_row) = (Int32(buffer.width), Int32(buffer.height), buffer.bytesPerRow)
    (layout, bits) = (Int32(Self.layouts.firstIndex(of: buffer.layout)! + 1), Int32(buffer.bitsPerSample))
  }
}
