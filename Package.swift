// swift-tools-version:6.1
import PackageDescription

/// A room of the house: module `U2NetCompute` lies in `Sources/Compute`, so that no module's name is another package's, too.
func room(
  _ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil, exclude: [String] = []
) -> Target {
  .target(name: "U2Net" + name, dependencies: dependencies, path: path ?? "Sources/\(name)", exclude: exclude)
}

/// A library of the system's, with the Debian package that it comes from.
func system(_ name: String, pkgConfig: String? = nil, apt package: String? = nil) -> Target {
  .systemLibrary(
    name: "U2Net" + name, path: "Sources/\(name)", pkgConfig: pkgConfig,
    providers: package.map { [.apt([$0])] })
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

let package = Package(
  name: "u2net",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "u2net", targets: ["u2net-cli"]),
    .library(name: "U2Net", targets: ["U2Net"]),
    .library(name: "U2NetNetwork", targets: ["U2NetNetwork", "U2NetPixels"]),
    .library(name: "RSU", targets: ["RSU", "U2NetNetwork"]),
    .library(name: "Evaluation", targets: ["U2NetEvaluation"]),
    .library(name: "Training", targets: ["U2NetTraining"]),
    // What scripts/c-library makes libu2net.so of.
    .library(name: "U2NetC", type: .static, targets: ["U2NetCInterface"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // Its traits, which nothing here needs, would bring all of Foundation and ICU: 45 MB in a program with the runtime inside.
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
  ],
  targets: [
    // The machine: the C library, files, memory and cores.
    room("Platform"),
    room("Files", ["U2NetPlatform", "U2NetCXattr"]),
    room("Machine", ["U2NetFiles", "U2NetPlatform", "U2NetCMalloc"]),

    // The network: one definition, several interpreters.
    room("CKernels", exclude: ["templates"]),
    room("Compute", ["U2NetCKernels", "U2NetPlatform"]),
    .target(name: "RSU", dependencies: ["U2NetCompute"]),
    room(
      "Network",
      [
        "RSU", "U2NetCompute", "U2NetEmbeddedWeights", "U2NetMachine", "U2NetMatting", "U2NetPixels", "U2NetPlatform",
        "U2NetSafetensors",
      ],
      path: "Sources/U2Net/Network"),

    // Weights.
    room("EmbeddedWeights"),
    room(
      "WeightBase", ["U2NetCompute", "U2NetFiles", "U2NetMachine", "U2NetPlatform"], path: "Sources/WeightFiles/Base"),
    room(
      "Safetensors", ["U2NetCompute", "U2NetFiles", "U2NetWeightBase"], path: "Sources/WeightFiles/Safetensors"),
    room(
      "WeightFiles",
      [
        "U2NetCompute", "U2NetFiles", "U2NetPlatform", "U2NetSafetensors", "U2NetWeightBase", "U2NetCZip",
        "U2NetCCrypto", protobuf,
      ],
      exclude: ["Base", "Safetensors", "ONNX/onnx.proto", "ONNX/regenerate.sh"]),

    // Pictures: pixels, which need no library, and their files.
    room("Pixels", ["U2NetPlatform"]),
    room("CImageCodecs", ["U2NetCPNG", "U2NetCZlib", "U2NetCJPEG", "U2NetCWebP", "U2NetCLCMS"]),
    room("ImageFiles", ["U2NetCImageCodecs", "U2NetCZlib", "U2NetFiles", "U2NetPixels", "U2NetPlatform"]),
    room("CMatting"),
    room("Matting", ["U2NetCMatting", "U2NetPixels", "U2NetPlatform"]),
    room("Reports", ["U2NetFiles", "U2NetImageFiles", "U2NetPixels", "U2NetPlatform"]),
    room(
      "Evaluation",
      ["U2NetFiles", "U2NetImageFiles", "U2NetMachine", "U2NetMatting", "U2NetPixels", "U2NetPlatform", "U2NetReports"]),

    // Photos: which there are, what becomes of them, what they take. With the network, all that a program needs that
    // masks and cuts out.
    .target(
      name: "U2Net",
      dependencies: [
        "RSU", "U2NetCompute", "U2NetFiles", "U2NetImageFiles", "U2NetMachine", "U2NetMatting", "U2NetNetwork",
        "U2NetPlatform", "U2NetSafetensors", "U2NetWeightBase", "U2NetWeightFiles",
      ],
      exclude: ["Network"]),

    // All of this for C, and for whatever calls C.
    .systemLibrary(name: "U2NetCHeader", path: "Sources/CU2Net"),
    room("CInterface", ["U2Net", "U2NetCHeader", "U2NetFiles", "U2NetPlatform"]),

    // Training.
    room("CGradientKernels", ["U2NetCKernels"], exclude: ["templates"]),
    room("Gradients", ["U2NetCGradientKernels", "U2NetCKernels", "U2NetCompute", "U2NetPlatform"]),
    room(
      "Training",
      [
        "RSU", "U2NetCompute", "U2NetEvaluation", "U2NetFiles", "U2NetGradients", "U2NetImageFiles", "U2NetMachine",
        "U2NetNetwork", "U2NetPixels", "U2NetPlatform", "U2NetReports", "U2NetSafetensors",
      ]),
    .executableTarget(
      name: "u2net-train-bench",
      dependencies: ["RSU", "U2NetCompute", "U2NetGradients", "U2NetNetwork", "U2NetPlatform", "U2NetTraining"],
      path: "Benchmarks/training"),

    .executableTarget(
      name: "u2net-cli",
      dependencies: [
        "RSU", "U2Net", "U2NetCompute", "U2NetEvaluation", "U2NetFiles", "U2NetImageFiles", "U2NetMachine",
        "U2NetMatting", "U2NetPlatform", "U2NetTraining", argumentParser,
      ]),

    // System libraries.
    system("COpenBLAS", pkgConfig: "openblas", apt: "libopenblas-dev"),
    system("CMalloc"),  // Of the C library itself.
    system("CXattr"),
    system("CPNG", pkgConfig: "libpng", apt: "libpng-dev"),
    system("CJPEG", pkgConfig: "libjpeg", apt: "libjpeg-dev"),
    system("CWebP", pkgConfig: "libwebpdemux", apt: "libwebp-dev"),
    system("CLCMS", pkgConfig: "lcms2", apt: "liblcms2-dev"),
    system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    system("CZip", pkgConfig: "libzip", apt: "libzip-dev"),
    system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),

    .target(
      name: "ComputeTestSupport", dependencies: ["U2NetCompute", "U2NetCOpenBLAS", "U2NetPlatform"],
      path: "Tests/ComputeTestSupport"),
    .target(
      name: "NetworkTestSupport", dependencies: ["U2NetCompute", "U2NetNetwork", "U2NetPlatform", "U2NetSafetensors"],
      path: "Tests/NetworkTestSupport"),
    .executableTarget(
      name: "u2net-maps", dependencies: ["NetworkTestSupport", "U2Net"], path: "Tests/onnx",
      exclude: ["check", "check.py"]),
    .testTarget(name: "PlatformTests", dependencies: ["U2NetPlatform"]),
    .testTarget(
      name: "ComputeTests",
      dependencies: ["ComputeTestSupport", "U2NetCKernels", "U2NetCompute", "U2NetPlatform"], exclude: ["Fixtures"]),
    .testTarget(
      name: "GradientsTests",
      dependencies: [
        "ComputeTestSupport", "RSU", "U2NetCGradientKernels", "U2NetCKernels", "U2NetCompute", "U2NetGradients",
        "U2NetPlatform",
      ]),
    .testTarget(name: "RSUTests", dependencies: ["RSU", "U2NetCompute"]),
    .testTarget(
      name: "U2NetTests",
      dependencies: [
        "ComputeTestSupport", "RSU", "U2NetCompute", "U2NetGradients", "U2NetMachine", "U2NetMatting", "U2NetNetwork",
        "U2NetPixels", "U2NetPlatform", "U2NetSafetensors", "U2NetWeightFiles",
      ],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "SafetensorsTests",
      dependencies: ["U2NetCompute", "U2NetPlatform", "U2NetSafetensors", "U2NetWeightBase"]),
    .testTarget(
      name: "WeightFilesTests",
      dependencies: [
        "NetworkTestSupport", "RSU", "U2Net", "U2NetCompute", "U2NetFiles", "U2NetNetwork", "U2NetPlatform",
        "U2NetSafetensors", "U2NetWeightBase", "U2NetWeightFiles", protobuf,
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "FilesTests", dependencies: ["U2NetFiles"]),
    .testTarget(name: "MachineTests", dependencies: ["U2NetFiles", "U2NetMachine"]),
    .testTarget(
      name: "PipelineTests", dependencies: ["U2Net", "U2NetFiles", "U2NetImageFiles"],
      exclude: ["make_picture_heads.py"]),
    .target(name: "PixelsTestSupport", dependencies: ["U2NetPixels"], path: "Tests/PixelsTestSupport"),
    .testTarget(
      name: "PixelsTests", dependencies: ["PixelsTestSupport", "U2NetPixels"], resources: [.copy("Fixtures")]),
    .testTarget(
      name: "ImageFilesTests", dependencies: ["PixelsTestSupport", "U2NetFiles", "U2NetImageFiles", "U2NetPlatform"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "MattingTests", dependencies: ["U2NetMatting", "U2NetPixels", "U2NetPlatform"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "CInterfaceTests", dependencies: ["U2Net", "U2NetCHeader", "U2NetCInterface", "U2NetPlatform"]),
    .testTarget(name: "ReportsTests", dependencies: ["U2NetImageFiles", "U2NetReports"]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["U2NetEvaluation", "U2NetFiles", "U2NetImageFiles", "U2NetPixels", "U2NetPlatform"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "RSU", "U2NetCompute", "U2NetEvaluation", "U2NetFiles", "U2NetGradients", "U2NetImageFiles", "U2NetNetwork",
        "U2NetPixels", "U2NetPlatform", "U2NetSafetensors", "U2NetTraining",
      ],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "u2net-cliTests",
      dependencies: [
        "u2net-cli", "U2Net", "U2NetFiles", "U2NetImageFiles", "U2NetMachine", "U2NetMatting", argumentParser,
      ]),
  ]
)

// Documentation is made by a plugin that nobody who builds needs: see `make docs`.
if Context.environment["U2NET_DOCUMENTATION"] != nil {
  package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
