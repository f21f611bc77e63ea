// Numbers and tables as plain text.

/// `value` with `places` decimals, rounded.
package func fixed(_ value: Double, places: Int) -> String {
  let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
  guard abs(value) * Double(scale) < 0x1p62 else { return "\(value)" }  // Neither of what is no number.
  let number = Int((value * Double(scale)).rounded()), digits = "\(abs(number) % scale)"
  let sign = number < 0 ? "-" : ""
  if places == 0 { return "\(number)" }
  return "\(sign)\(abs(number) / scale)." + String(repeating: "0", count: places - digits.count) + digits
}

/// 44009869 → "44,009,869"
package func grouped(_ number: Int) -> String {
  var digits = Array(String(number)), position = digits.count - 3
  while position > 0 {
    digits.insert(",", at: position)
    position -= 3
  }
  return String(digits)
}

/// Rows as lines of columns: the first `leading` columns begin where the column begins, the others end where it ends.
package func aligned(_ rows: [[String]], leading: Int) -> String {
  let widths = (rows.first ?? []).indices.map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max()! }
  return rows.map { row in
    row.enumerated().map { column, cell in
      let padding = String(repeating: " ", count: widths[column] - cell.count)
      return column < leading ? cell + padding : padding + cell
    }.joined(separator: "  ")
  }.joined(separator: "\n")
}

/// "1 to 4096"; whole numbers without a fraction.
package func spoken<Number: Comparable>(_ range: ClosedRange<Number>) -> String {
  func plain(_ number: Number) -> String {
    if let number = number as? Double, number == number.rounded() { "\(Int(number))" } else { "\(number)" }
  }
  return "\(plain(range.lowerBound)) to \(plain(range.upperBound))"
}
