import U2NetPlatform

#if os(Linux)
  import U2NetCXattr
#endif

/// What a file that takes another's place keeps of it: owner and group, mode, and on Linux the attributes that users and
/// access control lists set. As far as the process may: none of it is worth losing what is written.
enum FileTraits {
  /// - Parameters:
  ///   - status: of the file at `path`.
  ///   - descriptor: a new file's, whose owner is the process's.
  static func copy(from path: FilePath, _ status: stat, to descriptor: Int32) {
    var new = stat()
    guard fstat(descriptor, &new) == 0 else { return }
    // The group alone may be granted where the owner is not.
    if new.st_uid != status.st_uid || new.st_gid != status.st_gid,
      fchown(descriptor, status.st_uid, status.st_gid) != 0
    {
      _ = fchown(descriptor, new.st_uid, status.st_gid)
    }
    #if os(Linux)
      copyAttributes(from: path, to: descriptor)
    #endif
    // Last: a list of permissions changes the mode. Set-user-ID goes, as when a file is written to.
    _ = fchmod(descriptor, status.st_mode & 0o777)
  }

  #if os(Linux)
    private static func copyAttributes(from path: FilePath, to descriptor: Int32) {
      let size = path.withCString { listxattr($0, nil, 0) }
      guard size > 0 else { return }
      var list = [CChar](repeating: 0, count: size)
      let count = path.withCString { listxattr($0, &list, size) }
      guard count > 0 else { return }
      for part in list[..<count].split(separator: 0) {
        let attribute = FilePath(bytes: part.map { UInt8(bitPattern: $0) })
        guard attribute.bytes.starts(with: "user.".utf8) || attribute == "system.posix_acl_access" else { continue }
        attribute.withCString { attribute in
          let size = path.withCString { getxattr($0, attribute, nil, 0) }
          guard size >= 0 else { return }
          var value = [UInt8](repeating: 0, count: size)
          guard path.withCString({ getxattr($0, attribute, &value, size) }) == size else { return }
          _ = fsetxattr(descriptor, attribute, value, size, 0)
        }
      }
    }
  #endif
}
