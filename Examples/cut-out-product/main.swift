// Cuts the object out of a product photo and crops the picture to it.
//
// $ cut-out-product Examples/photos/coffee.png cup.png
// > ok: about 450×420 pixels

import U2Net

let arguments = CommandLine.arguments
guard arguments.count == 3 else { fatalError("usage: cut-out-product PHOTO OUT.png") }

var settings = PhotoSettings()
settings.cutout.layout = CutoutLayout(margin: .share(0.05))
let processor = try PhotoProcessor(settings: settings, for: .onePhoto)
let product = try processor.process(.file(arguments[1]), into: [.cutout])
try product.results[0].write(to: arguments[2])
let picture = try Image<UInt8>(contentsOf: arguments[2])
func tens(_ pixels: Int) -> Int { (pixels + 5) / 10 * 10 }
print("\(product.verdict.finding): about \(tens(picture.width))×\(tens(picture.height)) pixels")
