import Dispatch
import U2Net
import Synchronization
import Testing

/// How much is done at the same time.
struct MemoryTests {
  private let gigabyte = 1 << 30, megabyte = 1 << 20

  @Test func passesOfTheNetworkCount() throws {
    // A usual machine: all cores.
    let usual = try MemoryPlan(limit: 16 * gigabyte, cores: 8, jobs: 100, shared: 30 * megabyte, each: 70 * megabyte)
    #expect(usual.workers == 8 && usual.photos > 7 * gigabyte)
    // Large inputs: as many as there is room for.
    let large = try MemoryPlan(limit: 16 * gigabyte, cores: 8, jobs: 100, shared: 30 * megabyte, each: 2500 * megabyte)
    #expect(large.workers == 3 && large.photos + 3 * 2500 * megabyte < 8 * gigabyte)
    // A small container: one after the other.
    let small = try MemoryPlan(limit: gigabyte / 2, cores: 8, jobs: 100, shared: 30 * megabyte, each: 70 * megabyte)
    #expect(small.workers == 1)
    #expect(try MemoryPlan(limit: 16 * gigabyte, cores: 8, jobs: 2, shared: 0, each: 1).workers == 2)
  }

  @Test func whatCannotFitIsRefused() {
    #expect(throws: PipelineError.self) {
      try MemoryPlan(limit: 2 * gigabyte, cores: 2, jobs: 1, shared: 30 * megabyte, each: 2500 * megabyte)
    }
  }

  @Test func sizesNeverOverflow() {
    var photo = PhotoMemory(width: 0x7FFF_FFFF, height: 0x7FFF_FFFF)
    photo.isDeep = true
    photo.isMatted = true
    photo.framedPixels = .max
    #expect(photo.bytes == .max)
    #expect(PhotoMemory(width: 4000, height: 3000).bytes == 288_000_000)
    #expect(Int.max.saturatingProduct(2) == .max && Int.max.saturatingSum(1) == .max && 3.saturatingProduct(4) == 12)
  }

  @Test func framesOfResultsCount() {
    var photo = PhotoMemory(width: 100, height: 100)
    let plain = photo.bytes
    photo.framedPixels = 4_000_000
    #expect(photo.bytes == plain + 96_000_000)
  }

  /// Megabytes that photos of 4000×3000 pixels took beside the network, as the program was measured.
  @Test func photosTakeWhatIsTold() {
    func expect(
      _ measured: Double, _ change: (inout PhotoMemory) -> Void, sourceLocation: SourceLocation = #_sourceLocation
    ) {
      var photo = PhotoMemory(width: 4000, height: 3000)
      change(&photo)
      let told = Double(photo.likelyBytes) / 1e6
      #expect((0.85...1.15).contains(told / measured), "\(told) MB", sourceLocation: sourceLocation)
    }
    expect(27) { $0.isReduced = true }  // mask, JPEG
    expect(60) { _ in }  // mask, PNG
    expect(126) { $0.pictures = 1 }  // cutout
    expect(158) { ($0.pictures, $0.isMatted) = (1, true) }  // cutout -a
    expect(349) { ($0.pictures, $0.webPictures) = (1, 1) }  // cutout, WebP
  }

  @Test func whatIsTakenIsNotPlannedWith() throws {
    let plan = try MemoryPlan(
      limit: gigabyte, taken: 700 * megabyte, cores: 8, jobs: 100, shared: 30 * megabyte, each: 70 * megabyte)
    #expect(plan.workers == 1 && plan.room == 224 * megabyte && plan.photos == plan.room)
    #expect(throws: PipelineError.self) {
      try MemoryPlan(
        limit: gigabyte, taken: 950 * megabyte, cores: 1, jobs: 1, shared: 30 * megabyte, each: 70 * megabyte)
    }
  }

  @Test func theGateLetsThroughWhatFits() {
    let gate = MemoryGate(budget: 256 << 20)
    let now = Atomic<Int>(0), most = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 16) { _ in
      gate.with(100 << 20) {
        let count = now.add(1, ordering: .relaxed).newValue
        _ = most.max(count, ordering: .relaxed)
        now.subtract(1, ordering: .relaxed)
      }
    }
    #expect(most.load(ordering: .relaxed) <= 2)
    #expect(gate.with(Int.max) { true })
  }
}
