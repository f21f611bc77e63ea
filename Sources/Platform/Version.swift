/// The version of the program and of all libraries here, in no other place: `scripts/version` reads this line.
public enum U2NetVersion {
  /// Three numbers with points between.
  public static let current = "0.2.0"
}
