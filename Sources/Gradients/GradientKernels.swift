import U2NetCGradientKernels
import U2NetCompute

/// The vector kernels that training adds to those of inference, for the same instruction set.
struct GradientKernels: @unchecked Sendable {  // A pointer to a constant table.
  private let table: UnsafePointer<ck_gradient_kernels>

  init(_ kernels: Kernels) {
    guard let table = ck_gradients_named(kernels.name), Int(table.pointee.lanes) == kernels.lanes else {
      preconditionFailure("no gradient kernels that go with \(kernels.name)")
    }
    self.table = table
  }

  /// The table itself.
  var c: ck_gradient_kernels { table.pointee }

  /// The transforms of F(m×m, 3×3) on the way back, m = 2 … 6.
  func winograd(_ m: Int) -> ck_winograd_gradients {
    switch m {
    case 2: table.pointee.winograd.0
    case 3: table.pointee.winograd.1
    case 4: table.pointee.winograd.2
    case 5: table.pointee.winograd.3
    case 6: table.pointee.winograd.4
    default: preconditionFailure("no F(\(m)×\(m), 3×3)")
    }
  }
}
