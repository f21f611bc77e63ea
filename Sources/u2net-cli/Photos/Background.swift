import ArgumentParser
import U2NetFiles
import U2Net

extension CutoutSettings.Background: ExpressibleByArgument {
  /// "#RRGGBB", "#RRGGBBAA", "R,G,B", "R,G,B,A", "blur:SIGMA", "white", "black", or else the name of a file.
  public init?(argument: String) {
    if argument.hasPrefix("blur:") {
      guard let sigma = Double(argument.dropFirst(5)), (0.1...1000).contains(sigma) else { return nil }
      self = .blur(sigma: sigma)
    } else if argument.hasPrefix("#") {
      guard let color = Self.hexadecimal(argument.dropFirst()) else { return nil }
      self = .color(color)
    } else if argument.allSatisfy({ $0.isNumber || $0 == "," || $0 == " " }), argument.contains(",") {
      let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      let numbers = parts.compactMap { UInt8(String($0).trimmingPrefix(" ")) }
      guard numbers.count == parts.count, let color = Self.color(numbers) else { return nil }
      self = .color(color)
    } else if let color = ["white": Color.white, "black": .black][argument.lowercased()] {
      self = .color(color)
    } else {
      self = .picture(.file(FilePath(argument: argument)))
    }
  }

  /// The picture's file, if it is one.
  var file: FilePath? { if case .picture(let source) = self { source.file } else { nil } }

  private static func hexadecimal(_ digits: Substring) -> Color? {
    guard [6, 8].contains(digits.count), let value = UInt32(digits, radix: 16), !digits.hasPrefix("+") else {
      return nil
    }
    let bytes = (0..<digits.count / 2).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    return color(bytes)
  }

  private static func color(_ numbers: [UInt8]) -> Color? {
    guard (3...4).contains(numbers.count) else { return nil }
    return Color(red: numbers[0], green: numbers[1], blue: numbers[2], alpha: numbers.count > 3 ? numbers[3] : 255)
  }

  public var defaultValueDescription: String {
    if case .color(.white) = self { "white" } else { "\(self)" }
  }
}

extension CutoutLayout.Margin: ExpressibleByArgument {
  public init?(argument: String) {
    if argument.hasSuffix("%") {
      guard let percent = Double(argument.dropLast()), percent >= 0, percent < 50 else { return nil }
      self = .share(percent / 100)
    } else {
      guard let pixels = Int(argument), (0...65500).contains(pixels) else { return nil }
      self = .pixels(pixels)
    }
  }

  public var defaultValueDescription: String {
    switch self {
    case .pixels(let count): "\(count)"
    case .share(let share): "\(Int((share * 100).rounded()))%"
    }
  }
}
