import Foundation
import Testing
import U2NetImageFiles

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

  /// Every file that is written gives the masks of the weights that it is made of.
  @Test(arguments: [
    ["w.onnx"], ["w.onnx", "--dynamic"], ["W.ONNX", "--input-size", "64"], ["h.onnx", "--half"],
    ["h.safetensors", "--half"],
  ])
  func masksOfWhatIsWritten(arguments: [String]) throws {
    try withFolder { folder in
      let path = "\(folder)/\(arguments[0])"
      let result = try run(["convert", lite, path] + arguments.dropFirst())
      #expect(result.code == 0 && result.text.contains("written: \(path)"), "\(result.errors)")
      #expect(files(in: folder) == [arguments[0]])
      let masks = try [path, lite].map {
        let mask = try run(["mask", photo("chelsea.png"), "-o", "-", "--input-size", "64", "--weights", $0])
        return try Image<UInt8>(decoding: [UInt8](mask.output), source: "mask").samples
      }
      let largest = zip(masks[0], masks[1]).map { abs(Int($0) - Int($1)) }.max()!
      let isHalf = arguments.contains("--half")
      #expect(isHalf ? (1...12).contains(largest) : largest == 0, "\(arguments): \(largest)")
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as! Int
      #expect((isHalf ? 2_270_000..<2_400_000 : 4_500_000..<4_600_000).contains(size), "\(arguments): \(size)")
      let itself = try run(["convert", path, path])
      #expect(itself.code == 1 && itself.errors.contains("would replace"), "\(itself.errors)")
      // The same a second time, from what was written.
      let again = try run(["convert", path, "\(folder)/again.onnx"] + (arguments.contains("--half") ? ["--half"] : []))
      #expect(again.code == 0 && again.text.contains("recognised: lite U²-Net, 238 tensors"), "\(again.errors)")
    }
  }

  /// What a terminal would obey is shown as an escape, on standard output, too.
  @Test func namesAreEscaped() throws {
    try withFolder { folder in
      let odd = "\(folder)/a\u{1B}[2J\u{9B}b"
      try FileManager.default.createDirectory(atPath: odd, withIntermediateDirectories: true)
      for model in ["lite", "full"] {
        try FileManager.default.copyItem(atPath: lite, toPath: "\(odd)/u2net-\(model).safetensors")
      }
      for arguments in [
        ["convert", "\(odd)/u2net-lite.safetensors", "\(odd)/out.safetensors"],
        ["weights", "--cache", odd], ["weights", "lite", "--cache", odd],
      ] {
        let result = try run(arguments)
        #expect(result.code == 0 && result.text.contains("/a\\u{1B}[2J\\u{9B}b/"), "\(result.text)")
        #expect(!result.text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{9B}" })
      }
    }
  }

  /// The source may be the very file that would be written, under that name or another.
  @Test func theSourceIsNotReplaced() throws {
    try withFolder { folder in
      let cache = "\(folder)/cache", target = "\(cache)/u2net-lite.safetensors", manager = FileManager.default
      try manager.createDirectory(atPath: cache, withIntermediateDirectories: true)
      let bytes = Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
      try bytes.write(to: URL(filePath: target))
      try manager.createSymbolicLink(atPath: "\(folder)/soft", withDestinationPath: target)
      try manager.linkItem(atPath: target, toPath: "\(folder)/hard")
      try bytes.write(to: URL(filePath: "\(cache)/u2net-lite.onnx.part"))
      let sources =
        [target, "\(cache)/../cache/u2net-lite.safetensors", "\(folder)/soft", "\(folder)/hard"].flatMap {
          [["--from", $0], ["--url", "file://\($0)"]]
        } + [["--url", "file://\(cache)/u2net%2Dlite.onnx.part"]]
      for source in sources {
        let result = try run(["weights", "lite", "--cache", cache] + source)
        #expect(result.code == 1 && result.errors.contains("the very file that would be written"), "\(result.errors)")
      }
      // A link in the place of the file leads to the source.
      try manager.moveItem(atPath: target, toPath: "\(folder)/source.onnx")
      try manager.createSymbolicLink(atPath: target, withDestinationPath: "../source.onnx")
      let linked = try run(["weights", "lite", "--cache", cache, "--from", "\(folder)/source.onnx"])
      #expect(linked.code == 1 && linked.errors.contains("the very file that would be written"), "\(linked.errors)")
      for name in ["source.onnx", "hard", "cache/u2net-lite.onnx.part"] {
        #expect(manager.contents(atPath: "\(folder)/\(name)") == bytes, "\(name)")
      }
      // Good ones that are there already stay, too.
      try manager.removeItem(atPath: target)
      try manager.copyItem(atPath: lite, toPath: target)
      let there = try run(["weights", "lite", "--cache", cache, "--from", target])
      #expect(
        there.code == 0 && there.text.contains("already there") && manager.contentsEqual(atPath: lite, andPath: target))
      let odd = try run(["weights", "full", "--cache", cache, "--url", "file:///a\u{1B}[2Jb"])
      #expect(odd.code == 1 && odd.errors.contains("a\\u{1B}[2Jb: an address"), "\(odd.errors)")
      #expect(!odd.errors.unicodeScalars.contains("\u{1B}"))
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
      #expect(result.code == 1 && result.errors.contains("expected the full model, found the lite U²-Net"))
    }
  }

  @Test func absentFullModelSaysWhatToRun() throws {
    try withFolder { folder in
      let environment = [
        "U2NET_CACHE": folder, "HOME": folder, "XDG_DATA_HOME": "", "REMBG_HOME": "", "U2NET_HOME": "",
      ]
      let result = try run(
        ["mask", photo("coffee.png"), "-o", "\(folder)/m.png", "-m", "full"], environment: environment)
      #expect(result.code == 1 && result.errors.contains("u2net weights full"))
      let list = try run(["weights"], environment: environment)
      #expect(list.code == 0 && list.text.contains("lite  built in") && list.text.contains("full  absent"))
      #expect(try run(["models"], environment: environment).text == list.text)
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
      for name in ["out.pth", "out.PT", "out.ckpt", "out.bin", "out.png"] {
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

  /// A shell script in curl's place, which gets "$offset", where to begin, and writes to its standard output; the folder that it
  /// is in, with its "$@" in the file `arguments`.
  private func curl(_ script: String, beside cache: String) throws -> String {
    let tools = "\(cache)-tools"
    try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
    let text = """
      #!/bin/sh
      printf '%s\\n' "$@" >> '\(tools)/arguments'
      while [ "$1" != --continue-at ]; do shift; done
      offset=$2
      \(script)
      """
    try Data(text.utf8).write(to: URL(filePath: "\(tools)/curl"))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(tools)/curl")
    return tools
  }

  private func path(with tools: String) -> [String: String] {
    ["PATH": "\(tools):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"]
  }

  /// Runs `u2net weights` with a shell script in curl's place.
  private func download(_ script: String, cache: String, model: String = "full") throws -> Outcome {
    let tools = try curl(script, beside: cache)
    return try run(
      ["weights", model, "--url", "http://localhost/x", "--cache", cache], environment: path(with: tools))
  }

  @Test func aKilledCurlIsNoSuccess() throws {
    try withFolder { folder in
      let cache = "\(folder)/cache", part = "u2net-full.onnx.part"
      for _ in 0..<2 {
        let killed = try download("printf some; kill -KILL $$", cache: cache)
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
      let cut = "printf 0123456789; [ $offset -ge 20 ] || exit 18"
      let result = try download(cut, cache: "\(folder)/cache")
      let expected = try download("printf 012345678901234567890123456789", cache: "\(folder)/other")
      func found(_ outcome: Outcome) -> Substring? { outcome.errors.split(separator: "found ").last }
      #expect(result.code == 1 && found(result) == found(expected), "\(result.errors)")
      // Nothing comes: not for ever.
      let futile = try download("exit 28", cache: "\(folder)/cache")
      #expect(futile.code == 1 && futile.errors.contains("curl's exit code 28"), "\(futile.errors)")
      // A server that cannot go on: once more from the start.
      try Data("rest".utf8).write(to: URL(filePath: "\(folder)/cache/u2net-full.onnx.part"))
      let anew = try download(
        "[ $offset -gt 0 ] && exit 33; printf 012345678901234567890123456789", cache: "\(folder)/cache")
      #expect(found(anew) == found(expected), "\(anew.errors)")
    }
  }

  /// Two at a time do not write to the same file; the second waits, and begins with what the first has left.
  @Test(.timeLimit(.minutes(2))) func twoDownloadsAtOnceDoNotMix() throws {
    try withFolder { folder in
      let cache = "\(folder)/cache", go = "\(folder)/go"
      // The first does not go on before the second has said that it waits.
      let tools = try curl(
        """
        while [ ! -e '\(go)' ]; do sleep 0.05; done
        for i in 1 2 3 4 5; do printf x$i; sleep 0.1; done; [ $offset -ge 10 ] || exit 22
        """, beside: cache)
      let both = try (0..<2).map { number in
        let process = Process(), errors = URL(filePath: "\(folder)/errors\(number)")
        process.executableURL = executable()
        process.arguments = ["weights", "full", "--url", "http://localhost/x", "--cache", cache]
        process.environment = ProcessInfo.processInfo.environment.merging(path(with: tools)) { $1 }
        process.standardOutput = FileHandle.nullDevice
        try Data().write(to: errors)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        return (process: process, errors: errors)
      }
      func errors() throws -> [String] { try both.map { try String(contentsOf: $0.errors, encoding: .utf8) } }
      let waits = "another process is downloading this"
      while try !errors().contains(where: { $0.contains(waits) }), both.allSatisfy(\.process.isRunning) {
        usleep(20_000)
      }
      try Data().write(to: URL(filePath: go))
      for (process, _) in both { process.waitUntilExit() }
      let told = try errors()
      #expect(told.count { $0.contains(waits) } == 1, "\(told)")
      let whole = try download("printf x1x2x3x4x5x1x2x3x4x5", cache: "\(folder)/other")
      func found(_ errors: String) -> Substring? { errors.split(separator: "found ").last }
      #expect(told.contains { found($0) == found(whole.errors) }, "\(told)")
    }
  }

  /// The size of what is published is known: a server that sends more is not listened to.
  @Test func noServerSendsMoreThanTheFileHas() throws {
    try withFolder { folder in
      let cache = "\(folder)/cache", part = "\(cache)/u2net-lite.onnx.part"
      let endless = try download("exec cat /dev/zero", cache: cache, model: "lite")
      #expect(endless.code == 1 && endless.errors.contains("http://localhost/x"), "\(endless.errors)")
      #expect(endless.errors.contains("has 4574861 bytes, the server sends more"), "\(endless.errors)")
      #expect(files(in: cache).isEmpty)
      let announced = try download("printf x; exit 63", cache: cache, model: "lite")
      #expect(announced.errors.contains("the server sends more") && files(in: cache).isEmpty, "\(announced.errors)")
      // One byte too many.
      let longer = try download("head -c 4574862 /dev/zero", cache: cache, model: "lite")
      #expect(longer.errors.contains("the server sends more") && files(in: cache).isEmpty, "\(longer.errors)")
      // A part that is longer than the file is none of it.
      try Data(count: 4_574_862).write(to: URL(filePath: part))
      let anew = try download("printf 'from %s' $offset", cache: cache, model: "lite")
      let expected = try download("printf 'from 0'", cache: "\(folder)/other", model: "lite")
      func found(_ outcome: Outcome) -> Substring? { outcome.errors.split(separator: "found ").last }
      #expect(anew.errors.contains("longer than the 4574861 bytes"), "\(anew.errors)")
      #expect(found(anew) == found(expected) && files(in: cache).isEmpty, "\(anew.errors)")
      // All of it may be there already: nothing is fetched.
      try Data(count: 4_574_861).write(to: URL(filePath: part))
      let whole = try download("exit 9", cache: cache, model: "lite")
      #expect(whole.errors.contains("expected SHA-256") && files(in: cache).isEmpty, "\(whole.errors)")
    }
  }

  /// However the program ends, its curl does, too: at once, or with the next byte that comes.
  @Test(arguments: [SIGTERM, SIGKILL]) func curlEndsWithTheProgram(signal: Int32) throws {
    try withFolder { folder in
      let cache = "\(folder)/cache", tools = "\(folder)/cache-tools"
      _ = try curl(
        """
        echo $$ > '\(tools)/pid.new'
        mv '\(tools)/pid.new' '\(tools)/pid'
        printf some
        \(signal == SIGTERM ? "exec sleep 60" : "while printf .; do sleep 0.05; done")
        """, beside: cache)
      let process = Process()
      process.executableURL = executable()
      process.arguments = ["weights", "full", "--url", "http://localhost/x", "--cache", cache]
      process.environment = ProcessInfo.processInfo.environment.merging(path(with: tools)) { $1 }
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      func wait(_ condition: () -> Bool) -> Bool {
        for _ in 0..<200 where !condition() { usleep(50_000) }
        return condition()
      }
      let part = "\(cache)/u2net-full.onnx.part"
      #expect(wait { (FileManager.default.contents(atPath: part)?.count ?? 0) >= 4 })
      let text = try String(contentsOfFile: "\(tools)/pid", encoding: .utf8)
      let child = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      // Nobody may have asked yet how it ended.
      func isZombie() -> Bool {
        FileManager.default.contents(atPath: "/proc/\(child)/stat").map {
          String(decoding: $0, as: UTF8.self).contains(") Z")
        }
          ?? false
      }
      #expect(wait { kill(child, 0) != 0 || isZombie() }, "curl goes on")
      kill(child, SIGKILL)
      #expect((FileManager.default.contents(atPath: part)?.count ?? 0) >= 4)
      guard signal == SIGTERM else { return }
      let message = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      #expect(process.terminationStatus == 143 && process.terminationReason == .exit, "\(process.terminationStatus)")
      #expect(message.contains("stopped") && message.contains("resumes the download"), "\(message)")
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
