import ArgumentParser
import Files
import Images
import Pipeline

/// How result files are written.
struct EncodingOptions: ParsableArguments {
  @Option(help: "Bits per sample of masks, 8 or 16. Cut-outs have those of the photo.")
  var depth = 8

  @Option(help: "How hard PNGs are compressed, 0 (not) to 9 (smallest); higher levels take several times as long.")
  var compression = ImageFile.defaultCompression

  @Option(help: "Quality of JPEG and WebP, 1 to 100.")
  var quality = 92

  @Flag(help: "Write WebP without loss.")
  var lossless = false

  @Flag(help: "Leave the photo's EXIF (camera, time, place) out of results; colour profile and resolution stay.")
  var strip = false

  func validate() throws {
    guard depth == 8 || depth == 16 else { throw ValidationError("--depth must be 8 or 16, not \(depth)") }
    guard (0...9).contains(compression) else {
      throw ValidationError("--compression must be 0 to 9, not \(compression)")
    }
    guard (1...100).contains(quality) else { throw ValidationError("--quality must be 1 to 100, not \(quality)") }
  }

  /// Kinds of files that can be written.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case png, jpg, webp

    var imageFormat: ImageFormat {
      switch self {
      case .png: .png
      case .jpg: .jpeg
      case .webp: .webP
      }
    }
  }

  func encode(
    _ image: Image<UInt8>, _ metadata: Metadata, to path: FilePath, as format: ImageFormat, threads: Int
  ) throws -> [UInt8] {
    switch format {
    case .png: return image.pngData(compression: compression, metadata: metadata, threads: threads)
    case .jpeg:
      guard !image.channels.hasAlpha else {
        throw CommandFailure("\(path): JPEG has no transparency; choose .png or .webp, or give a --background")
      }
      return try image.jpegData(quality: quality, metadata: metadata, source: "\(path)")
    case .webP:
      return try image.webPData(
        lossless ? .lossless : .lossy(quality: quality), metadata: metadata, source: "\(path)")
    }
  }

  /// 16 bits go into a PNG; other formats have 8.
  func encode(
    _ image: Image<UInt16>, _ metadata: Metadata, to path: FilePath, as format: ImageFormat, threads: Int
  ) throws -> [UInt8] {
    guard format == .png else {
      return try encode(image.converted(to: UInt8.self), metadata, to: path, as: format, threads: threads)
    }
    return image.pngData(compression: compression, metadata: metadata, threads: threads)
  }
}
