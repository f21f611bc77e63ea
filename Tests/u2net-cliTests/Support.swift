import Foundation
import U2NetImageFiles
import Testing

/// What a program printed and how it ended.
struct Outcome {
  let code: Int32
  let output: Data
  let errors: String
  var text: String { String(decoding: output, as: UTF8.self) }
}

let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

func photo(_ name: String) -> String { package.appending(path: "Examples/photos/\(name)").path }

/// One of the package's programs, which the build puts beside the tests.
func executable(_ program: String = "u2net") -> URL {
  let tests = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
  return (tests ?? URL(filePath: CommandLine.arguments[0])).deletingLastPathComponent().appending(path: program)
}

/// Runs one of the package's programs.
/// - Parameter addressSpace: kilobytes that it may have, if not all.
func run(
  _ arguments: [String], program: String = "u2net", input: Data? = nil, environment: [String: String] = [:],
  addressSpace: Int? = nil
) throws -> Outcome {
  let process = Process()
  process.executableURL = executable(program)
  process.arguments = arguments
  if let addressSpace {
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "ulimit -v \(addressSpace); exec \"$0\" \"$@\"", executable(program).path] + arguments
  }
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  let folder = FileManager.default.temporaryDirectory.appending(path: "\(UUID())")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  // Files rather than pipes: nothing to drain, nothing to block on.
  func handle(_ name: String, _ contents: Data = Data()) throws -> FileHandle {
    let url = folder.appending(path: name)
    try contents.write(to: url)
    return try FileHandle(forUpdating: url)
  }
  process.standardInput = try handle("input", input ?? Data())
  process.standardOutput = try handle("output")
  process.standardError = try handle("errors")
  try process.run()
  process.waitUntilExit()
  return Outcome(
    code: process.terminationStatus, output: try Data(contentsOf: folder.appending(path: "output")),
    errors: String(decoding: try Data(contentsOf: folder.appending(path: "errors")), as: UTF8.self))
}

/// Expects the program to refuse `arguments` as wrong usage, with every one of `words` in its message's first line: what
/// follows is help, which names every flag.
func expectWrongUsage(
  _ arguments: [String], naming words: [String], sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let result = try run(arguments), message = String(result.errors.prefix { $0 != "\n" })
  #expect(
    result.code == 2 && message.hasPrefix("u2net: ") && result.output.isEmpty && words.allSatisfy(message.contains),
    "\(arguments) names \(words)? \(result.code) \(message)", sourceLocation: sourceLocation)
}

/// A folder of its own for a test, removed afterwards.
func withFolder<R>(_ body: (String) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appending(path: "u2net-\(UUID())").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// Paths of all files below `folder`, sorted.
func files(in folder: String) -> [String] {
  (FileManager.default.subpaths(atPath: folder) ?? []).filter {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: "\(folder)/\($0)", isDirectory: &isFolder) && !isFolder.boolValue
  }.sorted()
}
