import U2Net
import U2NetCHeader
import U2NetFiles
import U2NetPlatform

/// What u2net_detector is.
final class Detector: Handle {
  let processor: PhotoProcessor
  private let network: Configuration
  private let networkName: UnsafeMutablePointer<CChar>

  init(_ options: u2net_detector_options) throws {
    let trained = try options.network()
    guard 0...1024 ~= options.threads else {
      throw Failure.invalid("threads must be 0 to 1024, not \(options.threads)")
    }
    guard 1...1024 ~= options.photos_at_once else {
      throw Failure.invalid("photos_at_once must be 1 to 1024, not \(options.photos_at_once)")
    }
    processor = try PhotoProcessor(
      trained, settings: options.settings(for: trained), for: .manyPhotos(atMost: Int(options.photos_at_once)),
      cores: options.threads == 0 ? ResourceLimits.current.cores : Int(options.threads))
    network = trained.configuration
    networkName = strdup(network.name)
  }

  deinit { free(networkName) }

  var info: u2net_detector_info {
    var info = u2net_detector_info.initial
    info.network = UnsafePointer(networkName)
    info.parameters = UInt64(network.cost(.parameters))
    info.input_size = Int32(processor.inputSize)
    info.threads = Int32(processor.threads)
    info.photos_at_once = Int32(processor.photosAtOnce)
    info.maps = processor.settings.sideOutputs ? 7 : 1
    return info
  }
}

extension u2net_detector_options {
  fileprivate func network() throws -> TrainedNetwork {
    let model = try value(model, "model", "one of u2net_model's", Model.init(name:))
    guard weights == nil || weights_path == nil else {
      throw Failure.invalid("weights come from a file or from memory, not from both")
    }
    if let weights {
      guard weights_size > 0 else { throw Failure.invalid("weights_size is 0") }
      let network = try TrainedNetwork(WeightFile.read(copying: .init(start: weights, count: weights_size)).contents)
      return try model.map { try network.weights(of: $0) } ?? network
    }
    if let weights_path {
      let path = FilePath(weights_path)
      return try model.map { try TrainedNetwork(contentsOf: path, as: $0) } ?? TrainedNetwork(contentsOf: path)
    }
    return try .pretrained(model ?? .lite, cache: text(cache, "cache"), remark: { _ in })
  }

  fileprivate func settings(for network: TrainedNetwork) throws -> PhotoSettings {
    var settings = PhotoSettings()
    if input_size != 0 { settings.inputSize = Int(input_size) }
    if let clothes = try value(clothes, "clothes", "upper, lower or full", Clothes.init(rawValue:)) {
      guard network.configuration.classes == Configuration.cloth.classes else {
        throw Failure.invalid("clothes are for the model cloth: this network tells none apart")
      }
      settings.classes = clothes.classes
    }
    settings.preprocessing = try choice(preprocessing, "preprocessing", [.rembg, .authors])
    settings.normalization = try choice(normalization, "normalization", [.minmax, .sigmoid])
    settings.augmentation = TestTimeAugmentation(flip: flip != 0, zoom: zoom != 0)
    settings.sideOutputs = side_outputs != 0
    return settings
  }
}

/// The value that stands for a number of the header's, from 0 on.
func choice<Value>(_ number: Int32, _ name: String, _ values: [Value]) throws(Failure) -> Value {
  guard values.indices.contains(Int(number)) else {
    throw .invalid("\(name) must be one of its constants, 0 to \(values.count - 1), not \(number)")
  }
  return values[Int(number)]
}

extension WeightFile {
  /// Weights in memory of somebody else's, which need not stay.
  fileprivate static func read(copying bytes: UnsafeRawBufferPointer) throws -> WeightFile {
    final class Copy {
      let memory: UnsafeMutableRawPointer
      init(_ memory: UnsafeMutableRawPointer) { self.memory = memory }
      deinit { free(memory) }
    }
    guard bytes.count <= ResourceLimits.availableMemory, let memory = malloc(bytes.count) else {
      throw WeightFileError(file: "weights", "not enough memory for \(bytes.count) bytes")
    }
    memory.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
    return try read(
      bytes: UnsafeRawBufferPointer(start: memory, count: bytes.count), owner: Copy(memory), source: "weights")
  }
}

@c @implementation
public func u2net_detector_create(
  _ options: UnsafePointer<u2net_detector_options>!, _ detector: UnsafeMutablePointer<OpaquePointer?>!
) -> u2net_status {
  status {
    let detector = try required(detector, "detector")
    detector.pointee = nil
    detector.pointee = try Detector(.optional(options, called: "options")).pointer
  }
}

@c @implementation
public func u2net_detector_free(_ detector: OpaquePointer!) { Detector.release(detector) }

@c @implementation
public func u2net_detector_describe(
  _ detector: OpaquePointer!, _ info: UnsafeMutablePointer<u2net_detector_info>!
) -> u2net_status {
  status { try Detector.of(detector, "detector").info.write(to: info, called: "info") }
}
