import Foundation
import U2NetImageFiles
import U2NetTraining

/// A folder that is gone with the last reference.
final class DataFolder {
  let path = FileManager.default.temporaryDirectory.appending(path: "training-\(UUID())").path

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Dark photos of 40×40 pixels with a bright square somewhere, which is the mask: `count` of each in two folders.
  @discardableResult
  func write(_ count: Int, photos: String = "images", masks: String = "masks") throws -> (photos: String, masks: String)
  {
    let folders = (photos: "\(path)/\(photos)", masks: "\(path)/\(masks)")
    for folder in [folders.photos, folders.masks] {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    for n in 0..<count {
      let side = 40, at = 4 + 3 * n
      let isInside = (0..<side * side).map { i in
        (at..<at + 16).contains(i / side) && (at..<at + 16).contains(i % side)
      }
      try Image<UInt8>(
        width: side, height: side, channels: .rgb,
        samples: isInside.enumerated().flatMap { i, inside in
          inside ? [250, 200, UInt8(180 + i % 50)] : [UInt8(i % 60), 20, 30]
        }
      ).writePNG(to: "\(folders.photos)/\(n).png")
      try Image<UInt8>(width: side, height: side, channels: .gray, samples: isInside.map { $0 ? 255 : 0 })
        .writePNG(to: "\(folders.masks)/\(n).png")
    }
    return folders
  }

  func dataset(_ count: Int) throws -> Dataset {
    let (photos, masks) = try write(count)
    return try Dataset(photos: photos, masks: masks)
  }
}
