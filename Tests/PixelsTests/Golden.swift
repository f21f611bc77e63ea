import Foundation

/// What pictures are to be resampled to, by Fixtures/make_goldens.py.
struct Golden: Decodable {
  struct Bytes: Decodable {
    let sizes: [Int]
    let filter: String
    let channels: Int
    let start: [UInt8]
    let fnv: String
  }

  struct Floats: Decodable {
    let sizes: [Int]
    let filter: String
    let sum: Double
    let start: [Float]
    let end: [Float]
  }

  struct Unantialiased: Decodable {
    let sizes: [Int]
    let least: UInt8
    let sum: Double
    let start: [Float]
    let end: [Float]
  }

  let bytes: [Bytes]
  let floats: [Floats]
  let unantialiased: [Unantialiased]

  static let values: Golden = {
    let file = Bundle.module.bundleURL.appendingPathComponent("Fixtures/resampling.json")
    return try! JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }()
}
