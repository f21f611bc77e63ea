import U2NetCKernels
import U2NetPlatform

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

  /// The fastest kernels for this processor, or those that the environment variable `U2NET_ISA` names. A name that this
  /// processor has nothing for, as in an environment that was made on another one, is remarked on standard error, once.
  public static let fastest: Kernels = {
    let (kernels, remark) = chosen(by: ProcessInfo.processInfo.environment["U2NET_ISA"])
    if let remark {
      let line = Array("u2net: \(remark)\n".utf8)
      _ = write(STDERR_FILENO, line, line.count)
    }
    return kernels
  }()

  /// What `U2NET_ISA` asks for, and a remark where it cannot be had.
  package static func chosen(by name: String?) -> (kernels: Kernels, remark: String?) {
    let fastest = Kernels(named: names[0])!
    guard let name, !name.isEmpty else { return (fastest, nil) }
    if let kernels = Kernels(named: name) { return (kernels, nil) }
    let shown = String(name.utf8.prefix(40).map { (0x20..<0x7f).contains($0) ? Character(Unicode.Scalar($0)) : "?" })
    return (
      fastest,
      "U2NET_ISA=\(shown): this processor has \(names.joined(separator: ", ")); \(fastest.name) is used instead"
    )
  }

  /// "avx512", "avx2" … as in `names`.
  public var name: String { String(cString: table.pointee.name) }
  /// Channels in a block of a map.
  public var lanes: Int { Int(table.pointee.lanes) }

  /// One or all of them, as people write it down.
  public struct Choice: LosslessStringConvertible, Sendable {
    /// At least one; of all, the fastest first.
    public let kernels: [Kernels]

    /// One alone.
    public init(_ kernels: Kernels) { self.kernels = [kernels] }

    /// "all", or one of `Kernels.names`; nil if this processor has none of that name.
    public init?(_ text: String) {
      kernels = (text == "all" ? Kernels.names : [text]).compactMap(Kernels.init(named:))
      if kernels.isEmpty { return nil }
    }

    /// "all", or the name of the only one.
    public var description: String { kernels.count == 1 ? kernels[0].name : "all" }
  }

  /// The table itself.
  package var c: ck_kernels { table.pointee }

  /// The product of `rows` rows of v, `depth` values each, and of u [depth, vectors·L], into p [rows, vectors·L].
  /// - Parameters:
  ///   - rowOfV: floats from one row of v to the next.
  ///   - vectors: 1 or 2.
  ///   - isAdded: whether it is added to what p holds.
  ///   - nextV: that of the next call, of the same size, which is fetched into the cache meanwhile.
  ///   - nextU: likewise.
  @inline(__always)
  func multiply(
    v: UnsafePointer<Float>, rowOfV: Int, u: UnsafePointer<Float>, into p: UnsafeMutablePointer<Float>, rows: Int,
    depth: Int, vectors: Int, isAdded: Bool, nextV: UnsafePointer<Float>, nextU: UnsafePointer<Float>
  ) {
    table.pointee.gemm(
      v, rowOfV, u, p, Int32(rows), Int32(depth), Int32(vectors), isAdded ? 1 : 0, nextU, nextV)
  }

  /// The transforms of F(m×m, 3×3), m = 2 … 6.
  package func winograd(_ m: Int) -> ck_winograd {
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
