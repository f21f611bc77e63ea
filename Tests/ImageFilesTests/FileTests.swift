import Foundation
import U2NetFiles
import U2NetImageFiles
import Testing

@Suite struct FileTests: ~Copyable {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "/ImageFilesTests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private var contents: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
  }

  @Test func `formats by file extension`() {
    #expect(ImageFormat(fileExtension: "PNG") == .png && ImageFormat(fileExtension: "webp") == .webP)
    #expect(ImageFormat(fileExtension: "jpg") == .jpeg && ImageFormat(fileExtension: "Jpeg") == .jpeg)
    #expect(ImageFormat(fileExtension: "gif") == nil && ImageFormat(fileExtension: "") == nil)
  }

  @Test func `what is written is read`() throws {
    for count in [0, 1, 65_535, 65_536, 65_537, 1_000_000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      try ImageFile.write(bytes, to: "\(folder)/file")
      #expect(try ImageFile.read("\(folder)/file") == bytes)
    }
    #expect(try contents == ["file"])
  }

  @Test func `permissions are those of the umask`() throws {
    try ImageFile.write([1], to: "\(folder)/file")
    let mask = umask(0)
    umask(mask)
    var status = stat()
    #expect(stat("\(folder)/file", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o666 & ~mask)
  }

  @Test func `errors name the file and the cause`() throws {
    #expect(throws: ImageError.unreadable(source: "\(folder)/none", reason: "No such file or directory")) {
      try ImageFile.read("\(folder)/none")
    }
    #expect(throws: ImageError.unreadable(source: folder, reason: "Is a directory")) {
      try ImageFile.read(folder)
    }
    #expect(throws: ImageError.unwritable(path: "\(folder)/none/file", reason: "No such file or directory")) {
      try ImageFile.write([1], to: "\(folder)/none/file")
    }
    #expect(throws: ImageError.unwritable(path: folder, reason: "Is a directory")) {
      try ImageFile.write([1], to: folder)
    }
    #expect(
      ImageError.unwritable(path: "out.png", reason: "No space left on device").description
        == "out.png: cannot be written: No space left on device")
  }

  #if os(Linux)
    @Test func `a failed write leaves nothing behind, and the old file as it was`() throws {
      // Any file may grow to 4 MiB, while this wants 8: the write fails half way.
      let path = "\(folder)/file"
      try ImageFile.write([1, 2, 3], to: path)
      var old = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
      signal(SIGXFSZ, SIG_IGN)
      var low = rlimit(rlim_cur: 4 << 20, rlim_max: old.rlim_max)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &low)
      defer { setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old) }
      #expect(throws: ImageError.unwritable(path: path, reason: "File too large")) {
        try ImageFile.write([UInt8](repeating: 0, count: 8 << 20), to: path)
      }
      #expect(try contents == ["file"])
      #expect(try ImageFile.read(path) == [1, 2, 3])
    }
  #endif

  @Test func `a link is written through`() throws {
    try ImageFile.write([1], to: "\(folder)/target")
    try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "target")
    try FileManager.default.createSymbolicLink(atPath: "\(folder)/chain", withDestinationPath: "\(folder)/link")
    try ImageFile.write([2], to: "\(folder)/chain")
    #expect(try ImageFile.read("\(folder)/target") == [2])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/link") == "target")

    try FileManager.default.createSymbolicLink(atPath: "\(folder)/dangling", withDestinationPath: "new")
    try ImageFile.write([3], to: "\(folder)/dangling")
    #expect(try ImageFile.read("\(folder)/new") == [3])
    #expect(try contents == ["chain", "dangling", "link", "new", "target"])
  }

  @Test func `devices and pipes are written to, not replaced`() throws {
    try ImageFile.write([1, 2, 3], to: "/dev/null")
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)

    let (pipe, link) = ("\(folder)/pipe", "\(folder)/link")
    #expect(mkfifo(pipe, 0o600) == 0)
    let reader = open(pipe, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: pipe)
    try ImageFile.write([1, 2], to: pipe)
    try ImageFile.write([3], to: link)
    var bytes = [UInt8](repeating: 0, count: 8)
    #expect(read(reader, &bytes, 8) == 3)
    #expect(bytes.prefix(3) == [1, 2, 3])
    #expect(try contents == ["link", "pipe"])
  }

  @Test func `a full device is an error`() {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    #expect(throws: ImageError.unwritable(path: "/dev/full", reason: "No space left on device")) {
      try ImageFile.write([1], to: "/dev/full")
    }
  }

  #if os(Linux)
    @Test func `names that are not UTF-8`() throws {
      let path = FilePath(folder).appending([0x66, 0xE9, 0xFF])
      try ImageFile.write([1, 2], to: path)
      #expect(try ImageFile.read(path) == [1, 2])
      #expect(try FilePath(folder).namesInside().map(\.bytes) == [[0x66, 0xE9, 0xFF]])
      let none = path.appending("none".utf8)
      #expect(throws: ImageError.unreadable(source: "\(none)", reason: "Not a directory")) { try ImageFile.read(none) }
    }
  #endif

  @Test func `long names`() throws {
    let name = String(repeating: "n", count: 250)
    try ImageFile.write([1], to: "\(folder)/\(name)")
    #expect(try contents == [name])
  }
}
