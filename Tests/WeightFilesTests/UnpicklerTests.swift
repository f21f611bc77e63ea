import U2NetCompute
import U2NetSafetensors
import Testing

@testable import U2NetWeightFiles

/// Pickles written by hand, for what torch.save never writes.
@Suite struct UnpicklerTests {
  private func unpickle(_ bytes: [UInt8]) throws(WeightFileError) -> (PickleValue, PickleHeap) {
    let outcome = bytes.withUnsafeBytes { bytes in
      Result { () throws(WeightFileError) in
        var unpickler = Unpickler(ByteReader(bytes, file: "test"), budget: MemoryBudget(file: "test"))
        return (try unpickler.next(), unpickler.heap)
      }
    }
    return try outcome.get()
  }

  private func message(_ text: String) -> String { message(text.unicodeScalars.map { UInt8($0.value) }) }

  private func message(_ bytes: [UInt8]) -> String {
    do { return "no error but \(try unpickle(bytes).0)" } catch { return error.description }
  }

  @Test(arguments: [
    ("cposix\nsystem\n.", "byte 0: refusing to run posix.system"),
    ("\u{80}\u{02}\u{8c}\u{08}builtins\u{8c}\u{04}eval\u{93}.", "byte 18: refusing to run builtins.eval"),
    ("(ios\nsystem\n.", "byte 1: refusing to run os.system"),
    ("(cbuiltins\nexec\no.", "byte 1: refusing to run builtins.exec"),
    ("(o.", "byte 1: refusing to make an object of a Python class"),
    ("ccollections\nOrderedDict\n)\u{81}.", "byte 26: refusing to make an object of a Python class"),
    ("ctorch\nFloatStorage\n)R.", "byte 21: refusing to run torch.FloatStorage"),
    (")}b.", "byte 2: refusing to set the state of a Python object"),
    ("K\u{01})R.", "byte 3: expected a function and its arguments"),
    ("cos\u{1b}[2J\nsystem\n.", #"byte 0: refusing to run os\u{1B}[2J.system"#),
  ])
  func refusesToRun(pickle: String, expected: String) {
    #expect(message(pickle) == "test: \(expected)")
  }

  @Test(arguments: [
    ("", "byte 0: expected 1 more bytes, found 0"),
    (".", "byte 0: expected 1 values on the stack"),
    ("\u{80}\u{01}.", "byte 0: expected pickle protocol 2 to 5, found 1"),
    ("P", "byte 0: expected a pickle operation that torch.save uses, found 0x50"),
    ("X\u{ff}\u{ff}\u{ff}\u{ff}a", "byte 5: expected 4294967295 more bytes, found 1"),
    ("T\u{ff}\u{ff}\u{ff}\u{ff}a", "byte 5: expected a length ≥ 0, found -1"),
    ("X\u{01}\u{00}\u{00}\u{00}\u{ff}.", "byte 5: expected UTF-8 text, found other bytes"),
    ("cos", "byte 1: expected a line, found the end"),
    ("h\u{07}.", "byte 0: expected a value remembered as 7, found none"),
    ("t.", "byte 0: expected a mark on the pickle's stack, found none"),
    ("}(K\u{01}u.", "byte 4: expected a value for every key"),
    ("N(\u{85}.", "byte 2: expected 1 values on the stack"),
    (")Q.", "byte 1: expected a reference to a storage"),
  ])
  func malformed(pickle: String, expected: String) {
    #expect(message(pickle) == "test: \(expected)")
  }

  @Test func numbers() throws {
    func int(_ bytes: [UInt8]) throws -> Int? {
      if case .int(let value) = try unpickle(bytes + [0x2e]).0 { value } else { nil }
    }
    #expect(try int([0x4b, 0xff]) == 255)
    #expect(try int([0x4a, 0xfe, 0xff, 0xff, 0xff]) == -2)
    #expect(try int([0x8a, 0]) == 0)
    #expect(try int([0x8a, 2, 0x00, 0x80]) == -32768)
    #expect(try int([0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x80]) == .min)
    guard case .float(0.5) = try unpickle([0x47, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0, 0x2e]).0 else {
      Issue.record("expected 0.5")
      return
    }
  }

  @Test func nestingAndSelfReferenceCostNothing() throws {
    let count = 3_000_000
    let nested = [UInt8(ascii: ")")] + Array(repeating: 0x85, count: count) + [UInt8(ascii: ".")]
    #expect(try unpickle(nested).1.sequences.count == count + 1)
    #expect(message("]q\u{00}h\u{00}a.") == "no error but sequence(0)")
  }

  /// Every tensor's 64 extents are remembered once and used again and again, by some bytes each.
  @Test func tensorsOfManyExtentsAreCounted() {
    let storage = "X\u{07}\0\0\0storagectorch\nFloatStorage\nX\u{01}\0\0\0kNK\u{01}tQq\0"
    let extents = "(" + String(repeating: "K\u{01}", count: 64) + "tq\u{01}"
    let arguments = "(h\0K\0h\u{01}h\u{01}tq\u{02}"
    let prefix = "(" + storage + extents + arguments + "ctorch._utils\n_rebuild_tensor_v2\nq\u{03}"
    let tensor: [UInt8] = [0x68, 3, 0x68, 2, 0x52]  // BINGET 3, BINGET 2, REDUCE
    let start = prefix.unicodeScalars.map { UInt8($0.value) }
    let some = start + Array(repeatElement(tensor, count: 10).joined()) + [UInt8(ascii: ".")]
    #expect(message(some).hasPrefix("no error but tensor"), "\(message(some))")
    let many = start + Array(repeatElement(tensor, count: 1_300_000).joined()) + [UInt8(ascii: ".")]
    #expect(message(many) == "test: expected to need at most 1 GiB of memory, found that it needs more")
  }

  /// What training frameworks keep beside weights is passed over, and nothing of it is run.
  @Test(arguments: [
    "cpytorch_lightning.utilities.parsing\nAttributeDict\n)\u{81}(X\u{02}\0\0\0lrG?PbM\u{d2}\u{f1}\u{a9}\u{fc}u}b.",
    "ccollections\ndefaultdict\ncbuiltins\nlist\n\u{85}R(K\u{01}]u.",
    "ccollections\nCounter\n}K\u{01}K\u{02}s\u{85}R.",
    "cpathlib\nPosixPath\nX\u{03}\0\0\0tmp\u{85}R.",
    "cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\u{02}\0\0\0f8\u{85}R(K\u{03}NNtbX\u{01}\0\0\0x\u{86}R.",
    "cargparse\nNamespace\n)\u{81}}b.",
  ]) func settingsArePassedOver(pickle: String) {
    #expect(message(pickle).hasPrefix("no error but unsupported"), "\(message(pickle))")
  }

  @Test func workIsBounded() {
    #expect(
      message([UInt8](repeating: UInt8(ascii: "N"), count: 5_000_000))
        == "test: byte 4000000: expected at most 4000000 pickle operations, found more")
    // A list of pairs that many dictionaries copy.
    let pairs = "]q\u{00}(" + String(repeating: "NN\u{86}", count: 10_000) + "e"
    let copies = String(repeating: "ccollections\nOrderedDict\nh\u{00}\u{85}R", count: 1000)
    #expect(message(pairs + copies + ".").contains("expected at most 4000000 pickle operations"))
  }
}
