import U2NetCompute
import U2NetMachine

extension SaliencyDetector {
  /// What a detector takes in bytes, to be known before there is one.
  public struct Memory: Equatable, Sendable {
    /// Of the weights, once: as they are and transformed, both of which are there while a detector is made.
    public let shared: Int
    /// Of maps and of what threads work in, for each photo at the same time; the photos themselves are not in it.
    public let each: Int
  }

  /// What a detector of `network` with `options` would take.
  public static func memory(_ network: TrainedNetwork, options: Options = Options()) -> Memory {
    memory(of: network.configuration, options: options)
  }

  /// The same, before there are values.
  package static func memory(of configuration: Configuration, options: Options) -> Memory {
    var inference = Inference.Options()
    inference.transformsWeightsAhead = !options.isForOnePhoto
    let size = options.inputSize ?? configuration.input.size
    let its = Predictor.memory(
      configuration, height: size, width: size, maps: options.sideOutputs ? .all : .prediction,
      threads: options.threads, options: inference)
    let weights =
      configuration.layers.reduce(0) { $0 + $1.weightShape.reduce(1, *) }
      * MemoryLayout<Float>.size
    // The input's planes, and each map as it is handed out.
    let maps = options.sideOutputs ? 7 : 1
    var planes = 3 + maps
    // The first look's maps are kept while the second is taken, and those of both while they are blended.
    if options.augmentation.flip { planes += 2 * maps }
    if options.augmentation.zoom { planes += (2 + 2 * Zoom.mostEnlarged * Zoom.mostEnlarged) * maps }
    return Memory(
      shared: weights + its.weights,
      each: its.maps + its.scratch + planes * size * size * MemoryLayout<Float>.size)
  }

  /// How many photos this process has the memory to look at at the same time.
  /// - Parameters:
  ///   - network: whose weights and maps take memory.
  ///   - options: of the detector; `photosAtOnce` in them is not looked at.
  ///   - most: the answer where memory does not matter, ≥ 1.
  ///   - photo: bytes that each photo takes beside the network.
  ///   - limit: bytes that the process may take in all.
  ///   - available: bytes that it may still take.
  /// - Returns: 1 … `most`, for `Options.photosAtOnce`.
  /// - Throws: if there is no room for one.
  public static func photosAtOnce(
    _ network: TrainedNetwork, options: Options = Options(), atMost most: Int, photo: Int = 0,
    limit: Int = ResourceLimits.current.memory, available: Int = ResourceLimits.availableMemory
  ) throws(MemoryShortage) -> Int {
    precondition(most > 0, "\(most) photos at once")
    let size = options.inputSize ?? network.input.size
    let memory = memory(network, options: options)
    let (each, overflows) = memory.each.addingReportingOverflow(photo)
    guard !overflows, each <= available - memory.shared else {
      throw MemoryShortage(
        "a pass of the \(network.configuration.name) network at \(size)×\(size) pixels"
          + (photo > 0 ? ", with its picture," : ""),
        needed: overflows ? .max : memory.shared + each, limit: limit, available: available,
        advice: "choose a smaller --input-size" + (photo > 0 ? " or smaller pictures" : ""))
    }
    return min(most, (available - memory.shared) / max(1, each))
  }
}
