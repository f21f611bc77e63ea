import U2NetCompute
import Testing
import U2NetPlatform

@testable import U2NetSafetensors

/// Damaged files end in an error or in tensors, never in a crash.
@Suite struct DamageTests {
  private let intact: [UInt8] = {
    var store = ParameterStore(source: "", metadata: ["a": "b"])
    store["weight"] = Tensor(shape: [2, 3], [1, 2, 3, 4, 5, 6])
    store["bias"] = Tensor(shape: [2], [1, 2])
    return Safetensors.serialize(store)
  }()

  @Test func everyTruncationIsAnError() {
    for length in 0..<intact.count {
      #expect(throws: WeightFileError.self) { try read(Array(intact[..<length])) }
    }
  }

  @Test func randomChanges() {
    var generator = SplitMix64(seed: 1)
    var outcomes = (errors: 0, results: 0)
    for _ in 0..<4000 {
      var bytes = intact
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0 ... .max, using: &generator)
      }
      if let store = try? read(bytes) {
        _ = checksum(store)
        outcomes.results += 1
      } else {
        outcomes.errors += 1
      }
    }
    #expect(outcomes.errors > 100 && outcomes.results > 100)
  }
}
