import Foundation
import U2NetSafetensors
import Testing

@testable import U2NetWeightFiles

@Suite struct FormatTests {
  @Test func checksums() throws {
    #expect(
      [UInt8]("abc".utf8).withUnsafeBytes { Digest.sha256.hexadecimal(of: $0) }
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      Digest.sha256.hexadecimal(of: UnsafeRawBufferPointer(start: nil, count: 0)).hasPrefix("e3b0c44298fc1c149afbf4c8"))
    let file = try TemporaryFile("abc".utf8)
    #expect(try Digest.sha256.hexadecimal(ofFile: file.path).hasPrefix("ba7816bf"))
  }

  @Test(arguments: [
    ("tiny.safetensors", WeightFile.Format.safetensors), ("raw.onnx", .onnx), ("state.zip.pth", .torch),
    ("state.legacy.pth", .legacyTorch),
  ])
  func theContentTellsTheFormat(name: String, format: WeightFile.Format) throws {
    // The extension says nothing.
    let copy = try TemporaryFile(try Data(contentsOf: URL(filePath: fixture(name))))
    let file = try WeightFile.read(path: copy.path)
    #expect(file.format == format)
    #expect(file.sha256 == (try Digest.sha256.hexadecimal(ofFile: fixture(name))))
  }

  @Test func unknownContent() throws {
    let expected =
      "expected one of the formats safetensors, ONNX, PyTorch (zip), PyTorch before 1.6, "
      + "found a file that starts with the bytes "
    #expect(try message("Hello, world".utf8) == expected + "48 65 6c 6c 6f 2c 20 77")
    #expect(try message([0x80, 0x02, 0x7d]) == expected + "80 02 7d")
    #expect(message(fixture("missing")) == "No such file or directory")
    #expect(message(fixture("")) == "expected a file, found a directory")
    #expect(try message([]) == "the file is empty")
  }

  @Test func safetensors() throws {
    let store = try #require(try WeightFile.read(path: fixture("tiny.safetensors")).store)
    #expect(store.metadata == ["licence": "Apache-2.0"])
    for (name, golden) in try Golden.tensors("safetensors") { expectEqual(store[name], golden, name) }
  }
}
