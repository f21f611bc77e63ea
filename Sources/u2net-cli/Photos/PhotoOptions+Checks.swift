import ArgumentParser
import U2Net
import U2NetFiles

// What is found out before any photo is opened.

extension InputOptions {
  /// Patterns choose among a folder's files, and a list's.
  func checkPatterns() throws(ValidationError) {
    guard !(include.isEmpty && exclude.isEmpty), filesFrom == nil else { return }
    let paths = inputs.map { FilePath(argument: $0) }
    guard paths.allSatisfy({ $0 == .standardStream || $0.exists && !$0.isFolder }) else { return }
    throw ValidationError("\(include.isEmpty ? "--exclude" : "--include") has no effect without a folder of photos")
  }
}

extension EncodingOptions {
  /// A flag that none of the results heeds is a mistake.
  func checkUse(for results: [PhotoResult.Request]) throws(ValidationError) {
    let formats = Set(results.map(\.format))
    let hasMasks = results.contains {
      switch $0.kind {
      case .mask, .map: true
      case .cutout, .composite: false
      }
    }
    let flags: [(String, isGiven: Bool, isUsed: Bool, String)] = [
      ("--quality", quality != nil, !formats.isDisjoint(with: [.jpeg, .webP]), "is JPEG or WebP"),
      ("--lossless", lossless, formats.contains(.webP), "is WebP"),
      ("--compression", compression != nil, formats.contains(.png), "is PNG"),
      ("--depth", depth != nil, hasMasks, "is a mask; cut-outs have the bits of the photo"),
    ]
    for (flag, isGiven, isUsed, what) in flags where isGiven && !isUsed {
      throw ValidationError("\(flag) has no effect: no result \(what)")
    }
  }
}
