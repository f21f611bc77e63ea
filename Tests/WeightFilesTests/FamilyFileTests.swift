import Foundation
import Testing
import U2Net
import U2NetCompute
import U2NetNetwork

/// Checkpoints and graphs of IS-Net and of U²-Net for four classes as PyTorch writes them, with batch statistics by chance.
///
/// They are large: `Tests/U2NetTests/Fixtures/make_isnet_goldens.py FOLDER isnet`, and cloth, make them, and `U2NET_FAMILY=FOLDER`
/// has them tested.
struct FamilyFileTests {
  private static let folder = ProcessInfo.processInfo.environment["U2NET_FAMILY"].map { URL(filePath: $0) }

  @Test(
    .enabled(
      if: folder != nil, "U2NET_FAMILY names no folder with what make_isnet_goldens.py makes of random networks"),
    arguments: ["isnet", "cloth"], ["pth", "onnx"])
  func everyMap(name: String, type: String) throws {
    func floats(_ file: String) throws -> [Float] {
      try Data(contentsOf: Self.folder!.appending(path: file)).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
    let network = try TrainedNetwork(contentsOf: Self.folder!.appending(path: "\(name).\(type)").path)
    #expect(network.configuration.name == name && network.isNormalized == (type == "pth"))
    let input = try floats("\(name)-input.bin"), expected = try floats("\(name)-maps.bin")
    let side = Int(Double(input.count / 3).squareRoot())
    let predictor = Predictor(PreparedNetwork(network), height: side, width: side, maps: .all, threads: 2)
    input.withUnsafeBufferPointer(predictor.run)
    // The prediction, then the sides: of IS-Net the first of them once more.
    let first = network.configuration.isFused ? 0 : 1
    let found = (first...6).flatMap { predictor.map($0) }
    try #require(found.count == expected.count)
    let difference = zip(found, expected).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    #expect(difference < 1e-4 * max(1, expected.reduce(0) { max($0, abs($1)) }), "\(name).\(type): \(difference)")
    print("\(name).\(type): largest difference \(difference)")
  }
}
