import Foundation
import U2NetSafetensors
import Testing

@testable import U2NetWeightFiles

@Suite struct TorchTests {
  @Test(arguments: ["state.zip", "state.legacy", "wrapped.zip", "wrapped.legacy"])
  func stateDictionaries(name: String) throws {
    let store = try #require(try WeightFile.read(path: fixture("\(name).pth")).store)
    let golden = try Golden.tensors("state")
    #expect(store.names.sorted() == golden.keys.sorted())
    for (name, golden) in golden { expectEqual(store[name], golden, name) }
  }

  @Test func tensorsShareTheirStorage() throws {
    let store = try #require(try WeightFile.read(path: fixture("state.zip.pth")).store)
    let whole = store["shared"]!.values
    #expect(store["window"]!.values == [6, 8, 10, 12, 14, 16].map { whole[$0] })
    #expect(store["transposed"]!.values == (0..<6).flatMap { column in (0..<4).map { whole[$0 * 6 + column] } })
  }

  @Test(arguments: [
    ("evil.zip", "archive/data.pkl, byte 2: refusing to run os.system"),
    ("evil.legacy", "byte 139: refusing to run os.system"),
    ("complex.zip", "tensor bad: expected a dense tensor of real numbers, found torch.ComplexFloatStorage"),
    ("complex.legacy", "tensor bad: expected a dense tensor of real numbers, found torch.ComplexFloatStorage"),
    ("sparse.zip", "tensor sparse: expected a dense tensor of real numbers, found torch._utils._rebuild_sparse_tensor"),
    ("quantized.zip", "tensor quantized: expected a dense tensor of real numbers, found torch._utils._rebuild_qtensor"),
  ])
  func refused(name: String, expected: String) {
    #expect(message(fixture("\(name).pth")) == expected)
  }

  @Test func aLegacyFileCutInItsStorages() throws {
    let bytes = try Data(contentsOf: URL(filePath: fixture("state.legacy.pth")))
    // The last storage is that of `empty`, only a count; before it comes that of `parameter`, of four floats.
    #expect(try message(bytes.dropLast(1)) == "byte \(bytes.count - 8): expected 8 more bytes, found 7")
    #expect(try message(bytes.dropLast(9)) == "byte \(bytes.count - 24): expected 16 more bytes, found 15")
  }
}
