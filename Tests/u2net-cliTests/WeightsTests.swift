import Foundation
import Testing

struct WeightsTests {
  private let lite = package.appending(path: "Weights/u2net-lite.safetensors").path

  @Test func convertIsRepeatable() throws {
    try withFolder { folder in
      let result = try run(["convert", lite, "\(folder)/a.safetensors"])
      #expect(result.code == 0 && result.text.contains("recognised: lite U²-Net, 238 tensors"))
      #expect(try run(["convert", "\(folder)/a.safetensors", "\(folder)/b.safetensors"]).code == 0)
      let masks = try ["\(folder)/a.safetensors", "\(folder)/b.safetensors", lite].map {
        try run(["mask", photo("chelsea.png"), "-o", "-", "--input-size", "64", "--weights", $0]).output
      }
      #expect(masks[0] == masks[1] && masks[0] == masks[2] && !masks[0].isEmpty)
    }
  }

  @Test func badWeightsLeaveNothingBehind() throws {
    try withFolder { folder in
      let whole = try Data(contentsOf: URL(filePath: lite))
      for (name, data) in [
        ("cut.safetensors", whole.prefix(1_000_000)), ("text.onnx", Data("hello, world".utf8)), ("empty.pth", Data()),
      ] {
        try data.write(to: URL(filePath: "\(folder)/\(name)"))
        let result = try run(["convert", "\(folder)/\(name)", "\(folder)/out.safetensors"])
        #expect(result.code == 1 && result.errors.contains(name), "\(name): \(result.errors)")
      }
      #expect(files(in: folder) == ["cut.safetensors", "empty.pth", "text.onnx"])
    }
  }

  @Test func convertReplacesNeitherItsInputNorADevice() throws {
    try withFolder { folder in
      try FileManager.default.copyItem(atPath: lite, toPath: "\(folder)/w.safetensors")
      let before = try Data(contentsOf: URL(filePath: "\(folder)/w.safetensors"))
      let itself = try run([
        "convert", "\(folder)/w.safetensors", "\(folder)/../\(folder.split(separator: "/").last!)/w.safetensors",
      ])
      #expect(itself.code == 1 && itself.errors.contains("would replace"))
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/w.safetensors")) == before)
      #expect(try run(["convert", lite, "/dev/null"]).code == 0)
      #expect(
        try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
          == .typeCharacterSpecial)
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/link", withDestinationPath: "\(folder)/real.safetensors")
      try Data("old".utf8).write(to: URL(filePath: "\(folder)/real.safetensors"))
      #expect(try run(["convert", lite, "\(folder)/link"]).code == 0)
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/real.safetensors")).count == before.count)
    }
  }

  @Test func anotherModelInTheCacheIsNoticed() throws {
    try withFolder { folder in
      try FileManager.default.copyItem(atPath: lite, toPath: "\(folder)/u2net-full.safetensors")
      let result = try run(["mask", photo("coffee.png"), "-o", "\(folder)/m.png", "-m", "full", "--cache", folder])
      #expect(result.code == 1 && result.errors.contains("expected the full model, found the lite one"))
    }
  }

  @Test func absentFullModelSaysWhatToRun() throws {
    try withFolder { folder in
      let result = try run(
        ["mask", photo("coffee.png"), "-o", "\(folder)/m.png", "-m", "full"], environment: ["U2NET_CACHE": folder])
      #expect(result.code == 1 && result.errors.contains("u2net weights full"))
      let list = try run(["weights"], environment: ["U2NET_CACHE": folder])
      #expect(list.code == 0 && list.text.contains("lite  built in") && list.text.contains("full  absent"))
      #expect(files(in: folder).isEmpty)
    }
  }

  /// The download goes on where an earlier one stopped: the checksum it reports is that of the whole file.
  @Test func interruptedDownloadIsResumedAndAWrongFileRefused() throws {
    try withFolder { folder in
      let source = "\(folder)/published.onnx", cache = "\(folder)/cache"
      let bytes = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
      try bytes.write(to: URL(filePath: source))
      let fresh = try run(["weights", "full", "--url", "file://\(source)", "--cache", cache])
      #expect(fresh.code == 1 && fresh.errors.contains("expected SHA-256 8d10d2f3"), "\(fresh.errors)")
      #expect(files(in: cache).isEmpty)
      // Half of the file is there, but with another first byte: the other half must be appended to it.
      var half = bytes.prefix(50_000)
      half[0] ^= 255
      try half.write(to: URL(filePath: "\(cache)/u2net-full.onnx.part"))
      let resumed = try run(["weights", "full", "--url", "file://\(source)", "--cache", cache])
      try (half + bytes.dropFirst(50_000)).write(to: URL(filePath: source))
      let expected = try run(["weights", "full", "--from", source, "--cache", cache])
      func found(_ outcome: Outcome) -> Substring? { outcome.errors.split(separator: "found ").last }
      #expect(found(resumed) == found(expected) && found(resumed) != found(fresh))
    }
  }

  @Test func failedDownloadNamesTheURLAndTheOtherWays() throws {
    try withFolder { folder in
      let result = try run(["weights", "lite", "--url", "file:///nowhere/u2netp.onnx", "--cache", folder])
      #expect(result.code == 1 && result.errors.contains("file:///nowhere/u2netp.onnx"))
      #expect(result.errors.contains("make weights") && result.errors.contains("--from"))
    }
  }
}
