import U2NetPlatform
import U2NetEvaluation
import Foundation
import U2NetImageFiles
import Testing

struct OutputTests {
  /// A pair of a name that breaks what does not quote it.
  private let name = "a,\"b\" <i>&\r\n'"
  private let mask = gray(500, 20) { x, _ in x < 200 ? 255 : 0 }

  private func evaluation(_ names: [String]) throws -> DatasetEvaluation {
    let files = names.map { Pairing.File(stem: $0, path: $0) }
    return DatasetEvaluation(try Pairing(predictions: files, truths: files).pairs) { _ in (mask, mask) }
  }

  @Test func namesAreQuotedInCSV() throws {
    let csv = try evaluation([name, "plain"]).table.csv
    let measures = Measure.allCases.map(\.rawValue).joined(separator: ",")
    let quoted = "\"a,\"\"b\"\" <i>&\r\n'\","
    #expect(csv.hasPrefix("name,\(measures)\r\n\(quoted)0.0,1.0,"))
    #expect(csv.contains("\r\nplain,0.0,1.0,") && csv.hasSuffix("\r\n"))
    #expect(csv.unicodeScalars.count { $0 == "\n" } == 4)
  }

  @Test func numbersAreRounded() {
    for (value, text) in [
      (0, "0.0000"), (0.99995, "1.0000"), (0.0625, "0.0625"), (12.00004, "12.0000"), (-0.5, "-0.5000"),
    ] {
      #expect(fixed(value, places: 4) == text)
    }
  }

  /// HTML knows no control characters, and whoever prints a page on a terminal is not to obey them.
  @Test func controlCharactersAreShownAsEscapes() throws {
    let odd = "a\u{1B}[2J\u{7}b\u{9B}c\u{202E}d\ne"
    let page = try Report(title: odd, evaluation([odd, "plain"])).html { _ in [(odd, mask)] }
    for shown in ["<title>a\\u{1B}[2J\\u{7}b\\u{9B}c\\u{202E}d\\ne</title>", "<h3>a\\u{1B}[2J", "of a\\u{1B}[2J"] {
      #expect(page.contains(shown), "\(shown)")
    }
    #expect(!page.unicodeScalars.contains { $0 != "\n" && ($0.value < 32 || (0x7F..<0xA0).contains($0.value)) })
    #expect(!page.unicodeScalars.contains("\u{202E}"))
  }

  /// The page is well-formed XML but for its first line, refers to no other file, and shows names as they are.
  @Test func thePageIsWholeAndEscaped() throws {
    let page = try Report(title: "\(name) against <b>", evaluation([name, "plain"])).html { pair in
      [("<prediction>", mask), ("truth", mask)]
    }
    #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    #expect(!page.contains("<i>") && !page.contains("<b>") && page.contains("a,&quot;b&quot; &lt;i&gt;&amp;"))
    #expect(page.contains("&lt;prediction&gt; of plain"))
    #expect(!page.contains("http") && !page.contains("url(") && !page.contains("<script") && !page.contains("<link"))
    #expect(page.contains("prefers-color-scheme: dark"))

    // Two charts of two lines, and four pictures of at most 240 pixels.
    #expect(page.components(separatedBy: "<path class=\"line").count - 1 == 8)
    let pictures = page.components(separatedBy: "data:image/png;base64,").dropFirst()
      .map { String($0.prefix { $0 != "\"" }) }
    #expect(pictures.count == 4)
    for picture in pictures {
      let image = try Image<UInt8>(decoding: Array(try #require(Data(base64Encoded: picture))), source: "picture")
      #expect(image.width == 240 && image.height == 10)
    }
  }
}
