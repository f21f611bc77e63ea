internal import U2NetFiles
import U2NetPlatform

/// A line chart as inline SVG; its colours and fonts are the page's (classes `grid`, `label`, `line`, `line1` … `line6`).
package struct Chart {
  package struct Line {
    let name: String
    let points: [(x: Double, y: Double)]

    /// - Parameter points: those whose y is not a finite number are left out.
    package init(name: String, points: [(x: Double, y: Double)]) {
      self.name = name
      self.points = points.filter(\.y.isFinite)
    }
  }

  let title, across, along: String
  /// The largest x, and where to put labels between 0 and it.
  let width: Double
  let ticks: [Double]
  /// The largest y, whose axis begins at 0; what is above it is drawn at it.
  let height: Double
  let lines: [Line]

  /// - Parameter lines: at most seven; later ones look like the seventh.
  package init(
    title: String, across: String, along: String, width: Double, ticks: [Double], height: Double = 1, lines: [Line]
  ) {
    (self.title, self.across, self.along) = (title, across, along)
    (self.width, self.ticks, self.height, self.lines) = (width, ticks, height, lines)
  }

  // In units of the view box.
  private static let left = 46.0, right = 408.0, top = 12.0, bottom = 262.0

  private func x(_ value: Double) -> String {
    fixed(Self.left + value / width * (Self.right - Self.left), places: 1)
  }

  private func y(_ value: Double) -> String {
    fixed(Self.bottom - min(max(value / height, 0), 1) * (Self.bottom - Self.top), places: 1)
  }

  private func style(_ line: Int) -> String { "line line\(min(line, 6))" }

  package var html: String {
    var svg = "<svg viewBox=\"0 0 420 306\" role=\"img\" aria-label=\"\(escaped(title))\">\n"
    for step in 0...5 {
      let value = Double(step) / 5 * height, y = y(value)
      svg += """
        <path class="grid" d="M\(Self.left) \(y)H\(Self.right)"/>\
        <text class="label" x="40" y="\(y)" dy="4" text-anchor="end">\(fixed(value, places: height < 1 ? 3 : 1))</text>

        """
    }
    for value in ticks {
      let label = width > 1 ? "\(Int(value))" : fixed(value, places: 1)
      svg += "<text class=\"label\" x=\"\(x(value))\" y=\"280\" text-anchor=\"middle\">\(label)</text>\n"
    }
    for (index, line) in lines.enumerated() where !line.points.isEmpty {
      let path = line.points.map { "\(x($0.x)) \(y($0.y))" }.joined(separator: "L")
      svg += "<path class=\"\(style(index))\" d=\"M\(path)\"/>\n"
    }
    svg += """
      <text class="label" x="227" y="300" text-anchor="middle">\(escaped(across))</text>
      <text class="label" transform="translate(11 137) rotate(-90)" text-anchor="middle">\(escaped(along))</text>
      </svg>
      """
    let legend = lines.enumerated().map { index, line in
      "<li><svg viewBox=\"0 0 24 8\" class=\"key\"><path class=\"\(style(index))\" d=\"M0 4H24\"/></svg> \(escaped(line.name))</li>"
    }
    return """
      <figure class="chart"><figcaption>\(escaped(title))</figcaption>
      \(svg)
      <ul>\(legend.joined())</ul></figure>
      """
  }
}

/// Text as it stands in HTML, between tags or in a quoted attribute; control characters, which HTML forbids, as escapes.
package func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.visible.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
