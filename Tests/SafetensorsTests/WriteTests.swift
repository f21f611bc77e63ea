import U2NetCompute
import Foundation
import Testing

@testable import U2NetSafetensors

@Suite struct WriteTests {
  private var store: ParameterStore {
    var store = ParameterStore(source: "", metadata: ["licence": "\"A\"\\\n\u{1}é", "a": ""])
    let odd: [Float] = [.nan, Float(bitPattern: 0x7fc0_1234), -.infinity, -0.0, .leastNonzeroMagnitude, 1]
    store["weight"] = Tensor(shape: [2, 3], odd)
    store["quo\"te"] = Tensor(shape: [], [3])
    store["bias"] = Tensor(shape: [0], [])
    return store
  }

  @Test func whatIsWrittenIsReadBackBitForBit() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path("x.safetensors")
    let store = store
    try Safetensors.write(store, to: path)
    let loaded = try Safetensors.read(path: path)
    #expect(loaded.metadata == store.metadata)
    #expect(loaded.names.sorted() == store.names.sorted())
    for name in store.names {
      #expect(loaded[name]!.shape == store[name]!.shape)
      #expect(loaded[name]!.values.map(\.bitPattern) == store[name]!.values.map(\.bitPattern))
    }
    #expect(try directory.contents() == ["x.safetensors"])
  }

  @Test func bytesAreDeterministicAndAligned() throws {
    let directory = try TemporaryDirectory()
    let bytes = Safetensors.serialize(store)
    try Safetensors.write(store, to: directory.path("x"))
    #expect(try Data(contentsOf: directory.url.appending(path: "x")) == Data(bytes))
    #expect((bytes.count - 7 * 4) % 64 == 0)
    let header = String(decoding: bytes[8..<(bytes.count - 28)], as: UTF8.self)
    let metadata = #"{"__metadata__":{"a":"","licence":"\"A\"\\\u000a\u0001é"},"#
    let tensors =
      #""bias":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"#
      + #""quo\"te":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"#
      + #""weight":{"dtype":"F32","shape":[2,3],"data_offsets":[4,28]}}"#
    #expect(header.trimmingCharacters(in: .whitespaces) == metadata + tensors)
  }

  @Test func aFileCanBeRewrittenFromItself() throws {
    let directory = try TemporaryDirectory()
    try Safetensors.write(store, to: directory.path("x"))
    var loaded = try Safetensors.read(path: directory.path("x"))
    loaded.metadata = [:]
    try Safetensors.write(loaded, to: directory.path("x"))
    #expect(try Safetensors.read(path: directory.path("x"))["quo\"te"]!.values == [3])
  }

  @Test func failureLeavesEverythingAsItWas() throws {
    let directory = try TemporaryDirectory()
    #expect(throws: WeightFileError(file: directory.path("no/x"), "cannot write: No such file or directory")) {
      try Safetensors.write(store, to: directory.path("no/x"))
    }
    try FileManager.default.createDirectory(atPath: directory.path("d"), withIntermediateDirectories: false)
    #expect(throws: WeightFileError(file: directory.path("d"), "cannot write: Is a directory")) {
      try Safetensors.write(store, to: directory.path("d"))
    }
    #expect(try directory.contents() == ["d"])
  }
}
