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

  @Argument(help: "The weights: an ONNX graph, a PyTorch checkpoint or a safetensors file.")
  var input: String

  @Argument(help: "The .safetensors file to write.")
  var output: String

  func validate() throws {
    guard output != "-" else { throw ValidationError("weights cannot go to standard output: name a file") }
  }

  func run() throws {
    let input = FilePath(argument: input), output = FilePath(argument: output)
    guard input.resolved != output.resolved else {
      throw CommandFailure("\(output): the result would replace the weights that are read; choose another name")
    }
    try output.checkExtension(among: ["safetensors"], "weights are written as safetensors")
    let conversion = try Conversion(input)
    try conversion.write(to: output)
    print(conversion.summary)
    print("written: \(output)")
  }
}

extension FilePath {
  /// A name that promises another kind of file than it would get is refused; one without an extension promises nothing.
  /// - Parameters:
  ///   - extensions: what the name may end in, the usual one first.
  ///   - fact: what is written, for the error message.
  func checkExtension(among extensions: [String], _ fact: String) throws(CommandFailure) {
    guard fileExtension.isEmpty || extensions.contains(fileExtension) || isSpecial else {
      throw CommandFailure(
        "\(self): \(fact), and nothing else can be written here: choose a name that ends in .\(extensions[0])")
    }
  }
}
