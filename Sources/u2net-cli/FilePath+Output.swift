import ArgumentParser
import U2NetFiles

extension FilePath {
  /// The place for results that a command-line argument names.
  init(output argument: String) { self = FilePath(argument: argument).withoutDetours }

  /// A name that promises another kind of file than it would get is wrong usage; one without an extension promises nothing.
  /// - Parameters:
  ///   - extensions: what the name may end in, the usual one first.
  ///   - fact: what is written, for the error message.
  func checkExtension(among extensions: [String], _ fact: String) throws(ValidationError) {
    guard fileExtension.isEmpty || extensions.contains(fileExtension) || isSpecial else {
      throw ValidationError(
        "\(self): \(fact), and nothing else can be written here: choose a name that ends in .\(extensions[0])")
    }
  }
}
