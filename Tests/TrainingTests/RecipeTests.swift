import Testing
import U2NetTraining

struct RecipeTests {
  private func problem(_ change: (inout Recipe) -> Void) -> RecipeError? {
    var recipe = Recipe()
    change(&recipe)
    do { try recipe.validate() } catch { return error }
    return nil
  }

  @Test func numbersHaveRanges() {
    #expect(problem { _ in } == nil)
    for (setting, change) in [
      (.batch, { $0.batch = 0 }), (.batch, { $0.batch = 4097 }), (.accumulation, { $0.accumulation = 0 }),
      (.side, { $0.augmentation.side = 31 }), (.side, { $0.augmentation.side = 2049 }),
      (.crop, { $0.augmentation.crop = 31 }), (.scale, { $0.augmentation.scale = 4.1 }),
      (.scale, { $0.augmentation.scale = .nan }), (.maskThreshold, { $0.augmentation.maskThreshold = 0 }),
      (.learningRate, { $0.learningRate.base = 0 }), (.learningRate, { $0.learningRate.base = .infinity }),
      (.warmup, { $0.learningRate.warmup = -1 }), (.steps, { $0.learningRate.steps = -1 }),
      (.averageDecay, { $0.averageDecay = 1 }), (.averageDecay, { $0.averageDecay = -0.1 }),
    ] as [(RecipeError.Setting, (inout Recipe) -> Void)] {
      guard case .outOfRange(let found, _, _) = problem(change) else {
        Issue.record("\(setting)")
        continue
      }
      #expect(found == setting)
    }
    #expect("\(problem { $0.batch = 5000 }!)" == "batch must be 1 to 4096, not 5000")
    #expect("\(problem { $0.augmentation.scale = 9 }!)" == "scale must be 0 to 4, not 9.0")
  }

  @Test func numbersFitEachOther() {
    #expect(problem { $0.augmentation.crop = 321 } == .cropAboveSide(crop: 321, side: 320))
    #expect(problem { ($0.batch, $0.augmentation.crop) = (1, 32) } == .singleValue)
    #expect(problem { ($0.batch, $0.augmentation.crop) = (1, 33) } == nil)
    #expect(problem { $0.learningRate.schedule = .cosine } == .cosineWithoutEnd)
    #expect(problem { ($0.learningRate.schedule, $0.learningRate.steps) = (.cosine, 5) } == nil)
  }
}
