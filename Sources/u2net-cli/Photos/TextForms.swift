import ArgumentParser
import U2Net
import U2NetFiles
import U2NetTraining

// What the library reads from text is an argument as it is.

extension CutoutLayout.Margin: ExpressibleByArgument {}
extension RegionSize: ExpressibleByArgument {}
extension LevelCurve: ExpressibleByArgument {}
extension ColorJitter: ExpressibleByArgument {}
extension Preprocessing: ExpressibleByArgument {}
extension Normalization: ExpressibleByArgument {}
extension ClosedFormMatting.Method: ExpressibleByArgument {}
extension MaskSettings.Refinement: ExpressibleByArgument {}
extension ExistingFiles: ExpressibleByArgument {}
extension Shard: ExpressibleByArgument {}
extension PixelSize: ExpressibleByArgument {}

extension ImageFormat: ExpressibleByArgument {
  public init?(argument: String) { self.init(fileExtension: argument) }
  public static var allValueStrings: [String] { ["png", "jpg", "webp"] }
}

extension CutoutSettings.Background: ExpressibleByArgument {
  public init?(argument: String) {
    self.init(argument)
    if case .picture = self { self = .picture(.file(FilePath(argument: argument))) }
  }

  /// The picture's file, if it is one.
  var file: FilePath? { if case .picture(let source) = self { source.file } else { nil } }

  public var defaultValueDescription: String { if case .color(let color) = self { "\(color)" } else { "\(self)" } }
}
