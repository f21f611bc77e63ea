import Testing
import U2NetCompute
import U2NetNetwork

struct BenchmarkTests {
  @Test func everyTableIsTimedAsOftenAsAskedFor() throws {
    var options = NetworkBenchmark.Options()
    options.kernels = Kernels.names.compactMap { Kernels(named: $0) }
    (options.size, options.threads, options.runs) = (32, 1, 3)
    let timings = try NetworkBenchmark(.lite, options: options).run()
    #expect(timings.map(\.isa) == options.kernels.map(\.name) && timings.map(\.model).allSatisfy { $0 == "lite" })
    for timing in timings {
      #expect(timing.minMs > 0 && timing.minMs <= timing.medianMs && timing.runs == 3 && timing.size == 32)
    }
    #expect(timings[0].ratio == 1)
    let lines = NetworkBenchmark.lines(timings), one = NetworkBenchmark.lines([timings[0]])
    #expect(one.count == 1 && one[0].hasPrefix("U²-Net lite, 32×32, 1 threads, ") && one[0].hasSuffix(" ms"), "\(one)")
    #expect(lines.count == timings.count && lines[0] == one[0] + ", 1.00 of \(timings[0].isa)'s", "\(lines)")
  }
}
