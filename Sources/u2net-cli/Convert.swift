import U2NetPlatform
import ArgumentParser
import U2NetFiles
import U2Net

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn trained weights (.onnx, .pth, .safetensors) into a .safetensors file.",
    discussion: """
      Recognises the full and the lite U²-Net, and other widths of the same blocks, from the shapes. Nothing in \
      a .pth file is executed.
      """)

  @Argument(help: "The weights: an ONNX graph, a PyTorch checkpoint or a safetensors file.", completion: .file())
  var input: String

  @Argument(help: "The .safetensors file to write.", completion: .file())
  var output: String

  func validate() throws {
    guard output != "-" else { throw ValidationError("weights cannot go to standard output: name a file") }
  }

  func run() throws {
    let input = FilePath(argument: input), output = FilePath(output: output)
    try output.checkExtension(among: ["safetensors"], "weights are written as safetensors")
    var inUse = FilesInUse()
    inUse.add(input, as: "the weights that are read")
    try inUse.check(output)
    let conversion = try Conversion(input)
    try conversion.write(to: output)
    tell(conversion.summary + ["written: \(output)"])
  }
}
