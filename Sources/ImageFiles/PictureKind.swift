/// What a file is, as far as its first bytes or its name tell.
package enum PictureKind: Equatable, Sendable {
  case readable(ImageFormat)
  /// A picture in a format, called by its name, that cannot be read here.
  case unreadable(String)

  /// How many first bytes of a file tell its kind.
  package static let signatureLength = 256

  /// - Returns: nil for what is no picture, or none that its bytes tell.
  package init?(start: [UInt8]) {
    if let format = ImageFormat(signatureOf: start) {
      self = .readable(format)
    } else if let format = UnreadableFormat.all.first(where: { $0.matches(start) }) {
      self = .unreadable(format.name)
    } else if let name = Self.container(start) ?? Self.nameByHeader(start) {
      self = .unreadable(name)
    } else {
      return nil
    }
  }

  /// - Parameter fileExtension: in lower case, without the dot.
  /// - Returns: nil for what is no picture by its name.
  package init?(fileExtension: String) {
    if let format = Self.readable[fileExtension] {
      self = .readable(format)
    } else if let name = Self.unreadable[fileExtension] {
      self = .unreadable(name)
    } else {
      return nil
    }
  }

  private static let readable: [String: ImageFormat] = [
    "jpg": .jpeg, "jpeg": .jpeg, "jpe": .jpeg, "jfif": .jpeg, "jfi": .jpeg, "jif": .jpeg, "mpo": .jpeg, "jps": .jpeg,
    "png": .png, "apng": .png, "pns": .png, "webp": .webP,
  ]

  private static let unreadable = Dictionary(
    uniqueKeysWithValues: UnreadableFormat.all.flatMap { format in format.extensions.map { ($0, format.name) } })

  /// ISO's container, by its brands: of videos, too, which are none of our business.
  private static func container(_ start: [UInt8]) -> String? {
    guard start.count >= 12, start[4..<8].elementsEqual("ftyp".utf8) else { return nil }
    let length = Int(start[2]) << 8 | Int(start[3])
    let brands = [8] + stride(from: 16, to: max(16, min(length, start.count - 3)), by: 4)
    for at in brands {
      switch String(decoding: start[at..<at + 4], as: UTF8.self) {
      case "avif", "avis": return "AVIF"
      case "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1", "mif2":
        // AVIF's first brand may be the general one.
        let all = brands.map { String(decoding: start[$0..<$0 + 4], as: UTF8.self) }
        return all.contains("avif") ? "AVIF" : "HEIC"
      case "crx ": return "raw photo"
      case "jxl ": return "JPEG XL"
      default: continue
      }
    }
    return nil
  }

  /// Formats without a signature of their own, or with one that begins other files, too: their headers must make sense.
  private static func nameByHeader(_ start: [UInt8]) -> String? {
    if isBitmap(start) { return "BMP" }
    if isNetpbm(start) { return "Netpbm" }
    if isIcon(start) { return "icon" }
    if isPCX(start) { return "PCX" }
    if isSGI(start) { return "SGI" }
    if isTarga(start) { return "Targa" }
    return nameByText(start)
  }

  /// Two letters begin many texts, too: BMP must have a header of a size that there is.
  private static func isBitmap(_ start: [UInt8]) -> Bool {
    guard start.count >= 18, start.starts(with: "BM".utf8) else { return false }
    return [12, 16, 40, 52, 56, 64, 108, 124].contains(start[14]) && start[15..<18].allSatisfy { $0 == 0 }
  }

  /// "P6" and its sisters, with a size after it.
  private static func isNetpbm(_ start: [UInt8]) -> Bool {
    guard start.count >= 4, start[0] == UInt8(ascii: "P"), "1234567fF".utf8.contains(start[1]),
      "\n\r\t ".utf8.contains(start[2])
    else { return false }
    return "0123456789#".utf8.contains(start[3]) || start[1] == UInt8(ascii: "7")
  }

  /// Icons and cursors: 0, 1 or 2, how many pictures; of the first size, a zero, its bytes and where they are.
  private static func isIcon(_ start: [UInt8]) -> Bool {
    guard start.count >= 22, start[0] == 0, start[1] == 0, start[2] == 1 || start[2] == 2, start[3] == 0 else {
      return false
    }
    func number(_ at: Int, _ count: Int) -> Int { start[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) } }
    let pictures = number(4, 2)
    return pictures > 0 && start[9] == 0 && number(14, 4) > 0 && number(18, 4) >= 6 + 16 * pictures
  }

  /// 10, a version, run lengths, bits, and corners of which the second is beyond the first.
  private static func isPCX(_ start: [UInt8]) -> Bool {
    guard start.count >= 12, start[0] == 10, [0, 2, 3, 4, 5].contains(start[1]), start[2] <= 1,
      [1, 2, 4, 8].contains(start[3])
    else { return false }
    func number(_ at: Int) -> Int { Int(start[at]) | Int(start[at + 1]) << 8 }
    return number(4) <= number(8) && number(6) <= number(10)
  }

  /// 474, whether there are run lengths, bytes to a sample, dimensions.
  private static func isSGI(_ start: [UInt8]) -> Bool {
    guard start.count >= 6, start[0] == 0x01, start[1] == 0xDA else { return false }
    return start[2] <= 1 && (1...2).contains(start[3]) && start[4] == 0 && (1...3).contains(start[5])
  }

  /// All 18 bytes of the header have few values that they may have.
  private static func isTarga(_ start: [UInt8]) -> Bool {
    guard start.count >= 18, start[1] <= 1, [1, 2, 3, 9, 10, 11].contains(start[2]) else { return false }
    let hasPalette = start[1] == 1, bits = start[16]
    guard hasPalette == [1, 9].contains(start[2]),
      hasPalette ? [15, 16, 24, 32].contains(start[7]) : start[3..<8].allSatisfy({ $0 == 0 })
    else { return false }
    let depths: [UInt8] = hasPalette ? [8] : start[2] % 8 == 3 ? [8, 16] : [15, 16, 24, 32]
    let isEmpty = start[12] == 0 && start[13] == 0 || start[14] == 0 && start[15] == 0
    return depths.contains(bits) && !isEmpty && start[17] & 0xC0 == 0 && start[17] & 0x0F <= 8
  }

  /// Pictures that are texts.
  private static func nameByText(_ start: [UInt8]) -> String? {
    let text = String(decoding: start.prefix { $0 != 0 }, as: UTF8.self)
      .trimmingPrefix { $0.isWhitespace || $0 == "\u{FEFF}" }
    let isMarkup = ["<svg", "<?xml", "<!--", "<!DOCTYPE svg"].contains { text.hasPrefix($0) }
    if isMarkup, text.contains("<svg") { return "SVG" }
    if text.hasPrefix("%!PS-Adobe"), text.prefix(while: { !$0.isNewline }).contains("EPSF") { return "EPS" }
    if text.hasPrefix("#define"), text.contains("_width ") || text.contains("_width\t") { return "X bitmap" }
    return nil
  }
}
