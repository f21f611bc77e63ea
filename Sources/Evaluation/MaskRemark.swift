/// What is odd about some masks of a set: fine among others, or a slip.
package enum MaskRemark: String {
  case noObject = "there is no object in this mask"
  case emptyPrediction = "nothing is predicted here: the mask is black all over"

  /// A line for each of the masks at `paths`, as far as anybody would read them.
  package func lines(_ paths: [String]) -> [String] {
    let most = 10, rest = paths.count - most
    let lines = paths.prefix(most).map { "\($0): \(rawValue)" }
    return rest > 0 ? lines + ["… the same of \(rest) more masks of this set"] : lines
  }
}
