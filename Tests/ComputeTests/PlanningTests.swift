import U2NetCompute
import ComputeTestSupport
import Testing

struct PlanningTests {
  @Test func buffersThatLiveTogetherDoNotOverlap() {
    var random = SeededGenerator(1)
    for round in 0..<200 {
      let buffers = (0..<Int.random(in: 1...40, using: &random)).map { _ -> ArenaPlan.Buffer in
        let birth = Int.random(in: 0...20, using: &random)
        return ArenaPlan.Buffer(
          count: Int.random(in: 1...500, using: &random),
          lifetime: birth...birth + Int.random(in: 0...10, using: &random))
      }
      let plan = ArenaPlan(buffers)
      for i in buffers.indices {
        #expect(plan.offsets[i] % ArenaPlan.alignment == 0)
        #expect(plan.offsets[i] + buffers[i].count <= plan.count)
        for j in 0..<i where buffers[i].lifetime.overlaps(buffers[j].lifetime) {
          let a = plan.offsets[i]..<plan.offsets[i] + buffers[i].count
          let b = plan.offsets[j]..<plan.offsets[j] + buffers[j].count
          #expect(!a.overlaps(b), "round \(round): buffers \(i) and \(j) share memory")
        }
      }
    }
  }

  @Test func memoryIsUsedAgain() {
    // A chain: each buffer is needed by the next step only, so two of them are enough for any length.
    let chain = (0..<50).map { ArenaPlan.Buffer(count: 160, lifetime: $0...$0 + 1) }
    #expect(ArenaPlan(chain).count == 320)
  }

  @Test func whatNoOutputNeedsIsNotComputed() {
    // The unneeded layer has no parameters: computing it would stop the program.
    let shape = MapShape(channels: 1, height: 2, width: 2)
    let unneeded = Convolution(LayerName(stage: "unneeded"), input: 1, output: 1, isNormalized: false, hasReLU: false)
    let result = evaluate([1, 2, 3, 4], shape) { engine, x in
      _ = engine.convolution(x, unneeded)
      return engine.maxPool(x)
    }
    #expect(result == [4])
  }

  @Test func anOutputThatIsReadLaterKeepsItsValue() {
    let recorder = GraphRecorder()
    let x = recorder.input(MapShape(channels: 1, height: 2, width: 2))
    let pooled = recorder.maxPool(x), doubled = recorder.add(pooled, pooled), again = recorder.add(doubled, doubled)
    let inference = Inference(
      recorder.graph, outputs: [pooled, again], parameters: [:], pool: ThreadPool(threads: 1))
    for scale: Float in [1, 10] {  // Twice, to see that a run leaves nothing behind.
      [1, 2, 3, 4].map { $0 * scale }.withUnsafeBufferPointer(inference.run)
      #expect(inference.output(0) == [4 * scale])
      #expect(inference.output(1) == [16 * scale])
    }
  }
}
