import U2NetCZip
import U2NetWeightBase

/// A zip archive in memory that outlives this.
final class ZipArchive {
  private let archive: OpaquePointer
  private let size: Int
  private let file: String

  init(_ bytes: UnsafeRawBufferPointer, file: String) throws(WeightFileError) {
    var failure = zip_error_t()
    zip_error_init(&failure)
    defer { zip_error_fini(&failure) }
    func error() -> WeightFileError {
      WeightFileError(file: file, "expected a zip archive: \(String(cString: zip_error_strerror(&failure)))")
    }
    guard let source = zip_source_buffer_create(bytes.baseAddress, zip_uint64_t(bytes.count), 0, &failure) else {
      throw error()
    }
    guard let archive = zip_open_from_source(source, ZIP_RDONLY, &failure) else {
      zip_source_free(source)
      throw error()
    }
    self.archive = archive
    size = bytes.count
    self.file = file
  }

  deinit { zip_discard(archive) }

  /// The name of the first member whose name ends with `suffix`.
  func firstName(endingWith suffix: String) -> String? {
    for index in 0..<max(0, zip_get_num_entries(archive, 0)) {
      guard let name = zip_get_name(archive, zip_uint64_t(index), 0).map({ String(cString: $0) }) else { continue }
      if name.hasSuffix(suffix) { return name }
    }
    return nil
  }

  func contains(_ name: String) -> Bool { zip_name_locate(archive, name, 0) >= 0 }

  /// Reads a member to its end, which verifies its checksum.
  /// - Parameters:
  ///   - count: the bytes it must have, or nil to accept any number.
  ///   - budget: what the memory is charged to, before it is allocated.
  func read(_ name: String, count: Int?, budget: MemoryBudget) throws(WeightFileError) -> AlignedBytes {
    let index = zip_name_locate(archive, name, 0)
    guard index >= 0 else { throw error(name, "expected a member of this name in the archive, found none") }
    let size = try checkedSize(of: name, index: zip_uint64_t(index))
    if let count, count != size { throw error(name, "expected \(count) bytes, found \(size)") }
    let memory = try AlignedBytes(count: size, budget: budget)
    guard let member = zip_fopen_index(archive, zip_uint64_t(index), 0) else {
      throw error(name, "cannot be opened: \(String(cString: zip_strerror(archive)))")
    }
    defer { zip_fclose(member) }

    var position = 0
    while position < size {
      let read = zip_fread(member, memory.bytes.baseAddress! + position, zip_uint64_t(size - position))
      guard read > 0 else { throw error(name, "expected \(size) bytes, found \(position) before an error or the end") }
      position += Int(read)
    }
    // The checksum is compared when the end is reached, and that takes one more attempt to read.
    var extra: UInt8 = 0
    guard zip_fread(member, &extra, 1) == 0 else { throw error(name, "expected a matching checksum") }
    return memory
  }

  private func checkedSize(of name: String, index: zip_uint64_t) throws(WeightFileError) -> Int {
    var status = zip_stat_t()
    let needed = zip_uint64_t(ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD)
    guard zip_stat_index(archive, index, 0, &status) == 0, status.valid & needed == needed else {
      throw error(name, "expected the member's size in the archive")
    }
    // Deflate makes nothing more than 1032 times smaller; torch.save stores.
    let ratio: zip_uint64_t = status.comp_method == ZIP_CM_STORE ? 1 : 1032
    guard status.comp_size <= size, status.size <= status.comp_size * ratio else {
      throw error(name, "claims \(status.size) bytes in an archive of \(size)")
    }
    return Int(status.size)
  }

  private func error(_ member: String, _ problem: String) -> WeightFileError {
    WeightFileError(file: file, at: .member(member), problem)
  }
}
