/// The neighbourhood that a morphological filter looks at: for each row offset, a chord of column offsets.
struct Footprint: Sendable {
  struct Chord: Sendable {
    /// Rows down.
    let row: Int
    /// Columns to the right.
    let columns: ClosedRange<Int>
  }

  /// Downwards.
  let chords: [Chord]

  /// All pixels not farther than `radius` (skimage's `disk`): one pixel for 0, a plus for 1.
  static func disc(radius: Double) -> Footprint {
    precondition(radius >= 0 && radius.isFinite, "a disc cannot have a radius of \(radius)")
    let rows = Int(radius)
    return Footprint(
      chords: (-rows...rows).map { row in
        let reach = Int((radius * radius - Double(row * row)).squareRoot())
        return Chord(row: row, columns: -reach...reach)
      })
  }

  /// A square of `size` pixels. One of even size reaches one pixel farther up and to the left, as SciPy's structures do.
  static func square(size: Int) -> Footprint {
    precondition(size > 0, "a square cannot have a side of \(size)")
    let offsets = -(size / 2)...size - 1 - size / 2
    return Footprint(chords: offsets.map { Chord(row: $0, columns: offsets) })
  }

  /// Turned by 180°.
  var mirrored: Footprint {
    Footprint(
      chords: chords.reversed().map { Chord(row: -$0.row, columns: -$0.columns.upperBound ... -$0.columns.lowerBound) })
  }
}
