// The program that made a picture: written into every format as XMP, found in a file without reading its pixels.

package import U2NetFiles
import U2NetPlatform

extension Metadata {
  /// An XMP packet (ISO 16684-1) that has the creator's name as `xmp:CreatorTool`; nil if there is none.
  var creatorPacket: [UInt8]? {
    guard let creator else { return nil }
    precondition(!creator.utf8.contains { "<>&\"'".utf8.contains($0) }, "\(creator) is no name for a program")
    return Array(
      ("<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
        + "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\""
        + " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmp:CreatorTool=\"\(creator)\"/></rdf:RDF></x:xmpmeta>"
        + "<?xpacket end=\"w\"?>").utf8)
  }
}

extension ImageFile {
  /// The program that a PNG, JPEG or WebP file says made it; nil if it says nothing, or cannot be read.
  ///
  /// A few reads of some kilobytes: of PNG and JPEG only what stands before the pixels is looked at.
  package static func creator(of path: FilePath) -> String? {
    guard let file = FileWindow(path), let start = file.bytes(at: 0, count: 12),
      let format = ImageFormat(signatureOf: Array(start))
    else { return nil }
    switch format {
    case .png: return Self.creator(inPNG: file)
    case .jpeg: return Self.creator(inJPEG: file)
    case .webP: return Self.creator(inWebP: file)
    }
  }

  /// More parts than this before the pixels are no picture's.
  private static let partLimit = 1000
  /// A longer packet says more than who made the picture, but is looked into as far as this.
  private static let packetLimit = 1 << 16

  private static func creator(inPNG file: FileWindow) -> String? {
    var at = 8
    for _ in 0..<partLimit {
      guard let head = file.bytes(at: at, count: 8), let length = head.bigEndian(0, bytes: 4),
        let kind = head.bigEndian(4, bytes: 4).map(UInt32.init), kind != code("IDAT"), kind != code("IEND")
      else { return nil }
      if kind == code("iTXt"), length <= packetLimit, let data = file.bytes(at: at + 8, count: length) {
        let text = PNGText(Part(kind: kind, data: 0..<length), in: data) { $0 == xmpKeyword }
        if let creator = text.flatMap({ Self.creator(inXMP: $0.text) }) { return creator }
      }
      at += 12 + length
    }
    return nil
  }

  private static func creator(inJPEG file: FileWindow) -> String? {
    var at = 2
    for _ in 0..<partLimit {
      guard let head = file.bytes(at: at, count: 4), head[0] == 0xFF else { return nil }
      switch head[1] {
      case 0xFF: at += 1  // It fills up.
      case 0x01, 0xD0...0xD7: at += 2
      case 0xD8, 0xD9, 0xDA: return nil
      default:
        let length = Int(head[2]) << 8 | Int(head[3])
        if head[1] == 0xE1, length > 2, let data = file.bytes(at: at + 4, count: length - 2),
          data.starts(with: xmpMark), let creator = Self.creator(inXMP: Array(data.dropFirst(xmpMark.count)))
        {
          return creator
        }
        at += 2 + length
      }
    }
    return nil
  }

  /// Only the extended format has XMP, and says so in its first chunk.
  private static func creator(inWebP file: FileWindow) -> String? {
    guard let first = file.bytes(at: 12, count: 9), first.starts(with: "VP8X".utf8), first[8] & 0x04 != 0 else {
      return nil
    }
    var at = 12
    for _ in 0..<partLimit {
      guard let head = file.bytes(at: at, count: 8), let length = head.littleEndian(4, bytes: 4) else { return nil }
      if head.starts(with: "XMP ".utf8) {
        return file.bytes(at: at + 8, count: min(length, packetLimit)).flatMap(Self.creator(inXMP:))
      }
      at += 8 + length + length % 2
    }
    return nil
  }

  /// As an attribute or an element.
  private static func creator(inXMP packet: [UInt8]) -> String? {
    guard let name = packet.firstRange(of: Array("xmp:CreatorTool".utf8)) else { return nil }
    var rest = packet[name.upperBound...]
    let end: UInt8
    if rest.starts(with: ">".utf8) {
      (rest, end) = (rest.dropFirst(), UInt8(ascii: "<"))
    } else if rest.starts(with: "=\"".utf8) || rest.starts(with: "='".utf8) {
      (rest, end) = (rest.dropFirst(2), rest[rest.startIndex + 1])
    } else {
      return nil
    }
    return rest.firstIndex(of: end).map { String(decoding: rest[..<$0], as: UTF8.self) }
  }
}

/// A regular file, read where it is looked at.
private final class FileWindow {
  private let descriptor: Int32
  private var start = 0
  private var window: [UInt8] = []

  init?(_ path: FilePath) {
    // What has no end would not be opened, let alone read, without waiting.
    descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// nil if they are not all there.
  func bytes(at offset: Int, count: Int) -> [UInt8]? {
    if offset < start || offset + count > start + window.count {
      let wanted = max(count, 1 << 12)
      window = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, read in
        read = max(0, pread(descriptor, buffer.baseAddress, wanted, off_t(offset)))
      }
      start = offset
    }
    guard offset + count <= start + window.count else { return nil }
    return Array(window[(offset - start)..<(offset - start + count)])
  }
}
