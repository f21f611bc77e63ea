import Testing
import U2Net
import U2NetCHeader
@testable import U2NetCInterface

struct ResultTests {
  @Test func resultsAreThoseOfTheLibrary() throws {
    var settings = PhotoSettings()
    settings.inputSize = 64
    (settings.mask.refinement, settings.mask.feather) = (.guided, 1)
    settings.cutout.background = .color(.white)
    let processor = try PhotoProcessor(settings: settings)
    let made = try processor.process(.pixels(photo), into: [.mask, .cutout, .composite(as: .jpeg)])
    try withDetector { detector in
      var background = Array("white".utf8CString)
      let status = try background.withUnsafeMutableBufferPointer { background in
        try process(detector) {
          $0.wanted = UInt32(U2NET_MASK | U2NET_CUTOUT)
          ($0.refine, $0.feather, $0.format) = (Int32(U2NET_REFINE_GUIDED), 1, Int32(U2NET_PNG))
          $0.background = UnsafePointer(background.baseAddress)
        } _: { result in
          let (mask, cutout) = (try file(result, U2NET_MASK), try file(result, U2NET_CUTOUT))
          #expect(mask == made.results[0].bytes && cutout == made.results[1].bytes)
          #expect(u2net_result_picture(result, UInt32(U2NET_MASK), nil) == U2NET_INVALID)
          #expect(lastMessage.contains("U2NET_MASK"))
        }
      }
      #expect(status == U2NET_OK)
      let composite = try background.withUnsafeMutableBufferPointer { background in
        try process(detector) {
          $0.wanted = UInt32(U2NET_COMPOSITE)
          ($0.refine, $0.feather, $0.format) = (Int32(U2NET_REFINE_GUIDED), 1, Int32(U2NET_JPEG))
          $0.background = UnsafePointer(background.baseAddress)
        } _: {
          let file = try file($0, U2NET_COMPOSITE)
          #expect(file == made.results[2].bytes)
        }
      }
      #expect(composite == U2NET_OK)
    }
  }

  @Test func pixelsAreThoseOfTheFiles() throws {
    try withDetector { detector in
      var images: [Image<UInt8>] = []
      let all = UInt32(U2NET_MASK | U2NET_CUTOUT)
      try process(detector) {
        $0.wanted = all
      } _: { result in
        images = [try pixels(result, U2NET_MASK), try pixels(result, U2NET_CUTOUT)]
      }
      try process(detector) {
        ($0.wanted, $0.format) = (all, Int32(U2NET_PNG))
      } _: { result in
        for (image, kind) in zip(images, [U2NET_MASK, U2NET_CUTOUT]) {
          let decoded = try Image<UInt8>(decoding: file(result, kind), source: "result")
          #expect(decoded.samples == image.samples && decoded.channels == image.channels)
        }
      }
    }
  }

  /// The same picture in all layouts, with gaps between rows.
  @Test func layoutsAndRowsAreHeeded() throws {
    let orders: [(layout: Int, order: [Int], samples: Int)] = [
      (U2NET_BGR, [2, 1, 0], 3), (U2NET_RGBX, [0, 1, 2], 4), (U2NET_BGRX, [2, 1, 0], 4),
    ]
    try withDetector { detector in
      var expected: Image<UInt8>?
      try process(detector) { _ in
      } _: {
        expected = try pixels($0, U2NET_MASK)
      }
      for (layout, order, samples) in orders {
        let row = 120 * samples + 12
        var memory = [UInt8](repeating: 77, count: 90 * row)
        for y in 0..<90 {
          for x in 0..<120 {
            for c in 0..<3 { memory[y * row + x * samples + order[c]] = photo.samples[3 * (120 * y + x) + c] }
          }
        }
        try memory.withUnsafeBytes { memory in
          var picture = u2net_picture.initial
          (picture.pixels, picture.width, picture.height) = (memory.baseAddress, 120, 90)
          (picture.layout, picture.bytes_per_row) = (Int32(layout), row)
          try withUnsafePointer(to: picture) { picture in
            var source = u2net_photo.initial
            source.picture = picture
            var result: OpaquePointer?
            try #require(u2net_process(detector, &source, nil, &result) == U2NET_OK, "\(lastMessage)")
            defer { u2net_result_free(result) }
            let mask = try pixels(result!, U2NET_MASK)
            #expect(mask.samples == expected?.samples, "layout \(layout)")
          }
        }
      }
    }
  }

  private static let refusals: [(change: @Sendable (inout u2net_options) -> Void, says: String)] = [
    ({ $0.wanted = 64 }, "wanted: 64 is nothing that can be wanted"),
    ({ $0.wanted = UInt32(U2NET_PICTURE) }, "wanted"),
    ({ $0.format = 9 }, "format must be one of its constants, 0 to 3, not 9"),
    ({ $0.wanted = UInt32(U2NET_COMPOSITE) }, "a composite needs a background"),
    ({ ($0.wanted, $0.format) = (UInt32(U2NET_CUTOUT), Int32(U2NET_JPEG)) }, "transparency"),
    ({ $0.refine = 5 }, "refine"),
    ({ ($0.matting, $0.erosion) = (1, -1) }, "erosion 0 to 1000"),
    ({ ($0.matting, $0.foreground_threshold) = (1, 5) }, "must not be above the foreground threshold"),
    ({ $0.levels = Strings.kept("9,1") }, "levels must be BLACK,WHITE[,GAMMA], not \"9,1\""),
    ({ $0.min_region = Strings.kept("-1") }, "min_region"),
    ({ $0.grow = .nan }, "grow"), ({ $0.feather = -1 }, "feather"), ({ $0.threshold = 2 }, "threshold"),
    ({ $0.mask_bits = 12 }, "maskBits must be 8 or 16, not 12"),
    ({ $0.quality = 0 }, "quality"), ({ $0.compression = 10 }, "compression"),
    ({ $0.margin = Strings.kept("5%") }, "a margin needs crop, square or a canvas"),
    ({ ($0.canvas_width, $0.canvas_height) = (-5, 5) }, "canvas"),
    ({ ($0.canvas_width, $0.canvas_height) = (65500, 65500) }, "canvas"),
    ({ $0.background = Strings.kept("#12") }, "background"),
  ]

  @Test(arguments: refusals.indices) func whatCannotBeHeededIsSaid(_ index: Int) throws {
    let refusal = Self.refusals[index]
    try withDetector { detector in
      let status = try process(detector) { refusal.change(&$0) }
      #expect(status == U2NET_INVALID)
      #expect(lastMessage.contains(refusal.says), "\(lastMessage)")
    }
  }

  @Test func picturesThatAreNoneAreRefused() throws {
    let changes: [(inout u2net_picture) -> Void] = [
      { $0.pixels = nil }, { $0.width = 0 }, { $0.height = -1 }, { $0.layout = 0 }, { $0.layout = 9 },
      { $0.layout = .min }, { $0.bits = 10 }, { $0.bytes_per_row = 100 }, { $0.bytes_per_row = .max },
      { ($0.width, $0.height, $0.bytes_per_row) = (.max, .max, .max) },
    ]
    try withDetector { detector in
      photo.samples.withUnsafeBytes { samples in
        for change in changes {
          var picture = u2net_picture.initial
          (picture.pixels, picture.width, picture.height) = (samples.baseAddress, 120, 90)
          change(&picture)
          withUnsafePointer(to: picture) { picture in
            var source = u2net_photo.initial
            source.picture = picture
            var result: OpaquePointer?
            #expect(u2net_process(detector, &source, nil, &result) == U2NET_INVALID)
            #expect(result == nil && lastMessage.hasPrefix("picture"), "\(lastMessage)")
          }
        }
        // Too large to be looked at, but nothing of it is read.
        var picture = u2net_picture.initial
        (picture.pixels, picture.width, picture.height) = (samples.baseAddress, 1 << 20, 1 << 20)
        withUnsafePointer(to: picture) { picture in
          var source = u2net_photo.initial
          source.picture = picture
          var result: OpaquePointer?
          #expect(u2net_process(detector, &source, nil, &result) == U2NET_UNREADABLE)
          #expect(lastMessage.contains("more than the limit"), "\(lastMessage)")
        }
      }
    }
  }

  @Test func photosComeFromOnePlace() throws {
    try withDetector { detector in
      var result: OpaquePointer?
      var source = u2net_photo.initial
      #expect(u2net_process(detector, &source, nil, &result) == U2NET_INVALID)
      (source.path, source.bytes) = (Strings.kept("a"), UnsafeRawPointer(Strings.kept("b")))
      #expect(u2net_process(detector, &source, nil, &result) == U2NET_INVALID)
      #expect(lastMessage == "photo: there must be one of path, bytes and picture")
      source.bytes = nil
      source.path = Strings.kept("/nowhere/mug.jpg")
      #expect(u2net_process(detector, &source, nil, &result) == U2NET_UNREADABLE)
      #expect(lastMessage.contains("/nowhere/mug.jpg"))
      source.path = nil
      (source.bytes, source.byte_count) = (UnsafeRawPointer(Strings.kept("GIF89a, not a JPEG")), 18)
      source.name = Strings.kept("upload 7")
      #expect(u2net_process(detector, &source, nil, &result) == U2NET_UNREADABLE)
      #expect(lastMessage.hasPrefix("upload 7: this looks like GIF"), "\(lastMessage)")
    }
  }

  @Test func probabilitiesAndVerdictAreTold() throws {
    try withDetector {
      $0.side_outputs = 1
    } _: { detector in
      try process(detector) {
        $0.wanted = UInt32(U2NET_PROBABILITIES)
      } _: { result in
        for map in 0..<7 {
          var values: UnsafePointer<Float>?
          var width: Int32 = 0, height: Int32 = 0
          try #require(u2net_result_probabilities(result, Int32(map), &values, &width, &height) == U2NET_OK)
          #expect(width == 64 && height == 64 && (0..<64 * 64).allSatisfy { 0...1 ~= values![$0] })
        }
        var values: UnsafePointer<Float>?
        var side: Int32 = 0, other: Int32 = 0
        #expect(u2net_result_probabilities(result, 7, &values, &side, &other) == U2NET_INVALID)
        #expect(u2net_result_probabilities(result, -1, &values, &side, &other) == U2NET_INVALID)
        var verdict = u2net_verdict.initial
        #expect(u2net_result_verdict(result, &verdict) == U2NET_OK)
        #expect(verdict.width == 120 && verdict.height == 90 && verdict.finding == U2NET_OBJECT)
        #expect(0.2...0.33 ~= verdict.coverage && verdict.confidence > 0.75)
        #expect(20...35 ~= verdict.x && 10...20 ~= verdict.y && 55...70 ~= verdict.box_width)
      }
    }
  }

  @Test func photosWithoutAnObjectAreRemarkedOn() throws {
    let flat = Image<UInt8>(width: 64, height: 64, channels: .rgb) { $0.initialize(repeating: 128) }
    try withDetector {
      $0.normalization = Int32(U2NET_NORMALIZE_SIGMOID)
    } _: { detector in
      var verdict = u2net_verdict.initial
      try process(detector, flat) {
        $0.wanted = 0
      } _: { result in
        #expect(u2net_result_verdict(result, &verdict) == U2NET_OK)
      }
      #expect(verdict.finding == U2NET_NO_OBJECT)
      let status = try process(detector, flat) { ($0.wanted, $0.crop, $0.threshold) = (UInt32(U2NET_CUTOUT), 1, 1) }
      #expect(status == U2NET_FAILED)
      #expect(lastMessage == "no salient object, so nothing to crop to")
    }
  }

  @Test func workIsToldAndCancelled() throws {
    final class Steps {
      var seen: [Int32] = []
      var last: Int32 = 9
    }
    let steps = Steps()
    let progress: u2net_progress = { context, step in
      let steps = Unmanaged<Steps>.fromOpaque(context!).takeUnretainedValue()
      steps.seen.append(step)
      return step == steps.last ? 1 : 0
    }
    try withDetector { detector in
      func run() throws -> Int {
        try process(detector) {
          ($0.wanted, $0.format) = (UInt32(U2NET_MASK | U2NET_CUTOUT), Int32(U2NET_PNG))
          ($0.progress, $0.context) = (progress, Unmanaged.passUnretained(steps).toOpaque())
        }
      }
      let all = try run()
      #expect(all == U2NET_OK && steps.seen == [1, 2, 3, 4, 3, 4])
      for last in 1...4 {
        (steps.seen, steps.last) = ([], Int32(last))
        let status = try run()
        #expect(status == U2NET_CANCELLED && lastMessage == "cancelled" && steps.seen == (1...Int32(last)).map { $0 })
      }
    }
  }

  @Test(arguments: [U2NET_PNG, U2NET_JPEG, U2NET_WEBP]) func picturesAreEncodedAndDecoded(_ format: Int) throws {
    var options = u2net_options.initial
    (options.format, options.lossless) = (Int32(format), 1)
    var picture = u2net_picture(PixelBuffer(photo)), result: OpaquePointer?
    let bytes = try photo.samples.withUnsafeBytes { samples in
      picture.pixels = samples.baseAddress
      try #require(u2net_encode(&picture, &options, &result) == U2NET_OK, "\(lastMessage)")
      defer { u2net_result_free(result) }
      return try file(result!, U2NET_PICTURE)
    }
    try bytes.withUnsafeBytes { bytes in
      var source = u2net_photo.initial
      (source.bytes, source.byte_count) = (bytes.baseAddress, bytes.count)
      try #require(u2net_decode(&source, nil, &result) == U2NET_OK, "\(lastMessage)")
      defer { u2net_result_free(result) }
      let decoded = try pixels(result!, U2NET_PICTURE)
      let difference = zip(decoded.samples, photo.samples).map { abs(Int($0) - Int($1)) }.max()!
      #expect(decoded.width == 120 && decoded.height == 90 && difference <= (format == U2NET_JPEG ? 60 : 0))
    }
  }

  @Test func severalThreadsShareADetector() async throws {
    try await withThrowingTaskGroup(of: [UInt8].self) { group in
      nonisolated(unsafe) let detector = try shared()
      for _ in 0..<8 {
        group.addTask {
          var mask: [UInt8] = []
          try process(detector) { _ in
          } _: {
            mask = try pixels($0, U2NET_MASK).samples
          }
          return mask
        }
      }
      var masks: Set<[UInt8]> = []
      for try await mask in group { masks.insert(mask) }
      #expect(masks.count == 1 && masks.first?.count == 120 * 90)
      u2net_detector_free(detector)
    }
  }

  private func shared() throws -> OpaquePointer {
    var options = u2net_detector_options.initial, detector: OpaquePointer?
    (options.input_size, options.photos_at_once) = (64, 2)
    try #require(u2net_detector_create(&options, &detector) == U2NET_OK)
    return detector!
  }
}
