package import U2NetFiles
import U2NetImageFiles
import U2NetMachine
import U2NetPixels

/// A mask in a file: what everybody who reads masks reads them with, at the depth that the file has.
package struct MaskFile {
  private let path: FilePath
  private let source: String

  /// - Parameter source: what to call the file in messages.
  package init(_ path: FilePath, source: String) { (self.path, self.source) = (path, source) }

  /// A predicted mask.
  /// - Throws: `ImageError`; `EvaluationError` if it is no mask.
  package func prediction() throws -> Image<UInt8> {
    try read({ try $0.maskLevels(source: source) }, { try $0.maskLevels(source: source) })
  }

  /// A true mask.
  /// - Throws: `ImageError`; `EvaluationError` if it is no mask.
  package func truth() throws -> Image<UInt8> {
    try read({ try $0.trueMaskLevels(source: source) }, { try $0.trueMaskLevels(source: source) })
  }

  /// Alpha, 0 … 1, of any picture.
  /// - Throws: `ImageError`.
  package func alpha() throws -> Image<Float> { try read({ $0.alphaLevels() }, { $0.alphaLevels() }, scoring: 24) }

  /// Bytes that scoring a pair takes for each of its pixels, beside the picture as it is decoded.
  private static let scoringBytes = 10

  private func read<Sample>(
    _ shallow: (Image<UInt8>) throws -> Image<Sample>, _ deep: (Image<UInt16>) throws -> Image<Sample>,
    scoring: Int = scoringBytes
  ) throws -> Image<Sample> {
    let file = try PictureFile(ImageFile.read(path), source: source), header = file.header
    let isDeep = header.bitDepth == 16
    let each = header.channels.rawValue * (isDeep ? 2 : 1) + scoring
    guard header.width * header.height <= max(0, ResourceLimits.availableMemory) / each else {
      throw ImageError.outOfMemory(source: source, width: header.width, height: header.height)
    }
    return isDeep ? try deep(file.deepImage()) : try shallow(file.image())
  }
}
