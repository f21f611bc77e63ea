import U2NetCGradientKernels
import U2NetCKernels
import U2NetCompute
import Testing

struct GradientKernelTests {
  @Test func everyTableHasItsOther() {
    for name in Kernels.names {
      let table = ck_gradients_named(name)?.pointee
      #expect(table.map { String(cString: $0.name) } == name && table?.lanes == ck_named(name)?.pointee.lanes)
    }
    for name in ["", "AVX2", "neon512"] { #expect(ck_gradients_named(name) == nil) }
  }
}
