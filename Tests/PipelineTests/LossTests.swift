import Foundation
import Testing
import U2Net

/// What a result's format cannot hold is in the photo's remarks, once.
struct LossTests {
  @Test func whatAFormatCannotHoldIsRemarked() throws {
    var settings = PhotoSettings()
    settings.inputSize = 96
    settings.cutout.background = .color(.white)
    let processor = try PhotoProcessor(settings: settings, cores: 1)
    var metadata = Metadata(density: PixelDensity(horizontal: 70_000, vertical: 70_000))
    metadata.exif =
      [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x0E, 0x01, 2, 0, 0x70, 0x11, 1, 0, 26, 0, 0, 0, 0, 0, 0, 0]
      + [UInt8](repeating: 65, count: 70_000)
    let photo = PhotoSource.pixels(disc(), metadata: metadata)
    var told: [String] = []
    let made = try processor.process(photo, into: [.composite(as: .jpeg), .composite(as: .png), .composite(as: .jpeg)])
    {
      told.append($0)
    }
    #expect(told.count == 2 && told == made.report.remarks, "\(told)")
    #expect(told.contains { $0.hasPrefix("its EXIF of 70026 bytes") } && told.contains { $0.contains("70000 × 70000") })
    #expect(try processor.process(photo, into: [.mask, .composite(as: .png)]).report.remarks == nil)
    // Whoever leaves EXIF out is not told that it is.
    settings.encoding.keepsExif = false
    let without = try PhotoProcessor(settings: settings, cores: 1).process(photo, into: [.composite(as: .jpeg)])
    #expect(without.report.remarks?.count == 1)
  }
}
