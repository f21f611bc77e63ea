/// Negative numbers after options, `--grow -3`: ArgumentParser takes what begins with a dash for another option, unless it is
/// joined to its own, `--grow=-3`.
enum NegativeNumbers {
  static func joined(_ arguments: [String]) -> [String] {
    var joined: [String] = [], rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" { return joined + [argument] + rest }
      if let value = rest.first, isNumber(value), isOption(argument) {
        joined.append("\(argument)=\(value)")
        rest.removeFirst()
      } else {
        joined.append(argument)
      }
    }
    return joined
  }

  /// "-3", "-.5", "-5,95", "-10%".
  private static func isNumber(_ text: String) -> Bool {
    let digits = text.dropFirst().drop { $0 == "." }
    return text.first == "-" && digits.first.map { $0.isASCII && $0.isNumber } ?? false
  }

  /// "--grow" and "-ae", without a value yet. A single letter has its value right behind it.
  private static func isOption(_ text: String) -> Bool {
    text.first == "-" && text.count > 2 && !text.contains("=") && !isNumber(text)
  }
}
