import U2NetCKernels
import U2NetCompute
import ComputeTestSupport
import Testing

struct KernelTests {
  @Test func anotherMachinesKernelsAreRemarkedAndReplaced() {
    for name in ["neon512", "AVX2", "\u{1b}[2J"] {
      let (kernels, remark) = Kernels.chosen(by: name)
      #expect(kernels.name == Kernels.names[0])
      #expect(remark?.hasPrefix("U2NET_ISA=") == true && remark!.contains(Kernels.names.joined(separator: ", ")))
      #expect(remark?.contains("\u{1b}") == false)
    }
    for name in Kernels.names {
      let (kernels, remark) = Kernels.chosen(by: name)
      #expect(kernels.name == name && remark == nil)
    }
    for name in [nil, ""] {
      let (kernels, remark) = Kernels.chosen(by: name)
      #expect(kernels.name == Kernels.names[0] && remark == nil)
    }
  }

  @Test func oneOrAllAreChosen() {
    #expect(Kernels.Choice("all")?.kernels.map(\.name) == Kernels.names)
    for name in Kernels.names { #expect(Kernels.Choice(name)?.kernels.map(\.name) == [name]) }
    for name in ["", "neon512", "ALL"] { #expect(Kernels.Choice(name)?.kernels.count == nil, "\(name)") }
    #expect("\(Kernels.Choice(.fastest))" == Kernels.fastest.name && "\(Kernels.Choice("all")!)" == "all")
  }

  /// Every number of rows that a block has, alone and beside others, with k so short that nothing is unrolled.
  @Test(arguments: Kernels.names) func matrixProduct(_ name: String) {
    let kernels = ck_named(name)!.pointee, lanes = Int(kernels.lanes)
    var random = SeededGenerator(1)
    for vectors in 1...2 {
      for rows in 1...40 {
        for k in [1, 2, 3, 16] {
          let columns = vectors * lanes, apart = k + 3
          let v = random.floats(rows * apart), u = random.floats(k * columns), before = random.floats(rows * columns)
          for accumulates in [false, true] {
            var p = before
            kernels.gemm(
              v, apart, u, &p, Int32(rows), Int32(k), Int32(vectors), accumulates ? 1 : 0, u, v)
            let worst = (0..<rows * columns).map { index in
              let (row, column) = index.quotientAndRemainder(dividingBy: columns)
              let sum = (0..<k).reduce(accumulates ? Double(before[index]) : 0) {
                $0 + Double(v[row * apart + $1]) * Double(u[$1 * columns + column])
              }
              return abs(Double(p[index]) - sum)
            }.max()!
            #expect(worst < 1e-5, "\(vectors) vectors, \(rows) rows, k = \(k), accumulates: \(accumulates)")
          }
        }
      }
    }
  }

  /// What is written past the caches is what is written through them, whole tiles and cut ones, with and without a
  /// residual and a pooled result.
  @Test(arguments: Kernels.names) func streamedResults(_ name: String) {
    let kernels = ck_named(name)!.pointee, lanes = Int(kernels.lanes)
    var random = SeededGenerator(2)
    let w = kernels.winograd
    for winograd in [w.0, w.1, w.2, w.3, w.4] {
      let m = Int(winograd.m), values = (m + 2) * (m + 2)
      for (height, width) in [(1, 1), (m, m), (2 * m, 3 * m), (2 * m + 1, 3 * m - 1), (m - 1, 4 * m)] {
        let tilesY = (height + m - 1) / m, tilesX = (width + m - 1) / m, tiles = tilesY * tilesX
        var tiling = ck_tiling(
          height: Int32(height), width: Int32(width), dilation: 1, phases: 1, phases_x: 1, tiles_y: Int32(tilesY),
          tiles_x: Int32(tilesX))
        let products = random.floats(values * tiles * lanes), bias = random.floats(lanes)
        let pixels = height * width, pooledPixels = (height + 1) / 2 * ((width + 1) / 2)
        let old = random.floats(pixels * lanes)
        for (isAdded, isPooled) in [(false, false), (true, false), (false, true), (true, true)] {
          guard !isPooled || m % 2 == 0 else { continue }
          let results = [Int32(0), 1].map { streams in
            // A vector's alignment is what streaming asks for.
            let memory = UnsafeMutableRawPointer.allocate(
              byteCount: (pixels + pooledPixels) * lanes * 4, alignment: 64)
            defer { memory.deallocate() }
            let block = memory.initializeMemory(as: Float.self, repeating: 0, count: (pixels + pooledPixels) * lanes)
            let pooled = block + pixels * lanes
            old.withUnsafeBufferPointer { old in
              bias.withUnsafeBufferPointer { bias in
                var result = ck_result(
                  block: block, bias: bias.baseAddress!, floor: 0, residual: isAdded ? old.baseAddress! : nil,
                  pooled: isPooled ? pooled : nil, streams: streams)
                winograd.output_tiles(&tiling, products, tiles * lanes, lanes, 0, Int32(tiles), &result)
              }
            }
            ck_streamed()
            return Array(UnsafeBufferPointer(start: block, count: (pixels + pooledPixels) * lanes))
          }
          #expect(
            results[0] == results[1] && results[0].contains { $0 > 0 },
            "F(\(m)) of \(height)×\(width), residual: \(isAdded), pooled: \(isPooled)")
        }
      }
    }
  }
}
