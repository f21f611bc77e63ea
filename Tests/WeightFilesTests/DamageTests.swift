import Foundation
import U2NetPlatform
import U2NetSafetensors
import Testing

@testable import U2NetWeightFiles

/// Damaged files of every format end in an error or in tensors, never in a crash or a hang.
@Suite(.timeLimit(.minutes(5))) struct DamageTests {
  static let names = [
    "tiny.safetensors", "raw.onnx", "floats.onnx", "constant.onnx", "wrapped.zip.pth", "wrapped.legacy.pth",
  ]

  private func read(_ bytes: [UInt8]) throws(WeightFileError) -> WeightFile {
    // A copy of exactly this size, so that a memory checker notices a step beyond its end.
    let owner = Bytes(bytes)
    return try WeightFile.read(bytes: UnsafeRawBufferPointer(owner.memory), owner: owner, source: "damaged")
  }

  private func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: fixture(name)))) }

  @Test(arguments: names)
  func everyTruncationIsAnError(name: String) throws {
    let intact = try bytes(name)
    for length in 0..<intact.count {
      #expect(throws: WeightFileError.self, "\(length) bytes") { try read(Array(intact[..<length])) }
    }
  }

  @Test(arguments: names)
  func randomChanges(name: String) throws {
    let intact = try bytes(name)
    var generator = SplitMix64(seed: 1)
    var errors = 0
    for _ in 0..<3000 {
      var bytes = intact
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0 ... .max, using: &generator)
      }
      do throws(WeightFileError) { _ = try read(bytes).elements } catch { errors += 1 }
    }
    #expect(errors > 300)
  }
}
