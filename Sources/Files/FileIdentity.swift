import U2NetPlatform

/// What a file is, whatever it is called: the same for all links to it.
package struct FileIdentity: Hashable, Sendable {
  private let device, inode: UInt64

  package init?(_ path: FilePath) {
    var status = stat()
    guard path.withCString({ stat($0, &status) }) == 0 else { return nil }
    self.init(status)
  }

  /// The regular file that a descriptor of the process is redirected to; nil for a terminal, a pipe and the like.
  package init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}
