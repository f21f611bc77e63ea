import U2NetCCrypto
internal import U2NetFiles
import U2NetWeightBase

/// SHA-256 checksums: what weight files are recognised by.
public enum SHA256 {
  /// The checksum of `bytes` as 64 lower-case hexadecimal digits.
  public static func hexDigest(of bytes: UnsafeRawBufferPointer) -> String {
    let sum = Sum()
    sum.add(bytes)
    return sum.hexDigest()
  }

  /// The checksum of the file at `path`, which is read in parts.
  /// - Throws: if it cannot be read, is no regular file, is empty or is changed meanwhile.
  public static func hexDigest(ofFile path: String) throws(WeightFileError) -> String {
    try hexDigest(of: SteadyFile(FilePath(path)))
  }

  package static func hexDigest(of file: SteadyFile) throws(WeightFileError) -> String {
    let sum = Sum()
    let most = 1 << 20
    var part = [UInt8](repeating: 0, count: min(file.size, most))
    for start in stride(from: 0, to: file.size, by: most) {
      part.removeLast(max(0, part.count - (file.size - start)))
      try file.read(at: start, into: &part)
      part.withUnsafeBytes(sum.add)
    }
    try file.checkUnchanged()
    return sum.hexDigest()
  }

  /// A checksum of what is added part by part.
  private final class Sum {
    private let context = EVP_MD_CTX_new()

    // These fail only when memory runs out or the library is misconfigured; no answer would be right then.
    init() { precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "libcrypto offers no SHA-256") }

    deinit { EVP_MD_CTX_free(context) }

    func add(_ bytes: UnsafeRawBufferPointer) {
      precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "libcrypto cannot hash")
    }

    /// Call once, last.
    func hexDigest() -> String {
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
