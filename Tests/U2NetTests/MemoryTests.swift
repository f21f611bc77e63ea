import U2NetCompute
import U2NetMachine
import U2NetMatting
import U2NetNetwork
import U2NetPixels
import Testing

/// What is told of memory before it is taken is what is taken.
struct MemoryTests {
  @Test(arguments: [true, false], [1, 2]) func predictorsTakeWhatWasTold(isAhead: Bool, threads: Int) {
    var options = Inference.Options()
    options.transformsWeightsAhead = isAhead
    for (height, width, maps) in [(64, 64, Predictor.Maps.all), (320, 320, .prediction), (96, 160, .prediction)] {
      let predictor = Predictor(
        PreparedNetwork(.lite), height: height, width: width, maps: maps, threads: threads, options: options)
      let told = Predictor.memory(
        TrainedNetwork.lite.configuration, height: height, width: width, maps: maps, threads: threads,
        options: options)
      #expect(told == predictor.memory, "\(height)×\(width)")
    }
  }

  /// Every table of kernels has maps of its own width.
  @Test(arguments: Kernels.names) func allKernelsTakeWhatWasTold(name: String) {
    var options = Inference.Options()
    options.kernels = Kernels(named: name)!
    let configuration = TrainedNetwork.lite.configuration
    let predictor = Predictor(PreparedNetwork(.lite), height: 64, width: 64, threads: 1, options: options)
    #expect(
      Predictor.memory(configuration, height: 64, width: 64, threads: 1, options: options) == predictor.memory)
  }

  @Test func asManyPhotosAtOnceAsThereIsRoomFor() throws {
    var options = SaliencyDetector.Options()
    options.inputSize = 64
    let memory = SaliencyDetector.memory(.lite, options: options)
    func count(_ available: Int, photo: Int = 0) throws -> Int {
      try SaliencyDetector.photosAtOnce(
        .lite, options: options, atMost: 4, photo: photo, limit: 1 << 30, available: available)
    }
    #expect(try count(memory.shared + 10 * memory.each) == 4)
    #expect(try count(memory.shared + 3 * memory.each) == 3)
    #expect(try count(memory.shared + 3 * memory.each, photo: memory.each) == 1)
    for (available, photo) in [(memory.shared + memory.each - 1, 0), (-5 << 20, 0), (1 << 40, Int.max)] {
      let error = #expect(throws: MemoryShortage.self) { try count(available, photo: photo) }
      #expect(error?.description.contains("the lite network at 64×64 pixels") == true)
    }
  }

  /// The detector itself decides how the network sees what is transparent.
  @Test(arguments: Preprocessing.allCases) func hiddenColoursAreNotSeen(way: Preprocessing) {
    func photo(hidden: [UInt8]) -> Image<UInt8> {
      var samples: [UInt8] = []
      for i in 0..<48 * 40 {
        let isInside = (12..<30).contains(i % 48) && (10..<30).contains(i / 48)
        samples += isInside ? [220, UInt8(i % 90), 40, 255] : hidden + [0]
      }
      return Image(width: 48, height: 40, channels: .rgba, samples: samples)
    }
    var options = SaliencyDetector.Options()
    (options.inputSize, options.preprocessing) = (64, way)
    let detector = SaliencyDetector(.lite, options: options)
    let first = photo(hidden: [0, 255, 0]), second = photo(hidden: [250, 10, 130])
    let maps = [first, second, first.overContrast()].map { detector.detect(in: $0).maps[.fused] }
    #expect(maps[0] == maps[1] && maps[0] == maps[2])
  }
}
