import Foundation
import Testing
import U2Net
import U2NetFiles

/// What results must not replace.
struct FilesInUseTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "in-use-\(UUID())").path

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  private func path(_ name: String) -> FilePath { FilePath("\(folder)/\(name)") }

  private func write(_ name: String) throws { try Data("x".utf8).write(to: URL(filePath: "\(folder)/\(name)")) }

  @Test func aFileIsKnownByAnyName() throws {
    let manager = FileManager.default
    for name in ["a", "other"] { try write(name) }
    try manager.linkItem(atPath: "\(folder)/a", toPath: "\(folder)/hard")
    try manager.createSymbolicLink(atPath: "\(folder)/soft", withDestinationPath: "a")
    try manager.createSymbolicLink(atPath: "\(folder)/later", withDestinationPath: "m")
    var files = FilesInUse()
    files.add(path("soft"), as: "the list")
    files.add(path("new/../m"), as: "the manifest")
    files.add("/dev/null", as: "a device")
    for name in ["a", "hard", "soft", "none/../a"] { #expect(files.use(of: path(name)) == "the list", "\(name)") }
    for name in ["m", "later", "none/../m"] { #expect(files.use(of: path(name)) == "the manifest", "\(name)") }
    for name in ["other", "n", "none/a"] { #expect(files.use(of: path(name)) == nil, "\(name)") }
    #expect(files.use(of: "/dev/null") == nil)
    #expect(throws: PipelineError.self) { try files.check(path("hard")) }
    try files.check(path("other"))
  }

  /// A system gives the number of a file that has gone to a new one.
  @Test func aFileThatHasGoneIsNoOther() throws {
    var files = FilesInUse()
    for index in 0..<20 {
      try write("photo")
      files.add(path("photo"), as: "a photo")
      try FileManager.default.removeItem(atPath: "\(folder)/photo")
      try write("result\(index)")
      #expect(files.use(of: path("result\(index)")) == nil)
    }
  }

  @Test func wrongUseIsToldFromFailures() throws {
    let twice = try ["x", "new/../x"].map { try Destination(.mask, path($0), several: false, format: .png) }
    let usage = #expect(throws: PipelineError.self) { try PhotoPlan.refuseTwins(of: twice) }
    #expect(usage?.isUsage == true)
    let name = #expect(throws: PipelineError.self) { try Manifest.checkName("m.png") }
    #expect(name?.isUsage == true)
    try write("list")
    let failure = #expect(throws: PipelineError.self) { try Manifest(path("list")) }
    #expect(failure?.isUsage == false)
  }
}
