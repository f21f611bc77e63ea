import Foundation
import Testing

/// Whoever has pixels in memory links no codec.
@Suite struct ImportTests {
  @Test func `pixels and the network know nothing of files of pictures`() throws {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    // Package.swift declares what is imported; so these are all that a program with the network is linked with.
    var found: [String: Set<String>] = [:]
    for room in [
      "Pixels", "U2Net/Network", "RSU", "Compute", "Machine", "Files", "Platform", "WeightFiles/Base",
      "WeightFiles/Safetensors",
    ] {
      let folder = package.appending(path: "Sources/\(room)")
      for case let file as URL in try #require(
        FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
      where file.pathExtension == "swift" {
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
          let words = line.split(separator: " ")
          guard !line.contains("//"), let index = words.firstIndex(of: "import"), index + 1 < words.count else {
            continue
          }
          found[room, default: []].insert(String(words[index + 1]))
        }
      }
    }
    #expect(found.count == 9)
    #expect(found["Pixels"]!.isSubset(of: ["Dispatch", "U2NetPlatform"]))
    let codecs: Set = [
      "U2NetImageFiles", "U2NetCImageCodecs", "U2NetCPNG", "U2NetCJPEG", "U2NetCWebP", "U2NetCLCMS", "U2NetCZlib",
    ]
    for (room, imports) in found { #expect(imports.isDisjoint(with: codecs), "\(room)") }
  }
}
