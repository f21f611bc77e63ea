import U2NetCKernels
import U2NetPlatform

/// Operators on one planar channel, of which a network has few.
enum Planar {
  /// 2×2 max-pool, stride 2, ceil mode, NaN kept: H×W → ⌈H/2⌉×⌈W/2⌉.
  static func maxPool(_ source: UnsafePointer<Float>, _ shape: MapShape, into out: UnsafeMutablePointer<Float>) {
    var out = out
    for y in stride(from: 0, to: shape.height, by: 2) {
      let top = source + y * shape.width, bottom = y + 1 < shape.height ? top + shape.width : top
      for x in stride(from: 0, to: shape.width, by: 2) {
        let next = min(x + 1, shape.width - 1)
        out.pointee = larger(larger(top[x], top[next]), larger(bottom[x], bottom[next]))
        out += 1
      }
    }
  }

  /// The larger of two, NaN if either is.
  private static func larger(_ a: Float, _ b: Float) -> Float { a > b || a != a ? a : b }

  /// Mean of a window.
  static func mean(_ source: UnsafePointer<Float>, _ window: ck_window) -> Float {
    var sum: Float = 0
    for y in window.y..<window.y + window.height {
      let row = source + Int(y) * Int(window.map_width)
      var rowSum: Float = 0
      for x in window.x..<window.x + window.width { rowSum += row[Int(x)] }
      sum += rowSum
    }
    return sum / Float(window.height * window.width)
  }

  /// 1 / (1 + e⁻ˣ)
  static func sigmoid(_ source: UnsafePointer<Float>, count: Int, into out: UnsafeMutablePointer<Float>) {
    for i in 0..<count { out[i] = 1 / (1 + expf(-source[i])) }
  }
}
