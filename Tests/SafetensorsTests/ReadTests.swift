import U2NetCompute
import Foundation
import Testing

@testable import U2NetSafetensors

@Suite struct ReadTests {
  @Test func aLinedUpFloatTensorInMemoryStaysThere() throws {
    var store = ParameterStore(source: "")
    store["a"] = Tensor(shape: [3], [1, 2, 3])
    store["b"] = Tensor(shape: [2, 2], [4, 5, 6, 7])
    let owner = Bytes(Safetensors.serialize(store)), all = owner.all
    let loaded = try Safetensors.read(bytes: all, owner: owner, source: "x")
    for name in ["a", "b"] {
      loaded[name]!.withUnsafeBufferPointer { elements in
        let start = UnsafeRawPointer(elements.baseAddress!)
        #expect(start >= all.baseAddress! && start + elements.count * 4 <= all.baseAddress! + all.count)
      }
    }
    #expect(loaded["a"]!.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress!) % 64 } == 0)
  }

  /// Large tensors, so that they are read on several threads, and small ones.
  private func largeStore() -> ParameterStore {
    var store = ParameterStore(source: "", metadata: ["a": "b"])
    for n in 0..<7 { store["large\(n)"] = Tensor(shape: [1000, 700], (0..<700_000).map { Float($0 + n) }) }
    store["small"] = Tensor(shape: [1000], (0..<1000).map(Float.init))
    store["empty"] = Tensor(shape: [0, 3], [])
    return store
  }

  /// What somebody does to the file in place, afterwards, changes nothing and stops nobody.
  @Test(arguments: ["removed", "overwritten", "truncated", "emptied"]) func tensorsDoNotDependOnTheirFile(how: String)
    throws
  {
    let directory = try TemporaryDirectory(), path = directory.path("x"), store = largeStore()
    try Safetensors.write(store, to: path)
    let loaded = try Safetensors.read(path: path)
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as! Int
    switch how {
    case "removed": try FileManager.default.removeItem(atPath: path)
    case "overwritten":
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      try file.write(contentsOf: Data(count: size))
      try file.close()
    default: #expect(truncate(path, how == "emptied" ? 0 : off_t(size / 2)) == 0)
    }
    for name in store.names {
      #expect(loaded[name]?.shape == store[name]!.shape && loaded[name]?.values == store[name]!.values, "\(name)")
    }
    #expect(loaded.metadata == ["a": "b"] && loaded.count == store.count)
  }

  @Test func aFileThatChangesWhileItIsReadIsAnError() throws {
    let directory = try TemporaryDirectory(), path = directory.path("x")
    try Safetensors.write(largeStore(), to: path)
    let problem = "the file was changed while it was read; try again when nobody writes to it"
    func read(after change: (FileHandle) throws -> Void) throws -> String {
      let file = try SteadyFile(.init(path)), handle = try FileHandle(forWritingTo: URL(filePath: path))
      try change(handle)
      try handle.close()
      do { return "\(try Safetensors.read(file.contents(), source: "x").count) tensors" } catch {
        return error.problem
      }
    }
    #expect(try read { _ in } == "9 tensors")
    usleep(20_000)  // The system's clock for files takes steps of some milliseconds.
    #expect(
      try read {
        try $0.seek(toOffset: 5000); try $0.write(contentsOf: Data([1, 2, 3]))
      } == problem)
    #expect(try read { try $0.truncate(atOffset: 10_000_000) } == problem)
    #expect(try read { try $0.truncate(atOffset: 3) } == problem)
  }

  @Test func aMisalignedFloatTensorIsCopied() throws {
    let header = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    let owner = Bytes(file(header, littleEndian(Float(1.5)) + littleEndian(Float(-2))), misalignment: 1)
    let tensor = try Safetensors.read(bytes: owner.all, owner: owner, source: "test")["a"]!
    #expect(tensor.values == [1.5, -2])
    tensor.withUnsafeBufferPointer { elements in
      #expect(
        !(owner.all.startIndex..<owner.all.endIndex).contains(
          UnsafeRawPointer(elements.baseAddress!) - owner.all.baseAddress!))
    }
  }

  @Test(
    arguments: [
      ("F64", littleEndian(0.1) + littleEndian(-3.0), [0.1, -3]),
      ("F16", [0x00, 0x3c, 0x01, 0x80], [1, -0x1p-24]),
      ("BF16", [0x80, 0x3f, 0x49, 0xc0], [1, -3.140625]),
      ("I64", littleEndian(Int64(-1)) + littleEndian(Int64(1) << 40), [-1, 0x1p40]),
      ("I32", littleEndian(Int32.min) + littleEndian(Int32(7)), [-0x1p31, 7]),
      ("I16", littleEndian(Int16(-300)) + littleEndian(Int16(300)), [-300, 300]),
      ("I8", [0x80, 0x7f], [-128, 127]),
      ("U8", [0x80, 0xff], [128, 255]),
      ("BOOL", [0, 2], [0, 1]),
    ] as [(String, [UInt8], [Float])])
  func everyTypeBecomesFloat(dtype: String, bytes: [UInt8], expected: [Float]) throws {
    let header = "{\"t\":{\"dtype\":\"\(dtype)\",\"shape\":[2],\"data_offsets\":[0,\(bytes.count)]}}"
    #expect(try read(file(header, bytes))["t"]!.values == expected)
  }

  @Test func shapesMetadataEscapesAndWhiteSpace() throws {
    let header = #"""
      { "__metadata__" : { "licence": "A \"B\" \u00e9\ud83d\ude00\n" } ,
        "scalar\/é": {"shape": [], "dtype": "F32", "data_offsets": [0, 4]},
        "empty": {"dtype": "F32", "shape": [2, 0], "data_offsets": [4, 4]} }
      """#
    let store = try read(file(header, littleEndian(Float(2))))
    #expect(store.metadata == ["licence": "A \"B\" é😀\n"])
    #expect(store["scalar/é"]!.shape == [] && store["scalar/é"]!.values == [2])
    #expect(store["empty"]!.shape == [2, 0] && store["empty"]!.values == [])
    #expect(store.count == 2 && store.source == "test")
    #expect(try read(file("{}")).count == 0)
  }
}
