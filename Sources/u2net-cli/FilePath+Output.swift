import U2NetFiles

extension FilePath {
  /// The place for results that a command-line argument names.
  init(output argument: String) { self = FilePath(argument: argument).withoutDetours }
}
