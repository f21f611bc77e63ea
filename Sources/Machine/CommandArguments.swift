/// What is done to a program's arguments before they are parsed.
package enum CommandArguments {
  /// What is wrong with the first argument, or option's value, that is empty, if one is: mostly it is a script's variable that is not
  /// set.
  package static func emptiness(in arguments: [String]) -> String? {
    let options = arguments.prefix { $0 != "--" }
    for (index, argument) in arguments.enumerated() {
      if argument.isEmpty {
        let before = index == 0 ? "the program's name" : arguments[index - 1]
        return "the argument after \(before) is empty"
      }
      if index < options.count, argument.hasPrefix("-"), argument.firstIndex(of: "=") == argument.indices.last {
        return "\(argument) has an empty value"
      }
    }
    return nil
  }

  /// Negative numbers joined to the options that they follow, `--grow=-3` of `--grow -3`: parsers take what begins with a dash for
  /// another option.
  package static func joiningNegativeNumbers(_ arguments: [String]) -> [String] {
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
