import ArgumentParser

/// Nothing that this program is given may be empty: mostly it is a script's variable that is not set.
enum EmptyArguments {
  static func check(_ arguments: [String]) throws(ValidationError) {
    let options = arguments.prefix { $0 != "--" }
    for (index, argument) in arguments.enumerated() {
      if argument.isEmpty {
        let before = index == 0 ? "the program's name" : arguments[index - 1]
        throw ValidationError("the argument after \(before) is empty")
      }
      if index < options.count, argument.hasPrefix("-"), argument.firstIndex(of: "=") == argument.indices.last {
        throw ValidationError("\(argument) has an empty value")
      }
    }
  }
}
