import Foundation
import Testing

/// What `u2net models` lists, and where models are found.
struct ModelsTests {
  /// No model but lite is anywhere.
  private func environment(_ folder: String, _ more: [String: String] = [:]) -> [String: String] {
    ["U2NET_CACHE": "\(folder)/cache", "HOME": folder, "XDG_DATA_HOME": "", "REMBG_HOME": "", "U2NET_HOME": ""]
      .merging(more) { $1 }
  }

  private struct Model: Decodable, Equatable {
    let model, published_name, location, licence, checksum: String
    let path: String?
    let bytes: Int?
    let remarks: [String]
  }

  @Test func modelsAreListedForPeopleAndScripts() throws {
    try withFolder { folder in
      let json = try run(["models", "--json"], environment: environment(folder))
      let models = try JSONDecoder().decode([Model].self, from: json.output)
      #expect(
        json.code == 0 && models.map(\.model) == ["lite", "full", "isnet", "isnet-anime", "human", "cloth", "silueta"])
      #expect(models.prefix(3).map(\.published_name) == ["u2netp", "u2net", "isnet-general-use"])
      #expect(models.map(\.location) == ["built in"] + Array(repeating: "absent", count: 6))
      #expect(models.prefix(2).map(\.bytes) == [4_574_861, 175_997_641] && models.allSatisfy { !$0.licence.isEmpty })
      let text = try run(["models"], environment: environment(folder)).text
      for model in models {
        #expect(text.contains("\n      \(model.published_name).onnx, ") && text.contains(model.checksum))
      }
      #expect(files(in: folder).isEmpty)
    }
  }

  @Test func anotherFileInRembgsFolderIsToldAndNotUsed() throws {
    try withFolder { folder in
      for (variable, value, place) in [
        ("U2NET_HOME", "\(folder)/u", "u/u2net.onnx"), ("REMBG_HOME", "~/r", "r/models/u2net/u2net.onnx"),
        ("HOME", folder, ".u2net/u2net.onnx"), ("XDG_DATA_HOME", "\(folder)/x", "x/rembg/models/u2net/u2net.onnx"),
      ] {
        let file = URL(filePath: "\(folder)/\(place)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("no model".utf8).write(to: file)
        let environment = environment(folder, [variable: value])
        let list = try run(["models"], environment: environment)
        #expect(list.code == 0 && list.text.contains("\(folder)/\(place): not the published"), "\(list.text)")
        let mask = try run(
          ["mask", photo("coffee.png"), "-o", "\(folder)/m.png", "-m", "full"], environment: environment)
        #expect(mask.code == 1 && mask.errors.contains("\(folder)/\(place): not the published"), "\(mask.errors)")
        #expect(mask.errors.contains("u2net weights full"))
        #expect(files(in: folder) == [place])
        try FileManager.default.removeItem(at: file)
      }
    }
  }

  private static let published = ProcessInfo.processInfo.environment["U2NET_PUBLISHED_ONNX"]

  /// What rembg has downloaded is not downloaded again.
  @Test(.enabled(if: published != nil, "U2NET_PUBLISHED_ONNX does not name the published u2net.onnx"))
  func rembgsFileIsUsed() throws {
    try withFolder { folder in
      let model = "\(folder)/.u2net/u2net.onnx", kept = "\(folder)/cache/u2net-full.safetensors"
      try FileManager.default.createDirectory(atPath: "\(folder)/.u2net", withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(atPath: model, withDestinationPath: try #require(Self.published))
      let list = try run(["models"], environment: environment(folder))
      #expect(list.text.contains("full  \(model), rembg's"), "\(list.text)")
      for number in 0..<2 {
        let mask = try run(
          ["mask", photo("coffee.png"), "-o", "\(folder)/m\(number).png", "-m", "full"],
          environment: environment(folder))
        #expect(
          mask.code == 0 && mask.errors.contains("from now on it is in \(kept)") == (number == 0), "\(mask.errors)")
      }
      #expect(FileManager.default.contentsEqual(atPath: "\(folder)/m0.png", andPath: "\(folder)/m1.png"))
      try FileManager.default.removeItem(atPath: kept)
      // With no curl to be found.
      let got = try run(["d", "u2net"], environment: environment(folder, ["PATH": folder]))
      #expect(
        got.code == 0 && got.errors.contains("nothing is downloaded") && got.text == "ready: \(kept)\n", "\(got.errors)"
      )
      #expect(files(in: "\(folder)/.u2net") == ["u2net.onnx"])
    }
  }
}
