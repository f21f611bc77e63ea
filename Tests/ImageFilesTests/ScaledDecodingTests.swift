import Foundation
import U2NetImageFiles
import Testing

struct ScaledDecodingTests {
  private func bytes(_ name: String) throws -> [UInt8] {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try ImageFile.read(package.appending(path: "Examples/photos/\(name)").path)
  }

  /// 640×427: the smallest of 1/1, 1/2, 1/4, 1/8 whose shorter side is long enough.
  @Test(arguments: [(428, 640, 427), (214, 640, 427), (213, 320, 214), (106, 160, 107), (53, 80, 54), (1, 80, 54)])
  func scaleFollowsTheSideAskedFor(_ sides: Int, _ width: Int, _ height: Int) throws {
    let image = try Image<UInt8>(decoding: bytes("rocket.jpg"), source: "rocket.jpg", sidesAtLeast: sides)
    #expect(image.width == width && image.height == height && image.channels == .rgb)
  }

  @Test func aScaledPictureShowsTheSame() throws {
    let whole = try Image<UInt8>(decoding: bytes("rocket.jpg"), source: "rocket.jpg")
    let scaled = try Image<UInt8>(decoding: bytes("rocket.jpg"), source: "rocket.jpg", sidesAtLeast: 100)
    let expected = whole.resized(width: scaled.width, height: scaled.height, filter: .bilinear)
    let difference = zip(scaled.samples, expected.samples).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    #expect(Double(difference) / Double(scaled.samples.count) < 2)
  }

  @Test func aWebPIsScaled() throws {
    let photo = try Image<UInt8>(decoding: bytes("rocket.jpg"), source: "rocket.jpg")
    let webP = try photo.webPData(source: "x")
    let whole = try Image<UInt8>(decoding: webP, source: "x")
    let scaled = try Image<UInt8>(decoding: webP, source: "x", sidesAtLeast: 100)
    #expect(scaled.width == 160 && scaled.height == 107 && scaled.channels == .rgb)
    let expected = whole.resized(width: scaled.width, height: scaled.height, filter: .bilinear)
    let difference = zip(scaled.samples, expected.samples).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    #expect(Double(difference) / Double(scaled.samples.count) < 3)
  }

  @Test func pngIsDecodedWhole() throws {
    let image = try Image<UInt8>(decoding: bytes("chelsea.png"), source: "chelsea.png", sidesAtLeast: 1)
    #expect(image.width == 451 && image.height == 300)
  }
}
