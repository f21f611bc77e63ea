import U2NetCompute
import U2NetPlatform

/// Where the time of a pass goes: operator by operator, and summed over their kinds.
public struct EngineProfile: Sendable {
  /// Lines of columns, aligned.
  public let table: String

  /// Times `predictor`'s passes over one input, after a pass that does not count.
  /// - Parameters:
  ///   - predictor: what is timed.
  ///   - input: planes R, G, B of its height × width floats.
  ///   - runs: passes to take the fastest of, operator by operator; at least 1.
  public init(_ predictor: Predictor, input: [Float], runs: Int) {
    let passes = (0..<runs + 1).map { _ in input.withUnsafeBufferPointer(predictor.profile) }.dropFirst()
    let steps = passes.first!.indices.map { index -> (step: Inference.Timing, ms: Double) in
      let times = passes.map { $0[index].milliseconds }.sorted()
      return (passes.first![index], times[0])
    }
    let total = steps.reduce(0) { $0 + $1.ms }
    var rows = [["operator", "result", "algorithm", "blocking", "ms", "share", "GFLOP/s", "transforms"]]
    for (step, ms) in steps {
      rows.append([
        step.name, "\(step.shape)", step.algorithm, step.blocking, fixed(ms, places: 3),
        fixed(ms / total * 100, places: 1) + " %", step.macs > 0 ? fixed(Double(step.macs) * 2e-6 / ms, places: 0) : "",
        step.transformShare.map { fixed($0 * 100, places: 0) + " %" } ?? "",
      ])
    }
    var kinds: [(name: String, ms: Double, macs: Int)] = []
    for (step, ms) in steps {
      let name =
        step.macs == 0 ? step.name : step.algorithm + " at \(step.shape.height)×\(step.shape.width)"
      let index = kinds.firstIndex { $0.name == name } ?? kinds.endIndex
      if index == kinds.endIndex { kinds.append((name, 0, 0)) }
      kinds[index].ms += ms
      kinds[index].macs += step.macs
    }
    kinds.sort { $0.ms > $1.ms }
    let transformMs = steps.reduce(0) { $0 + $1.ms * ($1.step.transformShare ?? 0) }
    let productMs = steps.reduce(0) { $0 + $1.ms * ($1.step.transformShare.map { 1 - $0 } ?? 0) }
    rows += [[], ["total", "", "", "", fixed(total, places: 3), "100.0 %", ""]]
    for kind in kinds {
      rows.append([
        kind.name, "", "", "", fixed(kind.ms, places: 3), fixed(kind.ms / total * 100, places: 1) + " %",
        kind.macs > 0 ? fixed(Double(kind.macs) * 2e-6 / kind.ms, places: 0) : "",
      ])
    }
    rows += [
      [],
      [
        "Winograd's transforms", "", "", "", fixed(transformMs, places: 3),
        fixed(transformMs / total * 100, places: 1) + " %",
      ],
      [
        "Winograd's products", "", "", "", fixed(productMs, places: 3),
        fixed(productMs / total * 100, places: 1) + " %",
      ],
    ]
    table = aligned(rows, leading: 4) + "\n"
  }
}
