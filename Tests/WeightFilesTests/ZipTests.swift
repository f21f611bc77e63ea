import Foundation
import Testing

@testable import U2NetWeightFiles

/// Archives whose directory tells something else than their members.
@Suite struct ZipTests {
  private let intact = [UInt8](try! Data(contentsOf: URL(filePath: fixture("state.zip.pth"))))

  /// The archive with `change` made in the central directory's entry for the member whose name ends with `name`.
  private func changing(_ name: String, _ change: (inout [UInt8], Int) -> Void) throws -> String {
    var bytes = intact
    let signature: [UInt8] = [0x50, 0x4b, 0x01, 0x02]
    let entry = try #require(
      (0..<bytes.count - 46).first { start in
        guard bytes[start..<start + 4].elementsEqual(signature) else { return false }
        let end = start + 46 + Int(bytes[start + 28])
        return String(decoding: bytes[start + 46..<end], as: UTF8.self).hasSuffix(name)
      })
    change(&bytes, entry)
    return try message(bytes)
  }

  @Test func absurdSizes() throws {
    #expect(
      try changing("data/0") { $0.replaceSubrange($1 + 24..<$1 + 28, with: [0, 0, 0, 0x7f]) }
        == "state.zip/data/0: claims 2130706432 bytes in an archive of \(intact.count)")
    #expect(
      try changing("data/0") { $0.replaceSubrange($1 + 24..<$1 + 28, with: [100, 0, 0, 0]) }
        == "state.zip/data/0: expected 216 bytes, found 100")
    // Deflate with the largest size it could reach.
    #expect(
      try changing("data.pkl") { bytes, entry in
        bytes[entry + 10] = 8
        bytes.replaceSubrange(entry + 24..<entry + 28, with: [0, 0, 0, 0x7f])
      } == "state.zip/data.pkl: claims 2130706432 bytes in an archive of \(intact.count)")
  }

  @Test func checksumsAreVerified() throws {
    #expect(try changing("data/0") { $0[$1 + 16] ^= 1 } == "state.zip/data/0: expected a matching checksum")
  }

  @Test func membersThatAreMissing() throws {
    #expect(
      try changing("data/0") { $0[$1 + 46] = UInt8(ascii: "x") }
        == "state.zip/data/0: expected a member of this name in the archive, found none")
    #expect(
      try changing("data.pkl") { $0[$1 + 46 + 17] = UInt8(ascii: "x") }
        == "expected a zip archive with data.pkl, found one without")
    #expect(try message(intact.prefix(100)).hasPrefix("expected a zip archive: "))
  }
}
