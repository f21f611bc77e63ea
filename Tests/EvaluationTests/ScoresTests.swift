import U2NetEvaluation
import U2NetPixels
import Testing
import U2NetPlatform

struct ScoresTests {
  @Test(arguments: Goldens.values.pairs) func asOthersScore(_ golden: Goldens.Pair) throws {
    let scores = try golden.evaluated()
    for measure in Measure.allCases {
      guard let expected = try #require(golden.scores[measure.rawValue]) else { continue }
      let value = measure.value(of: scores)
      // The authors' evaluator adds 1e-8 here and there.
      #expect(abs(value - expected) < 1e-6, "\(measure): \(value), not \(expected)")
    }
    for (name, curve) in [
      ("precision", scores.precisionRecall.precision), ("recall", scores.precisionRecall.recall),
      ("f", scores.fMeasure.curve), ("e", scores.enhancedAlignment.curve),
    ] {
      for (index, expected) in try #require(golden.curves[name]).enumerated() {
        #expect(abs(curve[15 * index] - expected) < 1e-9, "\(name) at \(15 * index)")
      }
    }
  }

  @Test func everyScoreIsANumberEverywhere() throws {
    var random = SplitMix64(seed: 7)
    for (width, height) in [(1, 1), (2, 1), (1, 3), (3, 2), (31, 1), (32, 33), (1, 200)] {
      for kind in 0..<12 {
        let levels: [UInt8] = [0, 255, 128, 129].shuffled(using: &random)
        let prediction = gray(width, height) { _, _ in
          kind < 4 ? levels[kind] : UInt8.random(in: 0...255, using: &random)
        }
        let truth = gray(width, height) { x, y in
          switch kind % 4 {
          case 0: 0
          case 1: 255
          case 2: x == width - 1 && y == height - 1 ? 255 : 0
          default: Bool.random(using: &random) ? 200 : 20
          }
        }
        let scores = try Scores(prediction: prediction, truth: truth, name: "")
        for measure in Measure.allCases {
          let value = measure.value(of: scores)
          #expect(value >= 0 && value <= 1 + 1 / Double(max(width * height - 1, 1)) + 1e-9, "\(measure) \(value)")
        }
      }
    }
  }

  /// An object in the last row or column has nothing below or right of its centroid: PySODMetrics gives NaN.
  @Test func structureOfAnObjectAtTheEdge() throws {
    for (x0, y0) in [(0, 7), (9, 0), (9, 7)] {
      let truth = gray(10, 8) { x, y in x >= x0 && y >= y0 ? 255 : 0 }
      #expect(abs(try Scores(prediction: truth, truth: truth, name: "").structure - 1) < 1e-9)
    }
  }

  /// Where prediction and truth are constant in a part, PySODMetrics's rounding decides between 0 and 1.
  @Test func structureOfAFlatPredictionDependsOnItsLevelSmoothly() throws {
    let truth = gray(96, 64) { x, y in x + y == 0 ? 0 : 255 }
    let structures = try (60..<120).map { level in
      try Scores(prediction: gray(96, 64) { _, _ in UInt8(level) }, truth: truth, name: "").structure
    }
    for (a, b) in zip(structures, structures.dropFirst()) { #expect(a < b && b - a < 0.01) }
  }

  @Test func sizesMustAgree() {
    let prediction = gray(4, 3) { _, _ in 0 }, truth = gray(3, 4) { _, _ in 0 }
    let error = #expect(throws: EvaluationError.self) {
      try Scores(prediction: prediction, truth: truth, name: "cups/red")
    }
    #expect(error?.description == "cups/red: the prediction has 4 x 3 pixels, the mask to compare with has 3 x 4")
  }

  @Test func theMeanOfADataSet() throws {
    var dataset = DatasetScores()
    #expect(dataset.mean == nil)
    for golden in Goldens.values.pairs { dataset.add(try golden.evaluated()) }
    #expect(dataset.count == Goldens.values.pairs.count)
    let mean = try #require(dataset.mean)
    for (name, expected) in Goldens.values.dataset {
      let measure = try #require(Measure(rawValue: name))
      #expect(abs(measure.value(of: mean) - expected) < 1e-6, "\(measure)")
    }
    // F of means is not the mean of F.
    #expect(abs(mean.fMeasure.max - mean.authors.maxF) > 0.01)
    let mae = try Goldens.values.pairs.map { try $0.evaluated().meanAbsoluteError }.reduce(0, +)
    #expect(abs(mean.meanAbsoluteError - mae / Double(dataset.count)) < 1e-12)
  }
}
