import Compute
import Foundation
import Testing

@testable import Safetensors

@Suite struct ReadTests {
  @Test func aLinedUpFloatTensorStaysInTheMap() throws {
    let directory = try TemporaryDirectory()
    var store = ParameterStore(source: "")
    store["a"] = Tensor(shape: [3], [1, 2, 3])
    store["b"] = Tensor(shape: [2, 2], [4, 5, 6, 7])
    try Safetensors.write(store, to: directory.path("x"))

    let map = try MemoryMap(path: directory.path("x"))
    let loaded = try Safetensors.read(bytes: map.bytes, owner: map, source: "x")
    for name in ["a", "b"] {
      loaded[name]!.withUnsafeBufferPointer { elements in
        let start = UnsafeRawPointer(elements.baseAddress!)
        #expect(start >= map.pointer && start + elements.count * 4 <= map.pointer + map.size)
      }
    }
    #expect(loaded["a"]!.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress!) % 64 } == 0)
  }

  @Test func tensorsKeepTheirFileMapped() throws {
    let directory = try TemporaryDirectory()
    var store = ParameterStore(source: "")
    store["a"] = Tensor(shape: [1000], (0..<1000).map(Float.init))
    try Safetensors.write(store, to: directory.path("x"))
    let tensor = try Safetensors.read(path: directory.path("x"))["a"]!
    try FileManager.default.removeItem(atPath: directory.path("x"))
    #expect(tensor.values == (0..<1000).map(Float.init))
  }

  /// Pages of a file come back when they are read; memory that no file can give back is left alone.
  @Test func droppedPagesAreReadAgain() throws {
    let directory = try TemporaryDirectory()
    let values = (0..<100_000).map(Float.init), own = Tensor(shape: [values.count], values)
    var store = ParameterStore(source: "", metadata: [:])
    store["own"] = own
    try Safetensors.write(store, to: directory.path("x.safetensors"))
    for tensor in [own, try Safetensors.read(path: directory.path("x.safetensors"))["own"]!] {
      #expect(tensor.values == values)
      tensor.dropPages()
      #expect(tensor.values == values)
    }
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
