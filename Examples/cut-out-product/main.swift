// Cuts the object out of a product photo and crops the picture to it:
//
//     swift run -c release cut-out-product photo.jpg object.png

import U2NetImageFiles
import U2Net

let arguments = CommandLine.arguments
guard arguments.count == 3 else { fatalError("usage: cut-out-product PHOTO OUT.png") }

let photo = try Image<UInt8>(contentsOf: arguments[1])
let saliency = SaliencyDetector().detect(in: photo)
guard let bounds = saliency.bounds() else { fatalError("\(arguments[1]): no salient object") }
try saliency.cutout(of: photo).cropped(to: bounds).writePNG(to: arguments[2])
print("\(arguments[2]): \(bounds.width)×\(bounds.height) of \(photo.width)×\(photo.height) pixels")
