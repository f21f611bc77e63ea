import Evaluation
import Files
import Images

/// Photos and their masks, as files.
public struct Dataset: Sendable {
  /// A photo and its mask, as paths.
  public struct Example: Equatable, Sendable {
    /// What both files are called in their folders, without extensions.
    public let name: String
    public let photo, mask: String

    public init(name: String, photo: String, mask: String) {
      self.name = name
      self.photo = photo
      self.mask = mask
    }
  }

  /// By name; at least one.
  public let examples: [Example]

  public init(_ examples: [Example]) {
    precondition(!examples.isEmpty, "a data set without examples")
    self.examples = examples
  }

  /// Photos and masks in two folders, and in folders below them: files go together that have the same name but for their
  /// extensions.
  /// - Throws: `data`, naming folders without pictures and every file without a counterpart.
  public init(photos: String, masks: String) throws(TrainingError) {
    let pairing: Pairing
    do {
      pairing = try Pairing(predictions: Pairing.files(in: photos), truths: Pairing.files(in: masks))
    } catch .noPairs {
      throw .data(["no file in \(photos) has the name of one in \(masks)"])
    } catch {
      throw .data(["\(error)"])
    }
    let unpaired =
      pairing.unpairedPredictions.map { "\($0): no mask of this name in \(masks)" }
      + pairing.unpairedTruths.map { "\($0): no photo of this name in \(photos)" }
    guard unpaired.isEmpty else { throw .data(unpaired) }
    self.init(pairing.pairs.map { Example(name: $0.name, photo: $0.prediction, mask: $0.truth) })
  }

  /// A data set's folder, with one folder in it that has "image" in its name, and one that has "mask": `images` and `masks`,
  /// or DUTS's `DUTS-TR-Image` and `DUTS-TR-Mask`. Capitals are as good as others.
  /// - Throws: `data` as above, or if there is not one of each.
  public init(folder: String) throws(TrainingError) {
    let path = FilePath(folder)
    let names: [FilePath]
    do { names = try path.namesInside() } catch { throw .data(["\(folder): cannot list this folder: \(error.reason)"]) }
    func only(_ word: String) throws(TrainingError) -> String {
      let found = names.filter { "\($0)".lowercased().contains(word) && path.appending($0.bytes).isFolder }
      guard found.count == 1 else {
        let those = found.isEmpty ? "none" : found.map { "\($0)" }.joined(separator: ", ")
        throw .data(["\(folder): expected one folder with “\(word)” in its name, found \(those)"])
      }
      return "\(path.appending(found[0].bytes))"
    }
    try self.init(photos: only("image"), masks: only("mask"))
  }

  /// What is wrong with the files, one line for each that cannot be read or whose mask has another size; as far as their
  /// headers tell.
  public func problems(threads: Int = 1) -> [String] {
    var all: [String] = []
    inOrder(count: examples.count, threads: threads) { index in
      var problems: [String] = []
      func header(_ path: String) -> ImageHeader? {
        do throws(ImageError) { return try ImageFile.header(of: ImageFile.read(path), source: path) } catch {
          problems.append("\(error)")
          return nil
        }
      }
      let example = examples[index], photo = header(example.photo), mask = header(example.mask)
      if let photo, let mask, (photo.width, photo.height) != (mask.width, mask.height) {
        problems.append(
          "\(example.mask): \(mask.width) x \(mask.height) pixels, but its photo has \(photo.width) x \(photo.height)")
      }
      return problems
    } receive: {
      all += $1
    }
    return all
  }

  /// A number that tells data sets apart: of the examples' names and the sizes of their files in bytes, wherever these lie
  /// (FNV-1a, 64 bits, in hexadecimal).
  public var fingerprint: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func take(_ text: String) { for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 } }
    for example in examples {
      take("\(example.name)\n\(FilePath(example.photo).byteCount ?? 0) \(FilePath(example.mask).byteCount ?? 0)\n")
    }
    return String(hash, radix: 16)
  }
}
