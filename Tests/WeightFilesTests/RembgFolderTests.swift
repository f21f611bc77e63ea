import Foundation
import Testing
import U2Net
import U2NetFiles
import U2NetNetwork
import U2NetWeightFiles

/// The models that rembg has downloaded.
struct RembgFolderTests {
  private final class Home {
    let path = FileManager.default.temporaryDirectory.appending(path: "home-\(UUID())").path
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ data: Data, _ name: String) throws {
      let file = URL(filePath: "\(path)/\(name)")
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try data.write(to: file)
    }
    var files: [String] { FileManager.default.subpaths(atPath: path)?.sorted() ?? [] }
  }

  @Test func foldersAreThoseThatRembgLooksInto() {
    #expect(
      RembgFolders(["HOME": "/h"]).paths(of: .full) == ["/h/.rembg/models/u2net/u2net.onnx", "/h/.u2net/u2net.onnx"])
    let all = RembgFolders(["HOME": "/h", "XDG_DATA_HOME": "/x", "REMBG_HOME": "~/r", "U2NET_HOME": "/u"])
    #expect(
      all.paths(of: .lite) == [
        "/u/models/u2netp/u2netp.onnx", "/h/r/models/u2netp/u2netp.onnx", "/x/rembg/models/u2netp/u2netp.onnx",
        "/h/.rembg/models/u2netp/u2netp.onnx", "/u/u2netp.onnx", "/x/.u2net/u2netp.onnx", "/h/.u2net/u2netp.onnx",
      ])
    #expect(RembgFolders(["U2NET_HOME": ""]).paths(of: .full).isEmpty)
  }

  /// What is only called so is named, not used, and not touched.
  @Test func anotherFileOfThatNameIsNoModel() throws {
    let home = try Home(), folders = RembgFolders(["HOME": home.path])
    let cache = "\(home.path)/cache", weights = PretrainedWeights(.full)
    try home.write(Data("short".utf8), ".u2net/u2net.onnx")
    // One of the right size takes no room on the disk.
    let sparse = "\(home.path)/.rembg/models/u2net/u2net.onnx"
    try home.write(Data(), ".rembg/models/u2net/u2net.onnx")
    #expect(truncate(sparse, off_t(weights.byteCount!)) == 0)
    let before = home.files
    var remarks: [String] = []
    #expect(weights.location(cache: cache, in: folders) { remarks.append($0) } == .absent)
    #expect(remarks.count == 2, "\(remarks)")
    #expect(remarks[0].hasPrefix("\(sparse): not the published u2net.onnx, but one of SHA-256 "), "\(remarks)")
    #expect(remarks[1].contains("/.u2net/u2net.onnx: not the published u2net.onnx, of 175997641 bytes, but of 5"))
    var again: [String] = []
    #expect {
      try PretrainedWeights(.full).network(cache: cache, in: folders) { again.append($0) }
    } throws: { "\($0)".contains("u2net weights full") }
    #expect(again == remarks && home.files == before)
    let summary = ModelSummary(.full, cache: cache, in: folders)
    #expect(summary.location == "absent" && summary.path == nil && summary.remarks == remarks)
    #expect(summary.lines[0] == "full  absent; get it with `u2net weights full`" && summary.lines.count == 4)
    #expect(summary.lines[1].contains("u2net.onnx, 176.0 MB, Apache-2.0, SHA-256 8d10d2f3"))
  }

  @Test func liteIsBuiltIn() throws {
    let home = try Home(), folders = RembgFolders(["HOME": home.path])
    #expect(PretrainedWeights(.lite).location(cache: home.path, in: folders, remark: { _ in }) == .builtIn)
    let network = try PretrainedWeights(.lite).network(cache: nil, in: folders, remark: { _ in })
    #expect(network.configuration.name == "lite")
    #expect(ModelSummary(.lite, cache: home.path, in: folders).lines[0] == "lite  built in")
  }

  /// Another model in the cache is an error where it is used, and a remark where models are listed.
  @Test func theCachesFileMustBeTheModel() throws {
    let home = try Home(), folders = RembgFolders(["HOME": home.path]), cache = "\(home.path)/cache"
    try home.write(Data("no weights".utf8), "cache/u2net-full.safetensors")
    let summary = ModelSummary(.full, cache: cache, in: folders)
    #expect(summary.location == "absent" && summary.remarks.count == 1)
    #expect(throws: WeightFileError.self) {
      try PretrainedWeights(.full).network(cache: cache, in: folders, remark: { _ in })
    }
  }

  /// A file of lite's widths as what is published, in place of 176 MB.
  @Test func rembgsFileIsConvertedOnce() throws {
    let home = try Home(), folders = RembgFolders(["HOME": home.path]), cache = "\(home.path)/cache"
    let model = "\(home.path)/.u2net/u2netp.onnx", kept = "\(cache)/u2net-lite.safetensors"
    let bytes = try ExportedModel(of: .lite).model.serializedData()
    let sum = bytes.withUnsafeBytes { Digest.sha256.hexadecimal(of: $0) }
    let weights = PretrainedWeights(.lite, .sha256(sum), byteCount: bytes.count, isBuiltIn: false)
    try home.write(bytes, ".u2net/u2netp.onnx")
    // Nothing is to be written there.
    #expect(chmod("\(home.path)/.u2net", 0o555) == 0)
    defer { chmod("\(home.path)/.u2net", 0o755) }
    #expect(weights.location(cache: cache, in: folders, remark: { _ in }) == .rembg(model))
    var remarks: [String] = []
    let network = try weights.network(cache: cache, in: folders) { remarks.append($0) }
    #expect(network.configuration.name == "lite" && network.store.metadata["source_sha256"] == sum)
    #expect(remarks == ["\(model): this is the published lite model; from now on it is in \(kept)"])
    remarks = []
    _ = try weights.network(cache: cache, in: folders) { remarks.append($0) }
    #expect(remarks.isEmpty && weights.location(cache: cache, in: folders, remark: { _ in }) == .cache(kept))
    // Where nothing can be kept it is read as it is: in place of the cache folder is a file.
    let read = try weights.network(cache: "\(model)/cache", in: folders) { remarks.append($0) }
    #expect(read.configuration.name == "lite" && remarks.count == 1, "\(remarks)")
    #expect(remarks[0].hasPrefix("\(model): this is the published lite model, but it cannot be kept: "))
    let name = network.store.names.first!
    #expect(read.store[name]!.values == network.store[name]!.values)
    // Installing does not download it either.
    let other = FilePath("\(home.path)/other")
    let isNew = try weights.install(
      or: folders, in: other, otherwise: "", shouldStop: { true }, remark: { remarks.append($0) })
    #expect(isNew && remarks.last == "\(model): this is the published file; nothing is downloaded", "\(remarks)")
    #expect(weights.isInstalled(in: other))
    #expect(home.files.filter { $0.hasPrefix(".u2net") } == [".u2net", ".u2net/u2netp.onnx"])
  }
}
