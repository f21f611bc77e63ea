import U2NetCompute
import Testing
import U2NetPlatform

struct TensorTests {
  @Test func holdsItsValues() {
    let tensor = Tensor(shape: [2, 3], [1, 2, 3, 4, 5, 6])
    #expect(tensor.count == 6 && tensor.values == [1, 2, 3, 4, 5, 6])
    #expect(Tensor(shape: [], [7]).count == 1)
  }

  @Test func findsWhatIsNotFinite() {
    for (position, value) in [(0, Float.nan), (40, .infinity), (99, -.infinity)] {
      var values = [Float](repeating: 1, count: 100)
      #expect(Tensor(shape: [100], values).isFinite)
      values[position] = value
      #expect(!Tensor(shape: [100], values).isFinite)
    }
    #expect(Tensor(shape: [2], [Float.greatestFiniteMagnitude, -0]).isFinite)
  }

  @Test func ownerLivesAsLongAsTheTensor() {
    final class Owner {}
    weak var watched: Owner?
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 1)
    memory.initialize(to: 3)
    var tensor: Tensor?
    do {
      let owner = Owner()
      watched = owner
      tensor = Tensor(shape: [1], base: memory, owner: owner)
    }
    #expect(watched != nil && tensor?.values == [3])
    tensor = nil
    #expect(watched == nil)
    memory.deallocate()
  }

  /// The values are part of what trainings depend on: they must not change.
  @Test func permutations() {
    var generator = SplitMix64(seed: 1)
    #expect(generator.permutation(of: 8) == [0, 3, 7, 1, 2, 6, 5, 4])
    #expect(generator.permutation(of: 0) == [] && generator.permutation(of: 1) == [0])
    var counts = [Int](repeating: 0, count: 9)
    for _ in 0..<9000 {
      let order = generator.permutation(of: 3)
      #expect(Set(order) == [0, 1, 2])
      counts[3 * order[0] + order[1]] += 1
    }
    #expect([1, 2, 3, 5, 6, 7].allSatisfy { (1300...1700).contains(counts[$0]) }, "\(counts)")
  }
}
