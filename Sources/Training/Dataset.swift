import U2NetEvaluation
package import U2NetFiles
import U2NetImageFiles

/// Photos and their masks, as files.
public struct Dataset: Sendable {
  /// A photo and its mask, as paths.
  public struct Example: Equatable, Sendable {
    /// What both files are called in their folders, without extensions.
    public let name: String
    /// Paths of the files.
    public let photo, mask: String
    /// The same as the system has them: bytes, which need not be UTF-8.
    package let photoFile, maskFile: FilePath

    /// See the properties.
    public init(name: String, photo: String, mask: String) {
      self.init(name: name, photo: FilePath(photo), mask: FilePath(mask))
    }

    init(name: String, photo: FilePath, mask: FilePath) {
      (self.name, photoFile, maskFile) = (name, photo, mask)
      (self.photo, self.mask) = ("\(photo)", "\(mask)")
    }
  }

  /// By name; at least one.
  public let examples: [Example]
  /// What its folders have that is passed over, because it is hidden.
  public let remarks: [String]
  /// Of the largest photo, once they have been examined.
  private(set) var photoPixels: Int?

  /// These examples, in this order.
  /// - Precondition: there is at least one.
  public init(_ examples: [Example]) { self.init(examples, remarks: []) }

  private init(_ examples: [Example], remarks: [String]) {
    precondition(!examples.isEmpty, "a data set without examples")
    (self.examples, self.remarks) = (examples, remarks)
  }

  /// Photos and masks in two folders, and in folders below them: files go together that have the same name but for their
  /// extensions.
  /// - Throws: `data`, naming folders without pictures, every picture that cannot be read and every file without a counterpart.
  public init(photos: String, masks: String) throws(TrainingError) {
    try self.init(photos: FilePath(photos), masks: FilePath(masks))
  }

  /// As `init(photos:masks:)` of `String`s, for names that need not be UTF-8.
  package init(photos: FilePath, masks: FilePath) throws(TrainingError) {
    let pairing: Pairing, folders: [PictureFolder]
    do {
      folders = [try PictureFolder(photos), try PictureFolder(masks)]
      pairing = try Pairing(predictions: folders[0].files, truths: folders[1].files)
    } catch .noPairs {
      throw .data(["no file in \(photos) has the name of one in \(masks)"])
    } catch {
      throw .data(["\(error)"])
    }
    let unusable =
      folders.flatMap(\.unreadable)
      + pairing.unpairedPredictions.map { "\($0): no mask of this name in \(masks)" }
      + pairing.unpairedTruths.map { "\($0): no photo of this name in \(photos)" }
    guard unusable.isEmpty else { throw .data(unusable) }
    self.init(
      pairing.pairs.map { Example(name: $0.name, photo: $0.predictionFile, mask: $0.truthFile) },
      remarks: folders.flatMap(\.remarks))
  }

  /// A data set's folder, with one folder in it that has "image" in its name, and one that has "mask": `images` and `masks`,
  /// or DUTS's `DUTS-TR-Image` and `DUTS-TR-Mask`. Capitals are as good as others.
  /// - Throws: `data` as above, or if there is not one of each.
  public init(folder: String) throws(TrainingError) { try self.init(folder: FilePath(folder)) }

  /// As `init(folder:)` of a `String`, for names that need not be UTF-8.
  package init(folder path: FilePath) throws(TrainingError) {
    let names: [FilePath]
    do { names = try path.namesInside() } catch { throw .data(["\(path): cannot list this folder: \(error.reason)"]) }
    func only(_ word: String) throws(TrainingError) -> FilePath {
      let found = names.filter { "\($0)".lowercased().contains(word) && path.appending($0.bytes).isFolder }
      guard found.count == 1 else {
        let those = found.isEmpty ? "none" : found.map { "\($0)" }.joined(separator: ", ")
        throw .data(["\(path): expected one folder with “\(word)” in its name, found \(those)"])
      }
      return path.appending(found[0].bytes)
    }
    try self.init(photos: only("image"), masks: only("mask"))
  }

  /// What is wrong with the files, one line for each that cannot be read or used: of photos as far as their headers tell, of
  /// masks as `trueMask` reads them. A set in which no mask has an object is wrong, too.
  public func problems(threads: Int = 1) -> [String] { examined(threads: threads).problems }

  /// `problems`, and the paths of masks without an object, which are fine among others.
  public func examined(threads: Int = 1) -> (problems: [String], withoutObject: [String]) {
    var copy = self
    return copy.examine(threads: threads)
  }

  /// As `examined`; how large photos are is kept for whoever plans memory.
  public mutating func examine(threads: Int = 1) -> (problems: [String], withoutObject: [String]) {
    var all: [String] = [], withoutObject: [String] = [], largest = 0
    let examples = examples
    inOrder(count: examples.count, threads: threads) { index -> (problems: [String], hasObject: Bool, pixels: Int) in
      let example = examples[index]
      var problems: [String] = [], photo: ImageHeader?, mask: Image<UInt8>?
      do throws(ImageError) {
        photo = try ImageFile.header(of: ImageFile.read(example.photoFile), source: example.photo)
      } catch { problems.append("\(error)") }
      do throws(TrainingError) { mask = try example.trueMask() } catch { problems.append("\(error)") }
      if let photo, let mask, (photo.width, photo.height) != (mask.width, mask.height) {
        problems.append(
          "\(example.mask): \(mask.width) x \(mask.height) pixels, but its photo has \(photo.width) x \(photo.height)")
      }
      return (problems, mask?.hasObject ?? true, photo.map { $0.width * $0.height } ?? 0)
    } receive: { index, result in
      all += result.problems
      largest = max(largest, result.pixels)
      if !result.hasObject { withoutObject.append(examples[index].mask) }
    }
    if withoutObject.count == examples.count {
      all.append("\(EvaluationError.noObject(first: withoutObject[0], count: withoutObject.count))")
    }
    photoPixels = largest
    return (all, withoutObject)
  }

  /// Examines the set, so that nothing of it stops a training later on.
  /// - Parameters:
  ///   - threads: files at the same time.
  ///   - remark: told what is passed over because it is hidden, and which masks have no object.
  /// - Throws: `data` with all `problems`.
  public mutating func check(threads: Int = 1, remark: (String) -> Void) throws(TrainingError) {
    remarks.forEach(remark)
    let (problems, withoutObject) = examine(threads: threads)
    guard problems.isEmpty else { throw .data(problems) }
    MaskRemark.noObject.lines(withoutObject).forEach(remark)
  }

  /// Bytes that a photo and its mask take while they are read; of sets that nobody has examined, what common ones take.
  var bytesToRead: Int { photoPixels.map { 10 * $0 } ?? 8 << 20 }

  /// A number that tells data sets apart: of the examples' names and the sizes of their files in bytes, wherever these lie
  /// (FNV-1a, 64 bits, in hexadecimal).
  public var fingerprint: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func take(_ text: String) { for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 } }
    for example in examples {
      take("\(example.name)\n\(example.photoFile.byteCount ?? 0) \(example.maskFile.byteCount ?? 0)\n")
    }
    return String(hash, radix: 16)
  }
}

extension Dataset.Example {
  /// The mask: grey, read as `u2net evaluate` reads it.
  /// - Throws: `image` if it cannot be read, `data` if it is no mask.
  func trueMask() throws(TrainingError) -> Image<UInt8> {
    do { return try MaskFile(maskFile, source: mask).truth() } catch let error as ImageError {
      throw .image(error)
    } catch { throw .data(["\(error)"]) }
  }
}
