import Testing
import U2Net

/// rembg's arguments, as its extras have them.
struct RembgArgumentsTests {
  private func problem(_ extras: String) -> String {
    var arguments = RembgArguments()
    do { try arguments.apply(extras: extras) } catch { return "\(error)" }
    return "none"
  }

  @Test func extrasSayWhatFlagsSay() throws {
    var arguments = RembgArguments()
    #expect(arguments.mask == MaskSettings() && arguments.cutout.background == nil && !arguments.cutout.keepsColors)
    try arguments.apply(
      extras: """
        {"alpha_matting": true, "alpha_matting_foreground_threshold": 200, "alpha_matting_background_threshold": 20,
         "alpha_matting_erode_size": 5, "only_mask": true, "post_process_mask": true, "bgcolor": [1, 2, 3, 255],
         "model_path": "a b.onnx", "putalpha": true}
        """)
    #expect(arguments.onlyMask && arguments.mask.postProcesses && arguments.modelPath == "a b.onnx")
    #expect(
      arguments.mask.matting == TrimapOptions(foregroundThreshold: 200, backgroundThreshold: 20, erosion: 5))
    #expect(arguments.mask.mattingMethod == .exact)
    #expect(arguments.background == Color(red: 1, green: 2, blue: 3))
    // Matting has colours of its own, whatever putalpha says.
    #expect(!arguments.cutout.keepsColors)
    try arguments.apply(extras: #"{"alpha_matting": false, "only_mask": null}"#)
    #expect(arguments.cutout.keepsColors && arguments.mask.matting == nil && arguments.onlyMask)
  }

  @Test func whatChangesNothingIsAccepted() {
    #expect(
      problem(
        #"{"decontaminate": true, "force_return_bytes": true, "vitmatte": false, "providers": ["CPUExecutionProvider"]}"#
      )
        == "none")
    #expect(problem("{}") == "none")
  }

  @Test func whatCannotBeHeededIsNamed() {
    for (extras, words) in [
      (#"{"sam_prompt": []}"#, ["sam_prompt", "without a prompt"]),
      (#"{"cc": "left"}"#, ["cc", "upper, lower or full"]),
      (#"{"vitmatte": true}"#, ["vitmatte", "closed-form matting"]), (#"{"vitmatte_model": "x"}"#, ["closed-form"]),
      (#"{"api_key": "k"}"#, ["api_key", "nothing leaves"]),
      (#"{"colour": 1}"#, ["colour", "nothing here is called so"]),
      (#"{"providers": ["CUDAExecutionProvider"]}"#, ["providers", "processor"]),
      (#"{"only_mask": 1}"#, ["only_mask", "true or false"]),
      (#"{"bgcolor": [1, 2, 3]}"#, ["bgcolor", "four numbers"]),
      (#"{"bgcolor": [1, 2, 3, 256]}"#, ["bgcolor"]), (#"{"model_path": ""}"#, ["model_path"]),
      (#"{"alpha_matting_foreground_threshold": 256}"#, ["foreground_threshold", "0 to 255"]),
      (#"{"alpha_matting_erode_size": "10"}"#, ["erode_size", "whole number"]),
      ("[1]", ["JSON object", "[1]"]), ("{", ["JSON object"]), ("", ["JSON object"]),
    ] {
      let problem = problem(extras)
      #expect(words.allSatisfy(problem.contains), "\(extras): \(problem)")
    }
  }

  @Test func modelsHaveTheirWeights() throws {
    var arguments = RembgArguments()
    for (name, model) in [
      ("u2net", Model.full), ("full", .full), ("u2netp", .lite), ("lite", .lite), ("isnet-general-use", .isnet),
    ] {
      #expect(try arguments.weights(of: name) == .model(model))
    }
    func problem(_ name: String) -> String {
      do { return "\(try arguments.weights(of: name))" } catch { return "\(error)" }
    }
    for name in ["birefnet-general", "bria-rmbg", "sam"] {
      let problem = problem(name)
      for word in ["'\(name)'", "u2net (full)", "u2netp (lite)", "u2net_custom"] {
        #expect(problem.contains(word), "\(problem)")
      }
    }
    #expect(problem("u2net_custom").contains("model_path"))
    arguments.modelPath = "w.onnx"
    #expect(try arguments.weights(of: "u2net_custom") == .file("w.onnx"))
    #expect(problem("u2net").contains("u2net_custom only"))
    arguments.modelPath = "~/w.onnx"
    guard case .file(let path) = try arguments.weights(of: "u2net_custom") else { throw Unexpected() }
    #expect(path.hasSuffix("/w.onnx") && !path.hasPrefix("~"))
  }

  private struct Unexpected: Error {}
}
