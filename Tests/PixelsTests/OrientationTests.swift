import PixelsTestSupport
import U2NetPixels
import Testing

@Suite struct OrientationTests {
  @Test(arguments: Orientation.allCases)
  func `every pixel goes to its place`(_ orientation: Orientation) {
    // More than one block along each axis, and not whole ones.
    let (width, height) = (75, 41)
    for channels in Channels.allCases {
      let image = texture(width, height, channels)
      check(image, orientation)
      check(converted(image) { UInt16($0) * 257 }, orientation)
      check(converted(image) { Float($0) / 255 }, orientation)
    }
  }

  private func converted<Sample>(_ image: Image<UInt8>, _ convert: (UInt8) -> Sample) -> Image<Sample> {
    Image(width: image.width, height: image.height, channels: image.channels, samples: image.samples.map(convert))
  }

  /// By the definition in EXIF: which side of the displayed image the first row and the first column are on.
  private func check<Sample>(_ image: Image<Sample>, _ orientation: Orientation) {
    let (width, height) = (image.width, image.height)
    let turned = image.oriented(by: orientation)
    #expect([turned.width, turned.height] == (orientation.rawValue < 5 ? [width, height] : [height, width]))
    let channels = image.channels.rawValue
    var wrong = 0
    for row in 0..<height {
      for column in 0..<width {
        let (x, y) =
          switch orientation {
          case .up: (column, row)
          case .upMirrored: (width - 1 - column, row)
          case .down: (width - 1 - column, height - 1 - row)
          case .downMirrored: (column, height - 1 - row)
          case .leftMirrored: (row, column)
          case .right: (height - 1 - row, column)
          case .rightMirrored: (height - 1 - row, width - 1 - column)
          case .left: (row, width - 1 - column)
          }
        let from = (row * width + column) * channels
        let to = (y * turned.width + x) * channels
        if turned.samples[to..<to + channels] != image.samples[from..<from + channels] { wrong += 1 }
      }
    }
    #expect(wrong == 0)
  }
}
