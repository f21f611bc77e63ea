// swift-tools-version:6.0
import PackageDescription

let package = Package(
  name: "u2net",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "u2net", targets: ["u2net-cli"]),
    .library(name: "U2Net", targets: ["U2Net", "Images", "Matting", "Safetensors"]),
    .library(name: "PhotoPipeline", targets: ["PhotoPipeline"]),
    .library(name: "RSU", targets: ["RSU"]),
    .library(name: "Evaluation", targets: ["Evaluation", "Images"]),
    .library(name: "Training", targets: ["Training", "Gradients"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: [
    // The network: one definition, several interpreters.
    .target(name: "CKernels", exclude: ["templates"]),
    .target(name: "Compute", dependencies: ["CKernels", "COpenBLAS"]),
    .target(name: "RSU", dependencies: ["Compute"]),
    .target(name: "U2Net", dependencies: ["RSU", "Safetensors", "EmbeddedWeights", "Images", "Machine"]),

    // Weights.
    .target(name: "EmbeddedWeights"),
    .target(name: "Safetensors", dependencies: ["Compute", "Files"]),
    .target(
      name: "WeightFiles",
      dependencies: ["Safetensors", "CZip", "CCrypto", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["ONNX/onnx.proto", "ONNX/regenerate.sh"]),

    // Pictures.
    .target(name: "CImageCodecs", dependencies: ["CPNG", "CZlib", "CJPEG", "CWebP", "CLCMS"]),
    .target(name: "Images", dependencies: ["CImageCodecs", "CZlib", "Files"]),
    .target(name: "Files", dependencies: ["CXattr"]),
    .target(name: "Machine", dependencies: ["Files"]),
    .target(name: "CMatting"),
    .target(name: "Matting", dependencies: ["CMatting", "Images"]),
    .target(name: "Evaluation", dependencies: ["Files", "Images"]),

    // Photos: which there are, what becomes of them, what they take.
    .target(name: "PhotoPipeline", dependencies: ["Files", "Images", "Machine", "Matting", "U2Net"]),

    // Training.
    .target(name: "CGradientKernels", dependencies: ["CKernels"], exclude: ["templates"]),
    .target(name: "Gradients", dependencies: ["CGradientKernels", "Compute"]),
    .target(name: "Training", dependencies: ["Gradients", "U2Net", "Safetensors", "Images", "Evaluation", "Files"]),
    .executableTarget(name: "u2net-train-bench", dependencies: ["Gradients", "Training"], path: "Benchmarks/training"),

    .executableTarget(
      name: "u2net-cli",
      dependencies: [
        "Evaluation", "Files", "Images", "Machine", "Matting", "PhotoPipeline", "Training", "U2Net", "WeightFiles",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .executableTarget(
      name: "cut-out-product", dependencies: ["U2Net", "Images"], path: "Examples/cut-out-product"),

    // System libraries.
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CXattr"),  // Of the C library itself.
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CWebP", pkgConfig: "libwebpdemux", providers: [.apt(["libwebp-dev"])]),
    .systemLibrary(name: "CLCMS", pkgConfig: "lcms2", providers: [.apt(["liblcms2-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    .target(name: "ComputeTestSupport", dependencies: ["Compute"], path: "Tests/ComputeTestSupport"),
    .testTarget(
      name: "ComputeTests", dependencies: ["CKernels", "Compute", "ComputeTestSupport"], exclude: ["Fixtures"]),
    .testTarget(
      name: "GradientsTests",
      dependencies: ["CGradientKernels", "CKernels", "Compute", "ComputeTestSupport", "Gradients", "RSU"]),
    .testTarget(name: "RSUTests", dependencies: ["RSU"]),
    .testTarget(name: "U2NetTests", dependencies: ["Gradients", "U2Net", "WeightFiles"], exclude: ["Fixtures"]),
    .testTarget(name: "SafetensorsTests", dependencies: ["Safetensors"]),
    .testTarget(
      name: "WeightFilesTests",
      dependencies: ["WeightFiles", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "FilesTests", dependencies: ["Files"]),
    .testTarget(name: "MachineTests", dependencies: ["Files", "Machine"]),
    .testTarget(name: "PipelineTests", dependencies: ["Files", "Images", "PhotoPipeline"]),
    .testTarget(name: "ImagesTests", dependencies: ["Images", "Files"], resources: [.copy("Fixtures")]),
    .testTarget(name: "MattingTests", dependencies: ["Matting"], resources: [.copy("Fixtures")]),
    .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "Images"], exclude: ["Fixtures"]),
    .testTarget(name: "TrainingTests", dependencies: ["Gradients", "Training"], exclude: ["Fixtures"]),
    .testTarget(
      name: "u2net-cliTests",
      dependencies: [
        "u2net-cli", "cut-out-product", "Files", "Images", "Matting", "PhotoPipeline",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ]
)
