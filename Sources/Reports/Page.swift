import U2NetImages

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What the pages of reports are made of: one HTML file each that needs no other.
package enum Page {
  /// - Parameter body: HTML.
  package static func html(title: String, body: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(escaped(title))</title>
    <style>
    \(style)
    </style>
    </head>
    <body>
    <h1>\(escaped(title))</h1>
    \(body)
    </body>
    </html>

    """
  }

  /// A table whose rows' first cells say what they are about.
  package static func table(header: [String], _ rows: [[String]]) -> String {
    let lines = rows.map { row in
      "<tr><th scope=\"row\">\(escaped(row[0]))</th>"
        + row.dropFirst().map { "<td>\(escaped($0))</td>" }.joined() + "</tr>"
    }
    let head = header.map { "<th scope=\"col\">\(escaped($0))</th>" }.joined()
    return "<div class=\"wide\"><table>\n<tr>\(head)</tr>\n\(lines.joined(separator: "\n"))\n</table></div>"
  }

  /// A picture with what it is below it, at most `side` pixels long.
  package static func figure(_ image: Image<UInt8>, _ caption: String, of name: String, side: Int) -> String {
    let png = Data(thumbnail(image, side).pngData(compression: 9)).base64EncodedString()
    let text = escaped("\(caption) of \(name)")
    return """
      <figure><img alt="\(text)" src="data:image/png;base64,\(png)"><figcaption>\(escaped(caption))</figcaption></figure>
      """
  }

  private static func thumbnail(_ image: Image<UInt8>, _ most: Int) -> Image<UInt8> {
    let side = max(image.width, image.height)
    if side <= most { return image }
    func scaled(_ length: Int) -> Int { max(1, (length * most + side / 2) / side) }
    return image.resized(width: scaled(image.width), height: scaled(image.height), filter: .bilinear)
  }

  private static let style = """
    :root { color-scheme: light dark; --text: #1c2024; --soft: #5c6670; --page: #fff; --line: #d9dee3; --card: #f5f7f9;
      --first: #1f5fc4; --second: #b3500a; --third: #2b7d3f; --fourth: #a3308f; --fifth: #7a6a00; --sixth: #00788a;
      --seventh: #8a2f2f; }
    @media (prefers-color-scheme: dark) { :root { --text: #e6e9ec; --soft: #9aa5b0; --page: #14171a; --line: #343b42;
      --card: #1d2125; --first: #7fb0ff; --second: #f0a35e; --third: #7fd094; --fourth: #e79ad8; --fifth: #d6c64d;
      --sixth: #5ecbdc; --seventh: #e59a9a; } }
    body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 1100px;
      margin: 2rem auto; padding: 0 1rem; }
    h1 { font-size: 1.5rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin-top: 2rem; }
    h3 { font-size: .95rem; margin: 0; overflow-wrap: anywhere; } p { color: var(--soft); margin: .2rem 0; }
    table { border-collapse: collapse; } th { text-align: left; font-weight: 400; }
    th, td { padding: .25rem 1.2rem .25rem 0; border-bottom: 1px solid var(--line); }
    .wide { overflow-x: auto; } .wide td { white-space: nowrap; } td { font-variant-numeric: tabular-nums; } td + td { color: var(--soft); }
    .charts, .cards { display: grid; gap: 1.2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
    figure { margin: 0; } .chart > svg { width: 100%; height: auto; }
    .chart ul { list-style: none; margin: 0; padding: 0; color: var(--soft); font-size: .9rem; }
    .key { width: 24px; height: 8px; vertical-align: middle; }
    .grid { stroke: var(--line); } .label { fill: var(--soft); font-size: 11px; }
    .line { fill: none; stroke: var(--first); stroke-width: 2; stroke-linejoin: round; }
    .line1 { stroke: var(--second); stroke-dasharray: 6 4; } .line2 { stroke: var(--third); stroke-dasharray: 2 3; }
    .line3 { stroke: var(--fourth); stroke-dasharray: 9 3 2 3; } .line4 { stroke: var(--fifth); }
    .line5 { stroke: var(--sixth); stroke-dasharray: 6 4; } .line6 { stroke: var(--seventh); stroke-dasharray: 2 3; }
    article { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem; }
    .pictures { display: flex; gap: .6rem; margin-top: .5rem; } .pictures figure { flex: 1 1 0; min-width: 0; }
    .pictures img { width: 100%; height: auto; display: block; border: 1px solid var(--line); }
    .pictures figcaption { color: var(--soft); font-size: .8rem; }
    """
}
