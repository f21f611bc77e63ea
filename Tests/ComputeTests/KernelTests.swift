import CKernels
import Compute
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
}
