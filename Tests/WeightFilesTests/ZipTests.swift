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

  /// A small archive that is inflated to much more takes no memory for that.
  @Test(arguments: ["data.pkl", "data/0"]) func bombsAreNotInflated(name: String) throws {
    let zeros = 100_000_000, layer = "stage1.rebnconvin.conv_s1.weight"
    // {layer: tensor of so many floats in storage 0}
    var pickle: [UInt8] = [0x80, 2, UInt8(ascii: "}")] + text(layer)
    pickle +=
      Array("ctorch._utils\n_rebuild_tensor_v2\n((".utf8) + text("storage") + Array("ctorch\nFloatStorage\n".utf8)
    pickle += text("0") + text("cpu") + number(zeros / 4) + Array("tQ".utf8) + number(0)
    pickle += number(zeros / 4) + [0x85] + number(1) + [0x85] + Array("tRs.".utf8)
    let isPickle = name == "data.pkl"
    let members = [
      ("archive/data.pkl", isPickle ? deflated(UInt8(ascii: "N"), zeros) : pickle, isPickle ? zeros : nil),
      ("archive/data/0", isPickle ? [0] : deflated(0, zeros), isPickle ? nil : zeros),
    ]
    let archive = archive(members)
    #expect(archive.count < 1_000_000)
    let text = try message(archive)
    #expect(
      text.hasPrefix("expected to need at most 4") && text.hasSuffix(" MiB of memory, found that it needs more"),
      "\(text)")
  }

  private func text(_ value: String) -> [UInt8] { [0x8c, UInt8(value.utf8.count)] + Array(value.utf8) }

  private func number(_ value: Int) -> [UInt8] { [UInt8(ascii: "J")] + bytes(UInt32(value)) }

  private func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  /// At least `count` times the same byte, as a block of deflate with the fixed code (RFC 1951, section 3.2.6).
  private func deflated(_ byte: UInt8, _ count: Int) -> [UInt8] {
    var result: [UInt8] = [], bits: UInt64 = 0, held = 0
    func add(_ value: UInt64, _ count: Int) {
      bits |= value << UInt64(held)
      held += count
      while held >= 8 {
        result.append(UInt8(truncatingIfNeeded: bits))
        (bits, held) = (bits >> 8, held - 8)
      }
    }
    func reversed(_ code: UInt64, _ count: Int) -> UInt64 {
      var result: UInt64 = 0
      for bit in 0..<count { result = result << 1 | (code >> UInt64(bit)) & 1 }
      return result
    }
    add(0b011, 3)  // The last block, with the fixed code.
    add(reversed(0x30 + UInt64(byte), 8), 8)
    for _ in 0..<count / 258 + 1 {
      add(reversed(0b1100_0101, 8), 8)  // 258 bytes
      add(0, 5)  // like the last one.
    }
    add(0, 7 + 8)
    return result
  }

  private func checksum(_ data: [UInt8]) -> UInt32 {
    var sum: UInt32 = .max
    for byte in data {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : (sum >> 1) ^ 0xedb8_8320 }
    }
    return ~sum
  }

  /// A zip archive of members that are stored or, with a size of their own, deflated.
  private func archive(_ members: [(name: String, data: [UInt8], size: Int?)]) -> [UInt8] {
    var result: [UInt8] = [], directory: [UInt8] = []
    for (name, data, size) in members {
      // Version, flags, method, time and date; checksum, sizes; lengths of the name and of what comes after it.
      var facts = [20, 0, size == nil ? 0 : 8, 0, 0].flatMap { bytes(UInt16($0)) }
      facts += bytes(size == nil ? checksum(data) : 0) + bytes(UInt32(data.count)) + bytes(UInt32(size ?? data.count))
      facts += bytes(UInt16(name.utf8.count)) + bytes(UInt16(0))
      directory += [0x50, 0x4b, 1, 2] + bytes(UInt16(20)) + facts + [UInt8](repeating: 0, count: 10)
      directory += bytes(UInt32(result.count)) + Array(name.utf8)
      result += [0x50, 0x4b, 3, 4] + facts + Array(name.utf8) + data
    }
    let start = result.count, count = bytes(UInt16(members.count))
    result += directory + [0x50, 0x4b, 5, 6, 0, 0, 0, 0] + count + count
    return result + bytes(UInt32(directory.count)) + bytes(UInt32(start)) + [0, 0]
  }
}
