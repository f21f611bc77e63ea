import U2NetPixels
import U2NetPlatform
import U2NetReports

/// A page about an evaluation, in one HTML file that needs no other: scores, curves, the best and the worst masks.
public struct Report {
  /// A picture and what to write below it.
  public typealias Picture = (caption: String, image: Image<UInt8>)

  private let title: String
  private let evaluation: any ScoredPairs
  /// Longest side of the pictures, in pixels.
  private let pictureSide: Int

  /// The page about `evaluation`; the longer side of its pictures is `pictureSide` pixels.
  public init(title: String, _ evaluation: DatasetEvaluation, pictureSide: Int = 240) {
    self.init(title: title, of: evaluation, pictureSide: pictureSide)
  }

  /// The page about alphas.
  public init(title: String, _ evaluation: AlphaEvaluation, pictureSide: Int = 240) {
    self.init(title: title, of: evaluation, pictureSide: pictureSide)
  }

  package init(title: String, of evaluation: any ScoredPairs, pictureSide: Int = 240) {
    self.title = title
    self.evaluation = evaluation
    self.pictureSide = pictureSide
  }

  /// The page, with `pictures` of the best and the worst pairs.
  /// - Parameter pictures: the masks of a pair, and what else to show of it, side by side.
  /// - Precondition: at least one pair has been scored.
  /// - Throws: what `pictures` throws.
  public func html(pictures: (Pairing.Pair) throws -> [Picture]) rethrows -> String {
    precondition(evaluation.count > 0, "nothing has been scored")
    let rows = evaluation.means.map { mean in
      """
      <tr><th scope="row">\(escaped(mean.title))</th><td>\(fixed(mean.value, places: 4))</td>\
      <td>\(mean.isError ? "lower is better" : "")</td></tr>
      """
    }
    let failed = evaluation.failures.isEmpty ? "" : ", \(evaluation.failures.count) more could not be scored"
    return Page.html(
      title: title,
      body: """
        <p>\(evaluation.count) pairs\(failed)</p>
        <h2>Scores</h2>
        <table>
        \(rows.joined(separator: "\n"))
        </table>
        \(evaluation.charts)
        \(try section("Worst, by \(type(of: evaluation).order)", evaluation.extremes.worst, pictures))
        \(try section("Best, by \(type(of: evaluation).order)", evaluation.extremes.best, pictures))
        """)
  }

  private func section(
    _ title: String, _ items: [Extremes.Item], _ pictures: (Pairing.Pair) throws -> [Picture]
  ) rethrows -> String {
    if items.isEmpty { return "" }
    let cards = try items.map { item in
      let figures = try pictures(item.pair).map { caption, image in
        Page.figure(image, caption, of: item.pair.name, side: pictureSide)
      }
      return """
        <article><h3>\(escaped(item.pair.name))</h3>
        <p>\(item.scores.map { "\(escaped($0.title)) \(fixed($0.value, places: 4))" }.joined(separator: " · "))</p>
        <div class="pictures">\(figures.joined(separator: "\n"))</div></article>
        """
    }
    return "<h2>\(escaped(title))</h2>\n<div class=\"cards\">\n\(cards.joined(separator: "\n"))\n</div>"
  }

  /// Precision, recall and F-measure by threshold.
  static func curves(of scores: Scores) -> String {
    """
    <h2>Curves</h2>
    <div class="charts">
    \(precisionRecall(scores).html)
    \(fMeasure(scores).html)
    </div>
    """
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
}
