extension Orientation {
  /// What an XMP packet says of it, as an attribute or an element of TIFF's name space.
  init?(xmp: [UInt8]) {
    let name = Array("tiff:Orientation".utf8)
    // The name starts at few places, but the packet may be long.
    for start in xmp.indices.dropLast(name.count) where xmp[start] == name[0] && xmp[start...].starts(with: name) {
      var rest = xmp[(start + name.count)...]
      guard rest.starts(with: "=\"".utf8) || rest.starts(with: ">".utf8) else { continue }
      rest = rest.dropFirst(rest.first == UInt8(ascii: ">") ? 1 : 2)
      guard let digit = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { continue }
      self.init(rawValue: Int(digit - UInt8(ascii: "0")))
      return
    }
    return nil
  }
}
