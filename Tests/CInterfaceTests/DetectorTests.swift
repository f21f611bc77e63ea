import Testing
import U2Net
import U2NetCHeader
import U2NetPlatform
@testable import U2NetCInterface

struct DetectorTests {
  @Test func theLibraryTellsWhatItIs() {
    #expect(String(cString: u2net_version()) == U2NetVersion.current)
    var names: [String] = []
    while let name = u2net_model(names.count) { names.append(String(cString: name)) }
    #expect(names == Model.allCases.map(\.rawValue))
    #expect(u2net_model(-1) == nil)
  }

  @Test func detectorsTellWhatTheyAre() throws {
    try withDetector { (options) in
      (options.threads, options.photos_at_once, options.side_outputs) = (2, 2, 1)
    } _: { detector in
      var info = u2net_detector_info.initial
      #expect(u2net_detector_describe(detector, &info) == U2NET_OK)
      #expect(String(cString: info.network) == "lite" && info.parameters == 1_131_181)
      #expect(info.input_size == 64 && info.maps == 7 && info.threads * info.photos_at_once <= 2)
    }
  }

  /// What cannot be heeded, and what is said about it.
  private static let refusals: [(change: @Sendable (inout u2net_detector_options) -> Void, status: Int, says: String)] =
    [
      ({ $0.threads = -1 }, U2NET_INVALID, "threads must be 0 to 1024, not -1"),
      ({ $0.photos_at_once = 0 }, U2NET_INVALID, "photos_at_once must be 1"),
      ({ $0.input_size = 16 }, U2NET_INVALID, "inputSize must be 32 to 2048, not 16"),
      ({ $0.input_size = .min }, U2NET_INVALID, "inputSize"),
      ({ $0.preprocessing = 2 }, U2NET_INVALID, "preprocessing must be one of its constants, 0 to 1, not 2"),
      ({ $0.normalization = -1 }, U2NET_INVALID, "normalization"),
      ({ $0.size = 0 }, U2NET_INVALID, "options: its size is 0; begin with its _INIT"),
      ({ $0.size = 1 << 40 }, U2NET_INVALID, "its size is"),
      ({ $0.model = Strings.kept("u3net") }, U2NET_INVALID, "model must be one of u2net_model's, not \"u3net\""),
      ({ $0.model = Strings.kept([0xff, 0]) }, U2NET_INVALID, "model is not UTF-8"),
      ({ $0.clothes = Strings.kept("upper") }, U2NET_INVALID, "clothes are for the model cloth"),
      ({ $0.weights_path = Strings.kept("/nowhere/w.onnx") }, U2NET_UNREADABLE, "/nowhere/w.onnx"),
      (
        {
          $0.model = Strings.kept("isnet")
          $0.cache = Strings.kept("/nowhere")
        }, U2NET_UNREADABLE, "u2net weights isnet"
      ),
      (
        {
          $0.weights = UnsafeRawPointer(Strings.kept("no weights at all"))
          $0.weights_size = 17
        }, U2NET_UNREADABLE, "weights: expected one of the formats"
      ),
      ({ $0.weights = UnsafeRawPointer(Strings.kept("x")) }, U2NET_INVALID, "weights_size is 0"),
    ]

  @Test(arguments: refusals.indices) func whatCannotBeHeededIsSaid(_ index: Int) {
    let refusal = Self.refusals[index]
    var options = u2net_detector_options.initial
    refusal.change(&options)
    var detector: OpaquePointer? = OpaquePointer(bitPattern: 8)
    #expect(u2net_detector_create(&options, &detector) == refusal.status)
    #expect(detector == nil && lastMessage.contains(refusal.says), "\(lastMessage)")
  }

  @Test func nothingIsNoReasonToEnd() {
    #expect(u2net_detector_create(nil, nil) == U2NET_INVALID)
    #expect(lastMessage == "detector is NULL")
    #expect(u2net_detector_describe(nil, nil) == U2NET_INVALID)
    #expect(u2net_process(nil, nil, nil, nil) == U2NET_INVALID)
    #expect(u2net_encode(nil, nil, nil) == U2NET_INVALID)
    #expect(u2net_decode(nil, nil, nil) == U2NET_INVALID)
    #expect(u2net_result_picture(nil, 1, nil) == U2NET_INVALID)
    #expect(u2net_result_file(nil, 1, nil, nil) == U2NET_INVALID)
    #expect(u2net_result_verdict(nil, nil) == U2NET_INVALID)
    #expect(u2net_result_probabilities(nil, 0, nil, nil, nil) == U2NET_INVALID)
    #expect(u2net_result_remarks(nil)[0] == 0)
    u2net_detector_free(nil)
    u2net_result_free(nil)
  }

  /// A program that was compiled with an older header knows fewer fields, one with a newer header more.
  @Test func structsMayBeOlderAndNewer() throws {
    var older = u2net_detector_options.initial
    older.size = MemoryLayout<u2net_detector_options>.offset(of: \.threads)!
    older.threads = -1  // Beyond its end.
    var detector: OpaquePointer?
    try #require(u2net_detector_create(&older, &detector) == U2NET_OK)
    defer { u2net_detector_free(detector) }

    let size = MemoryLayout<u2net_detector_options>.size
    var newer = [UInt64](repeating: 0, count: size / 8 + 2)
    func create() -> u2net_status {
      newer.withUnsafeMutableBytes { bytes in
        bytes.storeBytes(of: u2net_detector_options.initial, as: u2net_detector_options.self)
        bytes.storeBytes(of: size + 16, as: Int.self)
        var detector: OpaquePointer?
        defer { u2net_detector_free(detector) }
        return u2net_detector_create(
          bytes.baseAddress!.assumingMemoryBound(to: u2net_detector_options.self), &detector)
      }
    }
    #expect(create() == U2NET_OK)
    newer[newer.count - 1] = 1
    #expect(create() == U2NET_INVALID)
    #expect(lastMessage == "options: it has fields that version \(U2NetVersion.current) does not know")

    // What is written ends where the caller's struct does.
    var info = u2net_detector_info.initial
    info.size = MemoryLayout<u2net_detector_info>.offset(of: \.input_size)!
    #expect(u2net_detector_describe(detector, &info) == U2NET_OK)
    #expect(info.parameters > 0 && info.input_size == 0 && info.size == 24)
  }

  @Test func weightsMayBeInMemory() throws {
    let bytes = try #require(try Self.liteAsSafetensors())
    let fromMemory = try bytes.withUnsafeBytes { bytes in
      try withDetector {
        ($0.weights, $0.weights_size) = (bytes.baseAddress, bytes.count)
      } _: { detector in
        var mask: Image<UInt8>?
        _ = try process(detector) { _ in
        } _: {
          mask = try pixels($0, U2NET_MASK)
        }
        return mask
      }
    }
    let builtIn = try withDetector { detector in
      var mask: Image<UInt8>?
      _ = try process(detector) { _ in
      } _: {
        mask = try pixels($0, U2NET_MASK)
      }
      return mask
    }
    #expect(fromMemory != nil && fromMemory?.samples == builtIn?.samples)
  }

  private static func liteAsSafetensors() throws -> [UInt8]? {
    let path = "/tmp/u2net-\(getpid())-lite.safetensors"
    try Safetensors.write(TrainedNetwork.lite.store, to: path)
    defer { unlink(path) }
    return try ImageFile.read(path)
  }

  @Test func messagesBelongToTheirThreads() throws {
    var options = u2net_detector_options.initial
    options.threads = -1
    var detector: OpaquePointer?
    #expect(u2net_detector_create(&options, &detector) == U2NET_INVALID)
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { _ in
        let isSilent = u2net_error()[0] == 0
        return UnsafeMutableRawPointer(bitPattern: isSilent ? 1 : 2)
      }, nil)
    var answer: UnsafeMutableRawPointer?
    pthread_join(thread, &answer)
    #expect(answer == UnsafeMutableRawPointer(bitPattern: 1) && lastMessage.contains("threads"))
  }
}

/// C strings that stay.
enum Strings {
  static func kept(_ text: String) -> UnsafePointer<CChar> { UnsafePointer(strdup(text)!) }
  static func kept(_ bytes: [UInt8]) -> UnsafePointer<CChar> {
    let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { memory[index] = CChar(bitPattern: byte) }
    return UnsafePointer(memory)
  }
}
