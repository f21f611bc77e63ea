import CCrypto
import Safetensors

/// SHA-256 checksums: what weight files are recognised by.
public enum SHA256 {
  /// The checksum of `bytes` as 64 lower-case hexadecimal digits.
  public static func hexDigest(of bytes: UnsafeRawBufferPointer) -> String {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    // These fail only when memory runs out or the library is misconfigured; no answer would be right then.
    precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "libcrypto offers no SHA-256")
    precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "libcrypto cannot hash")
    precondition(EVP_DigestFinal_ex(context, &digest, &length) == 1, "libcrypto cannot hash")
    return digest.prefix(Int(length)).map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0" + digits : digits
    }.joined()
  }

  /// The checksum of the file at `path`, whose pages are read as they are hashed.
  /// - Throws: as `MemoryMap.init(path:)`.
  public static func hexDigest(ofFile path: String) throws(WeightFileError) -> String {
    let map = try MemoryMap(path: path)
    return hexDigest(of: map.bytes)
  }
}
