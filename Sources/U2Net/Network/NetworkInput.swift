import U2NetSafetensors

/// What a network was trained to see: how large a square, and in which range of values.
public struct NetworkInput: Hashable, Sendable {
  /// Side of the square in pixels.
  public let size: Int
  /// Subtracted from red, green and blue in 0…1.
  public let mean: [Double]
  /// Divides what is left.
  public let deviation: [Double]

  /// Pictures of a size, and their range.
  /// - Precondition: `size` ≥ 32, three means and three deviations, the latter above 0.
  public init(size: Int, mean: [Double], deviation: [Double]) {
    precondition(
      size >= 32 && mean.count == 3 && deviation.count == 3 && deviation.allSatisfy { $0 > 0 },
      "\(size) pixels, means \(mean), deviations \(deviation)")
    self.size = size
    self.mean = mean
    self.deviation = deviation
  }

  /// U²-Net's: 320 pixels, the means and deviations of ImageNet's photos.
  public static let u2net = NetworkInput(
    size: 320, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
  /// IS-Net's: 1024 pixels, −½ … ½.
  public static let isnet = NetworkInput(size: 1024, mean: [0.5, 0.5, 0.5], deviation: [1, 1, 1])
  /// That of U²-Net for clothes: 768 pixels, −1 … 1.
  public static let cloth = NetworkInput(size: 768, mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])
}

extension Configuration {
  /// What weights of this structure were trained to see, unless they say otherwise.
  public var input: NetworkInput { stem != nil ? .isnet : classes > 1 ? .cloth : .u2net }
}

extension NetworkInput {
  /// Where the text stands in a weight file's metadata: "1024 0.485 0.456 0.406 1 1 1", size, means and deviations.
  public static let metadataKey = "u2net.input"

  /// As metadata have it.
  public var text: String { ([Double(size)] + mean + deviation).map(Self.plain).joined(separator: " ") }

  private static func plain(_ number: Double) -> String {
    number == number.rounded() ? "\(Int(number))" : "\(number)"
  }

  /// What the metadata of `store` say; nil if they say nothing.
  /// - Throws: `WeightFileError` if they are not understood.
  init?(metadataOf store: ParameterStore) throws(WeightFileError) {
    guard let text = store.metadata[Self.metadataKey] else { return nil }
    let numbers = text.split(separator: " ").compactMap { Double($0) }
    guard numbers.count == 7, numbers.allSatisfy(\.isFinite), (32...65536).contains(numbers[0]),
      numbers[0] == numbers[0].rounded(), numbers[4...].allSatisfy({ $0 > 0 })
    else {
      throw WeightFileError(
        file: store.source,
        "metadata \(Self.metadataKey): expected a size, three means and three deviations, found \"\(printable(text))\"")
    }
    self.init(size: Int(numbers[0]), mean: Array(numbers[1...3]), deviation: Array(numbers[4...]))
  }
}
