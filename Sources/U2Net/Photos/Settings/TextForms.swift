// Settings as people write them, on command lines and in files of their own.

extension Color: LosslessStringConvertible {
  /// "#RRGGBB", "#RRGGBBAA", "R,G,B" or "R,G,B,A" with numbers 0…255, "white" or "black"; nil for anything else.
  public init?(_ text: String) {
    if text.hasPrefix("#") {
      let digits = text.dropFirst()
      guard [6, 8].contains(digits.count), let value = UInt32(digits, radix: 16), !digits.hasPrefix("+") else {
        return nil
      }
      self.init((0..<digits.count / 2).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) })
    } else if let color = ["white": Color.white, "black": .black][text.lowercased()] {
      self = color
    } else {
      let parts = text.split(separator: ",", omittingEmptySubsequences: false)
      let numbers = parts.compactMap { UInt8(String($0).trimmingPrefix(" ")) }
      guard numbers.count == parts.count, !text.contains("+") else { return nil }
      self.init(numbers)
    }
  }

  private init?(_ numbers: [UInt8]) {
    guard (3...4).contains(numbers.count) else { return nil }
    self.init(red: numbers[0], green: numbers[1], blue: numbers[2], alpha: numbers.count > 3 ? numbers[3] : 255)
  }

  /// "white", "black" or "R,G,B,A".
  public var description: String {
    self == .white ? "white" : self == .black ? "black" : "\(red),\(green),\(blue),\(alpha)"
  }
}

extension CutoutSettings.Background {
  /// A colour as `Color.init(_:)` reads it, "blur:SIGMA" with a sigma of 0.1…1000 pixels, or else the name of a picture's file;
  /// nil for what begins as one of these and is none.
  public init?(_ text: String) {
    let looksLikeNumbers = text.contains(",") && text.allSatisfy { $0.isNumber || $0 == "," || $0 == " " }
    if text.hasPrefix("blur:") {
      guard let sigma = Double(text.dropFirst(5)), (0.1...1000).contains(sigma) else { return nil }
      self = .blur(sigma: sigma)
    } else if let color = Color(text) {
      self = .color(color)
    } else {
      guard !text.hasPrefix("#"), !looksLikeNumbers else { return nil }
      self = .picture(.file(text))
    }
  }
}

extension CutoutLayout.Margin: LosslessStringConvertible {
  /// "5%", 0 or more and below 50, or pixels, "0" to "65500"; nil for anything else.
  public init?(_ text: String) {
    if text.hasSuffix("%") {
      guard let percent = Double(text.dropLast()), percent >= 0, percent < 50 else { return nil }
      self = .share(percent / 100)
    } else {
      guard let pixels = Int(text), (0...65500).contains(pixels) else { return nil }
      self = .pixels(pixels)
    }
  }

  /// Pixels, or whole per cent.
  public var description: String {
    switch self {
    case .pixels(let count): "\(count)"
    case .share(let share): "\(Int((share * 100).rounded()))%"
    }
  }
}

extension RegionSize: LosslessStringConvertible {
  /// "0%" to "100%", or pixels from "0" on; nil for anything else.
  public init?(_ text: String) {
    if text.hasSuffix("%") {
      guard let percent = Double(text.dropLast()), (0...100).contains(percent) else { return nil }
      self = .share(percent / 100)
    } else {
      guard let pixels = Int(text), pixels >= 0 else { return nil }
      self = .pixels(pixels)
    }
  }

  /// Pixels, or per cent.
  public var description: String {
    switch self {
    case .pixels(let count): "\(count)"
    case .share(let share): "\(share * 100)%"
    }
  }
}

extension LevelCurve: LosslessStringConvertible {
  /// Black and white in per cent, black below white, and a gamma of 0.1…10 for what is between: "5,95" or "5,95,1.2"; nil for
  /// anything else.
  public init?(_ text: String) {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
    guard (2...3).contains(numbers.count), let black = numbers[0], let white = numbers[1], 0 <= black, black < white,
      white <= 100
    else { return nil }
    let gamma = numbers.count > 2 ? numbers[2] : 1
    guard let gamma, (0.1...10).contains(gamma) else { return nil }
    self.init(black: black / 100, white: white / 100, gamma: gamma)
  }

  /// "5.0,95.0,1.0"
  public var description: String { "\(black * 100),\(white * 100),\(gamma)" }
}
