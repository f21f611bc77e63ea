import Foundation
import Testing

@testable import U2NetSafetensors

@Suite struct ErrorTests {
  @Test func descriptionsNameFilePlaceAndProblem() {
    let name = "stage1.rebnconvin.conv_s1.weight"
    let error = WeightFileError(file: "u2net.safetensors", at: .tensor(name), "expected 6912 bytes, found 6900")
    #expect(error.description == "u2net.safetensors: tensor \(name): expected 6912 bytes, found 6900")
    let member = WeightFileError.Location.member("x/data.pkl", byte: 3)
    #expect(WeightFileError(file: "a", at: member, "p").description == "a: x/data.pkl, byte 3: p")
    #expect(WeightFileError(file: "a", "p").description == "a: p")
    #expect(WeightFileError(file: "a", at: .tensor("\u{1b}[2J"), "p").description == #"a: tensor \u{1B}[2J: p"#)
  }

  /// What is downloaded in place of weights is called what it is.
  @Test(arguments: [
    ("<!DOCTYPE html><html><body>Please log in</body></html>", "an HTML page"),
    ("\u{feff}\n  <HTML lang=\"en\">", "an HTML page"),
    ("<!-- a proxy -->\n<!-- speaks -->\n<html>", "an HTML page"),
    ("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "an XML text"),
    ("<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC><html>", "an HTML page"),
    ("{\"message\": \"Not Found\"}", "a JSON text"),
    ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n", "a Git LFS pointer"),
  ]) func whatIsNoWeightFileIsCalledByItsName(text: String, expected: String) throws {
    let directory = try TemporaryDirectory(), path = directory.path("x")
    try Data(text.utf8).write(to: URL(filePath: path))
    #expect(throws: WeightFileError.self) { try Safetensors.read(path: path) }
    do throws(WeightFileError) { _ = try Safetensors.read(path: path) } catch {
      #expect(error.file == path && error.problem.contains("this is \(expected)"), "\(error)")
    }
    #expect(message(Array(text.utf8)).contains("this is \(expected)"))
  }

  @Test func filesThatCannotBeRead() throws {
    let directory = try TemporaryDirectory()
    func problem(_ name: String) -> String {
      do throws(WeightFileError) { return "no error but \(try SteadyFile(.init(directory.path(name))).size)" } catch {
        return error.problem
      }
    }
    #expect(problem("missing") == "No such file or directory")
    #expect(problem("") == "expected a file, found a directory")
    try Data().write(to: directory.url.appending(path: "empty"))
    #expect(problem("empty") == "the file is empty")
    #expect(mkfifo(directory.path("pipe"), 0o600) == 0)
    #expect(problem("pipe") == "expected a regular file, found a device, pipe or socket")
  }

  @Test func headerLengths() {
    #expect(message([1, 2, 3]) == "test: expected at least 8 bytes, found 3")
    #expect(
      message(littleEndian(UInt64.max) + [0x7b])
        == "test: byte 0: expected a header of at most 1 bytes, found \(UInt64.max)")
    #expect(
      message(littleEndian(UInt64(3)) + [0x7b, 0x7d])
        == "test: byte 0: expected a header of at most 2 bytes, found 3")
  }

  @Test(arguments: [
    ("", "byte 8: expected '{' in the header, found its end"),
    ("[]", "byte 8: expected '{' in the header, found byte 0x5b"),
    ("{} x", "byte 11: expected the end of the header, found byte 0x78"),
    (#"{"a""#, "byte 12: expected ':' in the header, found its end"),
    (#"{"a"#, "byte 10: the header ends inside a string"),
    (#"{"\ud800":{}}"#, "byte 10: expected an escape sequence in the header, found an invalid one"),
    (#"{"a":{"shape":[-1]}}"#, "byte 23: expected a number ≥ 0 in the header, found byte 0x2d"),
    (#"{"a":{"shape":[99999999999999999999]}}"#, "byte 23: expected a number below 2^63, found a larger one"),
    (#"{"a":{"kind":"F32"}}"#, "byte 21: expected dtype, shape and data_offsets once each, found kind"),
    (#"{"a":{"dtype":"F32","shape":[0]}}"#, "tensor a: expected dtype, shape and data_offsets"),
    (#"{"__metadata__":{"a":1}}"#, #"byte 29: expected '"' in the header, found byte 0x31"#),
  ])
  func malformedHeaders(header: String, expected: String) {
    // Not padded, so that the end is where the header ends.
    #expect(message(littleEndian(UInt64(header.utf8.count)) + Array(header.utf8)) == "test: \(expected)")
  }

  @Test func textThatIsNotUTF8() {
    let length = littleEndian(UInt64(4))
    #expect(message(length + [0x7b, 0x22, 0xff, 0x22]).contains("byte 10: expected UTF-8 text"))
    #expect(message(length + [0x7b, 0x22, 0x0a, 0x22]).contains("byte 10: expected text in the header"))
  }

  @Test(arguments: [
    ("C64", "[1]", 0, 8, "expected a dtype among F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL, found C64"),
    ("F32", "[3]", 0, 8, "expected 12 bytes, found 8"),
    ("F32", "[1]", 8, 4, "expected data_offsets [begin, end] within 8 bytes, found [8, 4]"),
    ("F32", "[2]", 4, 12, "expected data_offsets [begin, end] within 8 bytes, found [4, 12]"),
    ("F32", "[4294967296,4294967296,0]", 0, 0, "the shape [4294967296, 4294967296, 0] is too large"),
    ("F32", "[4611686018427387904]", 0, 0, "the shape [4611686018427387904] is too large"),
  ])
  func wrongEntries(dtype: String, shape: String, begin: Int, end: Int, expected: String) {
    let header = "{\"a\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(end)]}}"
    #expect(message(file(header, Array(repeating: 0, count: 8))) == "test: tensor a: \(expected)")
  }

  @Test func coverage() {
    func entry(_ name: String, _ begin: Int, _ end: Int) -> String {
      "\"\(name)\":{\"dtype\":\"U8\",\"shape\":[\(end - begin)],\"data_offsets\":[\(begin),\(end)]}"
    }
    func message(_ entries: String...) -> String {
      let bytes = file("{\(entries.joined(separator: ","))}", Array(repeating: 0, count: 8))
      let start = bytes.count - 8
      return SafetensorsTests.message(bytes)
        .replacing(/byte (\d+)/) { match in "data byte \(Int(match.1)! - start)" }
    }
    #expect(
      message(entry("a", 0, 4), entry("b", 3, 8))
        == "test: tensor b: expected to start at data byte 4, found data byte 3: an overlap")
    #expect(
      message(entry("b", 5, 8), entry("a", 0, 4))
        == "test: tensor b: expected to start at data byte 4, found data byte 5: a gap")
    #expect(message(entry("a", 0, 6)) == "test: data byte 6: expected the end of the file, found 2 more bytes")
    #expect(message(entry("a", 0, 4), entry("a", 4, 8)) == "test: tensor a: expected one entry of this name, found two")
  }
}
