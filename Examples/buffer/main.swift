// A picture that lies in memory, as a video decoder has it: BGRX, rows further apart than they are long. It is read there.
//
// $ buffer
// > 640×360 pixels, rows of 2624 bytes
// > ok, 9 % of the picture
// > the mask has 640×360 pixels

import U2Net

let (width, height, bytesPerRow) = (640, 360, 2624)
var frame = [UInt8](repeating: 0, count: height * bytesPerRow)
for y in 0..<height {
  for x in 0..<width {
    let isObject = (x - 400) * (x - 400) + (y - 180) * (y - 180) < 80 * 80
    let color: [UInt8] = isObject ? [30, 60, 210] : [90, UInt8(110 + x / 16), 100]  // blue, green, red
    for (c, value) in color.enumerated() { frame[y * bytesPerRow + 4 * x + c] = value }
  }
}
print("\(width)×\(height) pixels, rows of \(bytesPerRow) bytes")

let detector = SaliencyDetector()
let saliency = frame.withUnsafeBytes { memory in
  detector.detect(
    in: PixelBuffer(memory: memory, width: width, height: height, layout: .bgrx, bytesPerRow: bytesPerRow))
}
let verdict = Verdict(map: saliency.maps[.fused]!)
print("\(verdict.finding), \(Int((verdict.coverage * 100).rounded())) % of the picture")
let mask = saliency.mask()
print("the mask has \(mask.width)×\(mask.height) pixels")
