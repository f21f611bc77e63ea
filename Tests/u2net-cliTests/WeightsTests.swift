import Foundation
import Synchronization
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

  /// Names that promise another format than would be written.
  @Test func convertWritesNothingUnderAnotherFormatsName() throws {
    try withFolder { folder in
      for name in ["out.onnx", "out.pth", "out.PT", "out.ckpt", "out.bin", "out.png"] {
        let result = try run(["convert", lite, "\(folder)/\(name)"])
        #expect(
          result.code == 2 && result.errors.contains(name) && result.errors.contains(".safetensors"), "\(result.errors)"
        )
      }
      #expect(files(in: folder).isEmpty)
      for name in ["out", "OUT.Safetensors"] { #expect(try run(["convert", lite, "\(folder)/\(name)"]).code == 0) }
    }
  }

  @Test func pagesAndPointersAreCalledThat() throws {
    try withFolder { folder in
      for (name, text, words) in [
        ("page.onnx", "<!DOCTYPE html>\n<html><body>Sign in</body></html>", "an HTML page"),
        ("lfs.pth", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 175\n", "Git LFS pointer"),
        (
          "u2net-full.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 1\n",
          "Git LFS pointer"
        ),
      ] {
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        for arguments in [
          ["convert", "\(folder)/\(name)", "\(folder)/o.safetensors"],
          ["mask", photo("coffee.png"), "-o", "\(folder)/m.png", "--weights", "\(folder)/\(name)"],
          ["weights", "full", "--from", "\(folder)/\(name)", "--cache", "\(folder)/cache"],
        ] {
          let result = try run(arguments)
          #expect(result.code == 1 && result.errors.contains(words) && result.errors.contains(name), "\(result.errors)")
        }
      }
      let cached = try run(["mask", photo("coffee.png"), "-o", "\(folder)/m.png", "-m", "full", "--cache", folder])
      #expect(cached.code == 1 && cached.errors.contains("Git LFS pointer"), "\(cached.errors)")
      #expect(!files(in: folder).contains { $0.hasSuffix("m.png") || $0.hasSuffix("o.safetensors") })
    }
  }

  /// Runs `u2net weights full` with a shell script in curl's place, which gets "$part", the file to write to.
  private func download(_ script: String, cache: String, url: String = "http://localhost/x") throws -> Outcome {
    let tools = "\(cache)-tools"
    try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
    let text = """
      #!/bin/sh
      printf '%s\\n' "$@" >> '\(tools)/arguments'
      while [ "$1" != --output ]; do shift; done
      part=$2
      \(script)
      """
    try Data(text.utf8).write(to: URL(filePath: "\(tools)/curl"))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(tools)/curl")
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return try run(["weights", "full", "--url", url, "--cache", cache], environment: ["PATH": "\(tools):\(path)"])
  }

  @Test func aKilledCurlIsNoSuccess() throws {
    try withFolder { folder in
      let cache = "\(folder)/cache", part = "u2net-full.onnx.part"
      for _ in 0..<2 {
        let killed = try download("printf some >> \"$part\"; kill -KILL $$", cache: cache)
        #expect(killed.code == 1 && killed.errors.contains("curl was killed by signal"), "\(killed.errors)")
        #expect(killed.errors.contains("resumes the download") && !killed.errors.contains("SHA-256"))
      }
      // What came is kept, and asked for no more.
      #expect(try String(contentsOfFile: "\(cache)/\(part)", encoding: .utf8) == "somesome")
      let arguments = try String(contentsOfFile: "\(cache)-tools/arguments", encoding: .utf8).split(separator: "\n")
      #expect(arguments.first == "-q" && arguments.contains("--speed-time") && arguments.contains("--continue-at"))
      // One that dies before anything came leaves nothing.
      try FileManager.default.removeItem(atPath: cache)
      #expect(try download("kill -9 $$", cache: cache).code == 1 && files(in: cache).isEmpty)
    }
  }

  @Test func cutTransfersGoOnWhereTheyBroke() throws {
    try withFolder { folder in
      // Ten bytes at a time, each time with curl's exit code for a transfer that was cut.
      let cut = "printf 0123456789 >> \"$part\"; [ $(wc -c < \"$part\") -ge 30 ] || exit 18"
      let result = try download(cut, cache: "\(folder)/cache")
      let expected = try download("printf 012345678901234567890123456789 > \"$part\"", cache: "\(folder)/other")
      func found(_ outcome: Outcome) -> Substring? { outcome.errors.split(separator: "found ").last }
      #expect(result.code == 1 && found(result) == found(expected), "\(result.errors)")
      // Nothing comes: not for ever.
      let futile = try download("exit 28", cache: "\(folder)/cache")
      #expect(futile.code == 1 && futile.errors.contains("curl's exit code 28"), "\(futile.errors)")
      // A server that cannot go on: once more from the start.
      try Data("rest".utf8).write(to: URL(filePath: "\(folder)/cache/u2net-full.onnx.part"))
      let anew = try download(
        "[ -s \"$part\" ] && exit 33; printf 012345678901234567890123456789 > \"$part\"", cache: "\(folder)/cache")
      #expect(found(anew) == found(expected), "\(anew.errors)")
    }
  }

  /// Two at a time do not write to the same file; the second waits, and begins with what the first has left.
  @Test func twoDownloadsAtOnceDoNotMix() throws {
    try withFolder { folder in
      let cache = "\(folder)/cache"
      let script =
        "for i in 1 2 3 4 5; do printf x$i >> \"$part\"; sleep 0.1; done; [ $(wc -c < \"$part\") -ge 20 ] || exit 22"
      let outcomes = Mutex<[Outcome]>([])
      DispatchQueue.concurrentPerform(iterations: 2) { _ in
        if let outcome = try? download(script, cache: cache) { outcomes.withLock { $0.append(outcome) } }
      }
      let both = outcomes.withLock { $0 }.sorted { $0.errors.utf8.count < $1.errors.utf8.count }
      #expect(both.count == 2 && both.contains { $0.errors.contains("another process is downloading this") })
      let whole = try download("printf x1x2x3x4x5x1x2x3x4x5 > \"$part\"", cache: "\(folder)/other")
      func found(_ outcome: Outcome) -> Substring? { outcome.errors.split(separator: "found ").last }
      #expect(both.contains { found($0) == found(whole) }, "\(both.map(\.errors))")
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
