import U2NetCompute
import Foundation
import U2NetPlatform
import U2NetSafetensors
import Testing
import U2NetWeightFiles

func fixture(_ name: String) -> String { Bundle.module.resourceURL!.appending(path: "Fixtures/\(name)").path }

/// A file that is removed with the last reference.
final class TemporaryFile {
  let path: String

  init(_ bytes: some Sequence<UInt8>, name: String = "weights-\(UUID().uuidString)") throws {
    path = FileManager.default.temporaryDirectory.appending(path: name).path
    try Data(bytes).write(to: URL(filePath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Bytes in memory of their own.
final class Bytes {
  let memory: UnsafeMutableRawBufferPointer

  init(_ bytes: [UInt8]) {
    memory = .allocate(byteCount: bytes.count, alignment: 64)
    memory.copyBytes(from: bytes)
  }

  deinit { memory.deallocate() }
}

/// What PyTorch says that a fixture holds.
struct Golden: Decodable {
  let shape: [Int]
  let values: [Float]

  static func tensors(_ name: String) throws -> [String: Golden] {
    let data = try Data(contentsOf: URL(filePath: fixture("goldens.json")))
    return try #require(try JSONDecoder().decode([String: [String: Golden]].self, from: data)[name])
  }
}

func expectEqual(_ tensor: Tensor?, _ golden: Golden?, _ name: String) {
  #expect(tensor?.shape == golden?.shape, "\(name)")
  #expect(tensor?.values == golden?.values, "\(name)")
}

extension WeightFile {
  var store: ParameterStore? { if case .named(let store) = contents { store } else { nil } }
  var graph: ConvolutionSequence? { if case .graph(let graph) = contents { graph } else { nil } }

  /// Every element, so that a tensor over memory it may not use does not go unnoticed.
  var elements: [Float] {
    switch contents {
    case .named(let store): store.names.flatMap { store[$0]!.values }
    case .graph(let graph): graph.convolutions.flatMap { $0.weight.tensor.values + ($0.bias?.tensor.values ?? []) }
    }
  }
}

/// Where and what the error is that reading the file throws, without the file's name.
func message(_ path: String) -> String {
  do throws(WeightFileError) { return "no error but \(try WeightFile.read(path: path))" } catch {
    #expect(error.file == path)
    return [error.location?.description, error.problem].compactMap { $0 }.joined(separator: ": ")
  }
}

func message(_ bytes: some Sequence<UInt8>) throws -> String {
  let file = try TemporaryFile(bytes)
  return message(file.path)
}
