import ArgumentParser
import Files
import Images

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which photos to work on.
struct InputOptions: ParsableArguments {
  @Argument(help: "Photos (JPEG, PNG, WebP), folders of photos, or - for standard input.")
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "Read more names from FILE, - for standard input: one a line, or separated by zero bytes.", valueName: "file"))
  var filesFrom: String?

  @Option(help: ArgumentHelp("Of a folder only what matches, e.g. '*.jpg'; may be repeated.", valueName: "pattern"))
  var include: [String] = []

  @Option(help: ArgumentHelp("Of a folder not what matches, e.g. 'old/*'; may be repeated.", valueName: "pattern"))
  var exclude: [String] = []

  @Option(help: ArgumentHelp("Only part I of N, 1/N to N/N: the same photos for the same N.", valueName: "I/N"))
  var shard: Shard?

  @Option(help: "Refuse photos with more megapixels than this.")
  var maxMegapixels = ImageFile.defaultPixelLimit / 1_000_000

  func validate() throws {
    guard !inputs.isEmpty || filesFrom != nil else { throw ValidationError("Missing expected argument '<inputs> ...'") }
    guard (1...1_000_000).contains(maxMegapixels) else {
      throw ValidationError("--max-megapixels must be 1 to 1000000, not \(maxMegapixels)")
    }
    if inputs.contains("-"), inputs.count > 1 || filesFrom != nil {
      throw ValidationError("a photo on standard input must be the only one")
    }
  }

  /// Whether results need a folder.
  var areSeveral: Bool { inputs.count != 1 || filesFrom != nil || FilePath(argument: inputs[0]).isFolder }

  /// The photos in order, and what could not be looked into.
  /// - Parameter outputs: folders for results, which are not searched for photos.
  func photos(outside outputs: [FilePath]) throws -> (photos: [Photo], problems: [String]) {
    var list = PhotoSearch(include: include, exclude: exclude, outputs: Set(outputs.map(\.resolved)))
    for input in inputs { list.add(FilePath(argument: input)) }
    if let filesFrom { for name in try Self.names(in: FilePath(argument: filesFrom)) { list.add(listed: name) } }
    return (list.photos.filter { shard?.contains($0) ?? true }, list.problems)
  }

  /// The names in a list, which ends, as each name does, in a line break or a zero byte, whichever it uses.
  private static func names(in list: FilePath) throws -> [FilePath] {
    let bytes: [UInt8]
    do { bytes = try list.contents() } catch { throw CommandFailure("\(error.path): cannot read: \(error.reason)") }
    let separator: UInt8 = bytes.contains(0) ? 0 : UInt8(ascii: "\n")
    return bytes.split(separator: separator).map { line in
      FilePath(bytes: separator != 0 && line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }
  }
}

/// A photo, and what its results are called.
struct Photo: Hashable {
  /// "-" for standard input.
  let path: FilePath
  /// Where it lies below the folder it was found in, without its extension.
  let stem: FilePath

  /// What to call it in messages.
  var source: String { path == .standardStream ? "standard input" : "\(path)" }
}

/// One of N parts of a list, chosen by a photo's name alone, so that parts stay what they are when photos come and go.
struct Shard: ExpressibleByArgument {
  let index: Int
  let count: Int

  init?(argument: String) {
    let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let index = numbers[0], let count = numbers[1], count >= 1, (1...count).contains(index)
    else { return nil }
    self.index = index
    self.count = count
  }

  /// FNV-1a of the name, and a multiplication to mix its bits (Fowler, Noll and Vo; Knuth).
  func contains(_ photo: Photo) -> Bool {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in photo.stem.bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ (hash >> 32)) &* 0x9e37_79b9_7f4a_7c15
    return Int((hash >> 32) % UInt64(count)) == index - 1
  }
}
