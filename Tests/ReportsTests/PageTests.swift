import Foundation
import Testing
import U2NetImages
import U2NetReports

/// What reports are made of: one file that needs no other, whatever names have in them.
struct PageTests {
  @Test func namesAreTextEverywhere() {
    let name = "<b>\"O'Neil\" & co</b>", text = "&lt;b&gt;&quot;O&#39;Neil&quot; &amp; co&lt;/b&gt;"
    let page = Page.html(
      title: name,
      body: Page.table(header: [name, "x"], [[name, name]])
        + Page.figure(Image<UInt8>(width: 1, height: 1, channels: .gray, samples: [7]), name, of: name, side: 9)
        + chart([Chart.Line(name: name, points: [(0, 1)])], title: name).html)
    #expect(!page.contains("<b>") && page.components(separatedBy: text).count == 2 + 3 + 3 + 3 + 1)
    #expect(!page.contains("http") && !page.contains("<script"))
  }

  @Test func picturesAreNoLongerThanAsked() throws {
    func picture(_ width: Int, _ height: Int) throws -> Image<UInt8> {
      let image = Image<UInt8>(
        width: width, height: height, channels: .gray, samples: [UInt8](repeating: 9, count: width * height))
      let html = Page.figure(image, "mask", of: "mug", side: 40)
      #expect(html.contains("alt=\"mask of mug\""))
      let data = try #require(html.firstMatch(of: /base64,([^"]+)"/)?.1)
      return try Image<UInt8>(decoding: [UInt8](#require(Data(base64Encoded: String(data)))), source: "figure")
    }
    for (size, expected) in [((80, 20), (40, 10)), ((30, 20), (30, 20)), ((3, 4000), (1, 40))] {
      let shown = try picture(size.0, size.1)
      #expect((shown.width, shown.height) == expected)
    }
  }

  private func chart(_ lines: [Chart.Line], title: String = "chart") -> Chart {
    Chart(title: title, across: "step", along: "loss", width: 10, ticks: [0, 10], height: 2, lines: lines)
  }

  @Test func linesStayInTheirChart() throws {
    let html = chart([
      Chart.Line(name: "a", points: [(0, 0), (5, .nan), (10, 7), (10, -1)]), Chart.Line(name: "none", points: []),
    ]).html
    // From the lower left corner to the upper right one and down; what is no number is left out.
    #expect(html.contains("<path class=\"line line0\" d=\"M46.0 262.0L408.0 12.0L408.0 262.0\"/>"))
    #expect(html.components(separatedBy: "class=\"line line").count == 1 + 3 && !html.contains("nan"))
  }
}
