import U2NetPlatform
import ArgumentParser
import U2NetFiles
import U2NetMachine
import U2Net

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn trained weights (.onnx, .pth, .safetensors) into a .safetensors or an .onnx file.",
    discussion: """
      Recognises the full and the lite U²-Net, and other widths of the same blocks, from the shapes; other blocks \
      where the file names them, as those of train and ablate do. Nothing in a .pth file is executed.

        u2net convert tuned.safetensors tuned.onnx               for pictures of 320×320
        u2net convert tuned.safetensors tuned.onnx --dynamic     for any size and number of pictures
        u2net convert u2net.pth u2net.safetensors --half         half as large
      """)

  @Argument(help: "The weights: an ONNX graph, a PyTorch checkpoint or a safetensors file.", completion: .file())
  var input: String

  @Argument(help: "The file to write: ONNX if its name ends in .onnx, else safetensors.", completion: .file())
  var output: String

  @Flag(help: "Write the convolutions' weights as float16, which halves the file; they are computed with as float32.")
  var half = false

  @Option(name: .shortAndLong, help: "What the weights were trained to see, where the file does not say so itself.")
  var model: Model?

  @Flag(help: "ONNX: take any number of pictures of any size from 32×32 on.")
  var dynamic = false

  @Option(
    name: .customLong("input-size"),
    help: "ONNX: side of the square that the network takes, 32 to 2048 pixels (default: what it was trained for).")
  var givenSize: Int?

  func validate() throws {
    guard output != "-" else { throw ValidationError("weights cannot go to standard output: name a file") }
    guard !dynamic || givenSize == nil else {
      throw ValidationError("--dynamic and --input-size exclude each other")
    }
    if let givenSize, !(32...2048).contains(givenSize) {
      throw ValidationError("--input-size must be 32 to 2048, not \(givenSize)")
    }
  }

  func run() throws {
    let input = FilePath(argument: input), output = FilePath(output: output)
    try Conversion.check(output, from: input)
    let isONNX = output.fileExtension == "onnx"
    if !isONNX, let flag = dynamic ? "--dynamic" : givenSize.map({ _ in "--input-size" }) {
      throw ValidationError("\(flag) has no effect on safetensors: choose a name that ends in .onnx")
    }
    let conversion = try Conversion(input, as: model), side = givenSize ?? conversion.network.input.size
    let onnx = isONNX ? dynamic ? ONNXInput.dynamic : .fixed(height: side, width: side) : nil
    try conversion.write(to: output, onnxFor: onnx, half: half)
    Console.tell(conversion.summary + ["written: \(output)"])
  }
}
