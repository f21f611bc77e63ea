import U2NetCCrypto
internal import U2NetFiles
import U2NetWeightBase

/// Checksums: what weight files are recognised by.
public enum Digest: String, Sendable {
  /// 64 hexadecimal digits.
  case sha256 = "SHA-256"
  /// 32 hexadecimal digits, for files of which nothing else was published.
  case md5 = "MD5"

  /// The checksum of `bytes` as lower-case hexadecimal digits.
  public func hexadecimal(of bytes: UnsafeRawBufferPointer) -> String {
    let sum = Sum(self)
    sum.add(bytes)
    return sum.hexadecimal()
  }

  /// The checksum of the file at `path`, which is read in parts.
  /// - Throws: if it cannot be read, is no regular file, is empty or is changed meanwhile.
  public func hexadecimal(ofFile path: String) throws(WeightFileError) -> String {
    try hexadecimal(of: SteadyFile(FilePath(path)))
  }

  package func hexadecimal(of file: SteadyFile) throws(WeightFileError) -> String {
    let sum = Sum(self)
    let most = 1 << 20
    var part = [UInt8](repeating: 0, count: min(file.size, most))
    for start in stride(from: 0, to: file.size, by: most) {
      part.removeLast(max(0, part.count - (file.size - start)))
      try file.read(at: start, into: &part)
      part.withUnsafeBytes(sum.add)
    }
    try file.checkUnchanged()
    return sum.hexadecimal()
  }

  /// A checksum of what is added part by part.
  private final class Sum {
    private let context = EVP_MD_CTX_new()

    // These fail only when memory runs out or the library is misconfigured; no answer would be right then.
    init(_ digest: Digest) {
      let method = digest == .md5 ? EVP_md5() : EVP_sha256()
      precondition(EVP_DigestInit_ex(context, method, nil) == 1, "libcrypto offers no \(digest.rawValue)")
    }

    deinit { EVP_MD_CTX_free(context) }

    func add(_ bytes: UnsafeRawBufferPointer) {
      precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "libcrypto cannot hash")
    }

    /// Call once, last.
    func hexadecimal() -> String {
      var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
      var length: UInt32 = 0
      precondition(EVP_DigestFinal_ex(context, &digest, &length) == 1, "libcrypto cannot hash")
      return digest.prefix(Int(length)).map { byte in
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0" + digits : digits
      }.joined()
    }
  }
}
