#if os(Linux)
  import U2NetFiles
  import Foundation
  import U2Net
  import Testing

  /// What a watched folder tells.
  struct FolderWatchTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "watch-\(UUID())").path
    private let manager = FileManager.default

    init() throws { try manager.createDirectory(atPath: "\(folder)/in/old", withIntermediateDirectories: true) }

    private func write(_ name: String) throws {
      let url = URL(filePath: "\(folder)/\(name)")
      try manager.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("x".utf8).write(to: url)
    }

    /// All that is told until nothing more comes.
    private func told(by watch: FolderWatch) -> Set<String> {
      var names: Set<String> = []
      while true {
        let files = watch.changes(within: 200).files
        if files.isEmpty { return names }
        names.formUnion(files.map { "\($0)" })
      }
    }

    @Test func whatIsThereAndWhatComes() throws {
      try write("in/old/a")
      try write("in/.hidden")
      let watch = try FolderWatch(FilePath("\(folder)/in")) { "\($0)".hasSuffix("/results") }
      // Between the watch and the list.
      try write("in/between")
      #expect(Set(watch.scan().files.map { "\($0)" }) == ["old/a", "between"])
      _ = told(by: watch)
      try write("in/new")
      try write("in/old/b")
      try write("in/.part")
      try write("in/results/r")
      try manager.createSymbolicLink(atPath: "\(folder)/in/link", withDestinationPath: "\(folder)/nowhere")
      try manager.linkItem(atPath: "\(folder)/in/old/a", toPath: "\(folder)/in/hard")
      #expect(told(by: watch).isSuperset(of: ["new", "old/b", "link", "hard"]))
    }

    @Test func treesThatComeAtOnce() throws {
      let watch = try FolderWatch(FilePath("\(folder)/in")) { _ in false }
      _ = watch.scan()
      for tree in ["moved", "copied"] { for name in ["top", "a/b/c/deep"] { try write("\(tree)/\(name)") } }
      try manager.moveItem(atPath: "\(folder)/moved", toPath: "\(folder)/in/moved")
      try manager.copyItem(atPath: "\(folder)/copied", toPath: "\(folder)/in/copied")
      let all: Set = ["moved/top", "moved/a/b/c/deep", "copied/top", "copied/a/b/c/deep"]
      #expect(told(by: watch).isSuperset(of: all))
      // And what comes into them later, under the names that they have now.
      try manager.moveItem(atPath: "\(folder)/in/moved", toPath: "\(folder)/in/renamed")
      _ = told(by: watch)
      try write("in/renamed/a/b/late")
      #expect(told(by: watch) == ["renamed/a/b/late"])
    }

    @Test func afterTooManyEventsAllIsListedAgain() throws {
      let watch = try FolderWatch(FilePath("\(folder)/in")) { _ in false }
      _ = watch.scan()
      let limit = (try? String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8))
        .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
      guard let limit, limit <= 1 << 16 else { return }
      try write("in/noise")
      let noise = URL(filePath: "\(folder)/in/noise"), other = URL(filePath: "\(folder)/in/other")
      // Two events in turn: the kernel joins those that are the same.
      for _ in 0...limit / 2 {
        try manager.moveItem(at: noise, to: other)
        try manager.moveItem(at: other, to: noise)
      }
      try write("in/deep/er/unseen")
      #expect(told(by: watch).contains("deep/er/unseen"))
    }

    @Test func aFolderThatGoesIsTold() throws {
      let watch = try FolderWatch(FilePath("\(folder)/in")) { _ in false }
      try manager.removeItem(atPath: "\(folder)/in")
      #expect(watch.changes(within: 1000).isGone)
      #expect(throws: PipelineError.self) { try FolderWatch(FilePath("\(folder)/in")) { _ in false } }
    }
  }
#endif
