import Testing
import U2Net
import U2NetCHeader
@testable import U2NetCInterface

var lastMessage: String { String(cString: u2net_error()) }

/// A disc on grey, as a file's samples are.
let photo = Image<UInt8>(width: 120, height: 90, channels: .rgb) { samples in
  for y in 0..<90 {
    for x in 0..<120 {
      let isInside = (x - 60) * (x - 60) + (y - 45) * (y - 45) <= 30 * 30
      for c in 0..<3 { samples[3 * (120 * y + x) + c] = isInside ? [220, 60, 40][c] : UInt8(90 + 20 * c) }
    }
  }
}

/// A detector of a small input for the time of `body`.
func withDetector<Result>(
  _ change: (inout u2net_detector_options) -> Void = { _ in }, _ body: (OpaquePointer) throws -> Result
) throws -> Result {
  var options = u2net_detector_options.initial
  options.input_size = 64
  change(&options)
  var detector: OpaquePointer?
  try #require(u2net_detector_create(&options, &detector) == U2NET_OK, "\(lastMessage)")
  defer { u2net_detector_free(detector) }
  return try body(detector!)
}

/// What a call with a picture in memory comes to; `body` gets the result, if there is one.
@discardableResult
func process(
  _ detector: OpaquePointer?, _ image: Image<UInt8> = photo, layout: Int = U2NET_RGB, bytesPerRow: Int = 0,
  _ change: (inout u2net_options) -> Void = { _ in }, _ body: (OpaquePointer) throws -> Void = { _ in }
) throws -> Int {
  try image.samples.withUnsafeBytes { samples in
    var picture = u2net_picture.initial
    (picture.pixels, picture.width, picture.height) = (samples.baseAddress, Int32(image.width), Int32(image.height))
    (picture.layout, picture.bytes_per_row) = (Int32(layout), bytesPerRow)
    return try withUnsafePointer(to: picture) { picture in
      var source = u2net_photo.initial, options = u2net_options.initial
      source.picture = picture
      change(&options)
      var result: OpaquePointer?
      let status = u2net_process(detector, &source, &options, &result)
      #expect((status == U2NET_OK) == (result != nil))
      if let result {
        defer { u2net_result_free(result) }
        try body(result)
      }
      return Int(status)
    }
  }
}

/// The pixels of a result, 8 bits.
func pixels(_ result: OpaquePointer, _ what: Int) throws -> Image<UInt8> {
  var picture = u2net_picture.initial
  try #require(u2net_result_picture(result, UInt32(what), &picture) == U2NET_OK, "\(lastMessage)")
  return Image(try picture.buffer())
}

/// The bytes of a result's file.
func file(_ result: OpaquePointer, _ what: Int) throws -> [UInt8] {
  var bytes: UnsafeRawPointer?, count = 0
  try #require(u2net_result_file(result, UInt32(what), &bytes, &count) == U2NET_OK, "\(lastMessage)")
  return [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
}

func == (status: u2net_status, constant: Int) -> Bool { Int(status) == constant }
