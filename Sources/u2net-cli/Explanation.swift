import U2NetPlatform
import U2NetCompute
import U2Net

/// Where the time of a pass goes: operator by operator, and summed over their kinds.
struct Explanation {
  let table: String

  /// - Parameter runs: passes to take the fastest of, operator by operator.
  init(predictor: Predictor, input: [Float], runs: Int) {
    let passes = (0..<runs + 1).map { _ in input.withUnsafeBufferPointer(predictor.profile) }.dropFirst()
    let steps = passes.first!.indices.map { index -> (step: Inference.Timing, ms: Double) in
      let times = passes.map { $0[index].milliseconds }.sorted()
      return (passes.first![index], times[0])
    }
    let total = steps.reduce(0) { $0 + $1.ms }
    var rows = [["operator", "result", "algorithm", "blocking", "ms", "share", "GFLOP/s", "transforms"]]
    for (step, ms) in steps {
      rows.append([
        step.name, "\(step.shape)", step.algorithm, step.blocking, Self.decimal(ms, 3),
        Self.decimal(ms / total * 100, 1) + " %", step.macs > 0 ? Self.decimal(Double(step.macs) * 2e-6 / ms, 0) : "",
        step.transformShare.map { Self.decimal($0 * 100, 0) + " %" } ?? "",
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
    rows += [[], ["total", "", "", "", Self.decimal(total, 3), "100.0 %", ""]]
    for kind in kinds {
      rows.append([
        kind.name, "", "", "", Self.decimal(kind.ms, 3), Self.decimal(kind.ms / total * 100, 1) + " %",
        kind.macs > 0 ? Self.decimal(Double(kind.macs) * 2e-6 / kind.ms, 0) : "",
      ])
    }
    rows += [
      [],
      [
        "Winograd's transforms", "", "", "", Self.decimal(transformMs, 3),
        Self.decimal(transformMs / total * 100, 1) + " %",
      ],
      ["Winograd's products", "", "", "", Self.decimal(productMs, 3), Self.decimal(productMs / total * 100, 1) + " %"],
    ]
    table = aligned(rows, leading: 4) + "\n"
  }

  /// `value` with `places` decimals.
  private static func decimal(_ value: Double, _ places: Int) -> String {
    var scale = 1
    for _ in 0..<places { scale *= 10 }
    let number = Int((value * Double(scale)).rounded()), rest = "\(number % scale)"
    return places == 0
      ? "\(number)" : "\(number / scale)." + String(repeating: "0", count: places - rest.count) + rest
  }
}
