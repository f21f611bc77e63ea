// swift-tools-version:6.0
import PackageDescription

// A package outside the library, which knows of it what any other package does: its products.
let u2net = Target.Dependency.product(name: "U2Net", package: "u2net")
let blocks = Target.Dependency.product(name: "RSU", package: "u2net")
let training = Target.Dependency.product(name: "Training", package: "u2net")

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, path: name)
}

let package = Package(
  name: "examples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "u2net", path: "..")],
  targets: [
    .target(name: "Shapes", dependencies: [u2net], path: "shapes"),
    program("buffer", [u2net]),
    program("cut-out-product", [u2net]),
    program("fine-tune", [training, "Shapes"]),
    program("hundred-photos", [u2net, "Shapes"]),
    program("own-block", [blocks, training, "Shapes"]),
  ]
)
