import CKernels

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The vector kernels for one instruction set.
public struct Kernels: @unchecked Sendable {  // A pointer to a constant table.
  private let table: UnsafePointer<ck_kernels>

  /// The instruction sets that this processor has and this build knows, fastest first: "avx512", "avx2", "portable"
  /// (what every processor of its kind has) and "wide" (sixteen lanes without AVX-512, for tests).
  public static var names: [String] {
    (0...).lazy.map { ck_name($0) }.prefix { $0 != nil }.map { String(cString: $0!) }
  }

  /// The kernels called `name`; nil if this processor has none of that name.
  public init?(named name: String) {
    guard let table = ck_named(name) else { return nil }
    self.table = table
  }

  /// The fastest kernels for this processor, or those that the environment variable `U2NET_ISA` names.
  public static let fastest: Kernels = {
    if let name = ProcessInfo.processInfo.environment["U2NET_ISA"] {
      guard let kernels = Kernels(named: name) else {
        preconditionFailure("U2NET_ISA=\(name): this processor has \(names.joined(separator: ", "))")
      }
      return kernels
    }
    return Kernels(named: names[0])!
  }()

  public var name: String { String(cString: table.pointee.name) }
  /// Channels in a block of a map.
  public var lanes: Int { Int(table.pointee.lanes) }

  /// The table itself.
  var c: ck_kernels { table.pointee }

  /// The transforms of F(m×m, 3×3), m = 2 … 6.
  func winograd(_ m: Int) -> ck_winograd {
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
