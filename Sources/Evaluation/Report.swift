import Images

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A page about an evaluation, in one HTML file that needs no other: scores, curves, the best and the worst masks.
public struct Report {
  /// A picture and what to write below it.
  public typealias Picture = (caption: String, image: Image<UInt8>)

  private let title: String
  private let evaluation: DatasetEvaluation
  /// Longest side of the pictures, in pixels.
  private let pictureSide: Int

  public init(title: String, _ evaluation: DatasetEvaluation, pictureSide: Int = 240) {
    self.title = title
    self.evaluation = evaluation
    self.pictureSide = pictureSide
  }

  /// - Parameter pictures: the masks of a pair, and what else to show of it, side by side.
  /// - Precondition: at least one pair has been scored.
  /// - Throws: what `pictures` throws.
  public func html(pictures: (Pairing.Pair) throws -> [Picture]) rethrows -> String {
    guard let scores = evaluation.scores.mean else { preconditionFailure("nothing has been scored") }
    let rows = Measure.allCases.map { measure in
      """
      <tr><th scope="row">\(escaped(measure.title))</th><td>\(fixed(measure.value(of: scores), places: 4))</td>\
      <td>\(measure.isError ? "lower is better" : "")</td></tr>
      """
    }
    let failed = evaluation.failures.isEmpty ? "" : ", \(evaluation.failures.count) more could not be scored"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(escaped(title))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <h1>\(escaped(title))</h1>
      <p>\(evaluation.scores.count) pairs\(failed)</p>
      <h2>Scores</h2>
      <table>
      \(rows.joined(separator: "\n"))
      </table>
      <h2>Curves</h2>
      <div class="charts">
      \(Self.precisionRecall(scores).html)
      \(Self.fMeasure(scores).html)
      </div>
      \(try section("Worst masks, by S-measure", evaluation.extremes.worst, pictures))
      \(try section("Best masks, by S-measure", evaluation.extremes.best, pictures))
      </body>
      </html>

      """
  }

  private func section(
    _ title: String, _ items: [Extremes.Item], _ pictures: (Pairing.Pair) throws -> [Picture]
  ) rethrows -> String {
    if items.isEmpty { return "" }
    let cards = try items.map { item in
      let figures = try pictures(item.pair).map { caption, image in
        let png = Data(thumbnail(image).pngData(compression: 9)).base64EncodedString()
        let text = escaped("\(caption) of \(item.pair.name)")
        return """
          <figure><img alt="\(text)" src="data:image/png;base64,\(png)"><figcaption>\(escaped(caption))</figcaption></figure>
          """
      }
      let scores = [("S", item.structure), ("MAE", item.meanAbsoluteError), ("weighted F", item.weightedF)]
      return """
        <article><h3>\(escaped(item.pair.name))</h3>
        <p>\(scores.map { "\($0) \(fixed($1, places: 4))" }.joined(separator: " · "))</p>
        <div class="pictures">\(figures.joined(separator: "\n"))</div></article>
        """
    }
    return "<h2>\(escaped(title))</h2>\n<div class=\"cards\">\n\(cards.joined(separator: "\n"))\n</div>"
  }

  private func thumbnail(_ image: Image<UInt8>) -> Image<UInt8> {
    let side = max(image.width, image.height)
    if side <= pictureSide { return image }
    func scaled(_ length: Int) -> Int { max(1, (length * pictureSide + side / 2) / side) }
    return image.resized(width: scaled(image.width), height: scaled(image.height), filter: .bilinear)
  }

  private static func precisionRecall(_ scores: Scores) -> Chart {
    func line(_ name: String, _ curve: PrecisionRecall) -> Chart.Line {
      Chart.Line(name: name, points: zip(curve.recall, curve.precision).map { ($0, $1) })
    }
    return Chart(
      title: "Precision and recall, mean over pictures per threshold", across: "recall", along: "precision", width: 1,
      ticks: (0...5).map { Double($0) / 5 },
      lines: [
        line("predictions stretched to 0…1", scores.precisionRecall),
        line("as the paper's authors", scores.authors.precisionRecall),
      ])
  }

  private static func fMeasure(_ scores: Scores) -> Chart {
    func line(_ name: String, _ curve: [Double]) -> Chart.Line {
      Chart.Line(name: name, points: curve.enumerated().map { (Double($0.offset), $0.element) })
    }
    return Chart(
      title: "F-measure (β² = 0.3) by threshold", across: "threshold", along: "F-measure", width: 255,
      ticks: [0, 51, 102, 153, 204, 255],
      lines: [
        line("mean of the pictures' F", scores.fMeasure.curve),
        line("as the paper's authors: F of mean precision and recall", scores.authors.fMeasureCurve),
      ])
  }

  private static let style = """
    :root { color-scheme: light dark; --text: #1c2024; --soft: #5c6670; --page: #fff; --line: #d9dee3; --card: #f5f7f9;
      --first: #1f5fc4; --second: #b3500a; }
    @media (prefers-color-scheme: dark) { :root { --text: #e6e9ec; --soft: #9aa5b0; --page: #14171a; --line: #343b42;
      --card: #1d2125; --first: #7fb0ff; --second: #f0a35e; } }
    body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 1100px;
      margin: 2rem auto; padding: 0 1rem; }
    h1 { font-size: 1.5rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin-top: 2rem; }
    h3 { font-size: .95rem; margin: 0; overflow-wrap: anywhere; } p { color: var(--soft); margin: .2rem 0; }
    table { border-collapse: collapse; } th { text-align: left; font-weight: 400; }
    th, td { padding: .25rem 1.2rem .25rem 0; border-bottom: 1px solid var(--line); }
    td { font-variant-numeric: tabular-nums; } td + td { color: var(--soft); }
    .charts, .cards { display: grid; gap: 1.2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
    figure { margin: 0; } .chart > svg { width: 100%; height: auto; }
    .chart ul { list-style: none; margin: 0; padding: 0; color: var(--soft); font-size: .9rem; }
    .key { width: 24px; height: 8px; vertical-align: middle; }
    .grid { stroke: var(--line); } .label { fill: var(--soft); font-size: 11px; }
    .line0, .line1 { fill: none; stroke: var(--first); stroke-width: 2; stroke-linejoin: round; }
    .line1 { stroke: var(--second); stroke-dasharray: 6 4; }
    article { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem; }
    .pictures { display: flex; gap: .6rem; margin-top: .5rem; } .pictures figure { flex: 1 1 0; min-width: 0; }
    .pictures img { width: 100%; height: auto; display: block; border: 1px solid var(--line); }
    .pictures figcaption { color: var(--soft); font-size: .8rem; }
    """
}
