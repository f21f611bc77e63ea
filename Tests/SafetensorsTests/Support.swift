import U2NetCompute
import Foundation
import Testing
import U2NetPlatform

@testable import U2NetSafetensors

/// A directory that is removed with the last reference.
final class TemporaryDirectory {
  let url = FileManager.default.temporaryDirectory.appending(path: "safetensors-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }
  func contents() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
}

/// Bytes at an address that is a multiple of 64, plus `misalignment`.
final class Bytes {
  private let memory: UnsafeMutableRawBufferPointer
  let all: UnsafeRawBufferPointer

  init(_ bytes: [UInt8], misalignment: Int = 0) {
    memory = .allocate(byteCount: bytes.count + misalignment, alignment: 64)
    memory.dropFirst(misalignment).copyBytes(from: bytes)
    all = UnsafeRawBufferPointer(rebasing: memory.dropFirst(misalignment))
  }

  deinit { memory.deallocate() }
}

/// A safetensors file with `header` padded so that `data` starts at a multiple of 8.
func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
  var json = Array(header.utf8)
  while json.count % 8 != 0 { json.append(0x20) }
  return littleEndian(UInt64(json.count)) + json + data
}

func littleEndian<T: BitwiseCopyable>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value, Array.init) }

func read(_ bytes: [UInt8]) throws(WeightFileError) -> ParameterStore {
  let owner = Bytes(bytes)
  return try Safetensors.read(bytes: owner.all, owner: owner, source: "test")
}

/// The message of the error that reading `bytes` throws.
func message(_ bytes: [UInt8]) -> String {
  do { return "no error but \(try read(bytes).count) tensors" } catch { return error.description }
}

/// Uses every element, so that a tensor over memory it may not use does not go unnoticed.
func checksum(_ store: ParameterStore) -> UInt32 {
  store.names.reduce(0) { sum, name in store[name]!.values.reduce(sum) { $0 &+ $1.bitPattern } }
}
