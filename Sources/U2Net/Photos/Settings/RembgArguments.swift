#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What rembg 2.0.86 is told by arguments of `rembg.remove`, and what it means here. The defaults are rembg's.
public struct RembgArguments: Equatable, Sendable {
  /// `alpha_matting`: whether to solve for the alpha of soft edges.
  public var alphaMatting = false
  /// `alpha_matting_foreground_threshold`, `…_background_threshold` and `…_erode_size`, which alpha matting goes by.
  public var trimap = TrimapOptions()
  /// `only_mask`: whether the mask is wanted, not the cut-out.
  public var onlyMask = false
  /// `post_process_mask`: whether the mask is smoothed and then black or white only.
  public var postProcessesMask = false
  /// `putalpha`: whether soft edges keep the photo's colours. Alpha matting has colours of its own, as there.
  public var keepsColors = false
  /// `bgcolor`: what is put behind the object; nil: transparency.
  public var background: Color?
  /// `cloth_category`: of the model u2net_cloth_seg the clothes that are wanted; nil: all, in one mask rather than three on top of
  /// each other.
  public var clothes: Clothes?
  /// `model_path`: the weights of the model u2net_custom.
  public var modelPath: String?

  /// rembg's defaults.
  public init() {}

  /// What a mask is made by.
  public var mask: MaskSettings {
    var settings = MaskSettings()
    (settings.postProcesses, settings.matting) = (postProcessesMask, alphaMatting ? trimap : nil)
    if alphaMatting { settings.mattingMethod = .exact }
    return settings
  }

  /// What a cut-out looks like.
  public var cutout: CutoutSettings {
    var settings = CutoutSettings()
    (settings.keepsColors, settings.background) = (keepsColors && !alphaMatting, background.map { .color($0) })
    return settings
  }

  /// The weights that one of rembg's names for models means.
  public enum Weights: Equatable, Sendable {
    /// Published ones.
    case model(Model)
    /// Those of a file, whose name begins with the home folder where rembg's does with "~".
    case file(String)
  }

  /// The weights of a model.
  /// - Parameter name: as rembg has it, or one of `Model`'s.
  /// - Throws: `PipelineError` if it is not here, or does not go with `modelPath`.
  public func weights(of name: String) throws(PipelineError) -> Weights {
    if name == Self.custom {
      guard let modelPath else {
        throw PipelineError(usage: "model \(name) needs {\"model_path\": \"FILE\"} among the extras")
      }
      let isAtHome = modelPath.hasPrefix("~/"), home = ProcessInfo.processInfo.environment["HOME"]
      return .file(isAtHome ? (home ?? "~") + modelPath.dropFirst() : modelPath)
    }
    guard let model = Model(name: name) else {
      let here = Model.allCases.map { "\($0.publishedName) (\($0.rawValue))" }.joined(separator: ", ")
      throw PipelineError(
        usage: "model '\(name)' is not here; there are \(here), and for weights of a file \(Self.custom) with "
          + "{\"model_path\": \"FILE\"} among the extras")
    }
    guard modelPath == nil else { throw PipelineError(usage: "model_path goes with the model \(Self.custom) only") }
    return .model(model)
  }

  private static let custom = "u2net_custom"

  /// Why ViTMatte cannot be had, and what to do instead.
  public static let withoutViTMatte =
    "there is no ViTMatte here: alpha matting, -a, solves for soft edges by closed-form matting instead"

  /// Takes what rembg's `--extras` say: a JSON object of arguments, of which those that change nothing here are accepted, too.
  /// - Throws: `PipelineError` naming the first argument that cannot be heeded, and why.
  public mutating func apply(extras json: String) throws(PipelineError) {
    let extras: [String: Extra]
    do { extras = try JSONDecoder().decode([String: Extra].self, from: Data(json.utf8)) } catch {
      throw PipelineError(usage: "the extras must be a JSON object, such as {\"putalpha\": true}, not \(json)")
    }
    for (name, value) in extras.sorted(by: { $0.key < $1.key }) {
      switch (name, value) {
      case (_, .null): break
      case ("alpha_matting", .flag(let isOn)): alphaMatting = isOn
      case ("alpha_matting_foreground_threshold", .number(let level)) where 0...255 ~= level:
        trimap.foregroundThreshold = UInt8(level)
      case ("alpha_matting_background_threshold", .number(let level)) where 0...255 ~= level:
        trimap.backgroundThreshold = UInt8(level)
      case ("alpha_matting_erode_size", .number(let pixels)): trimap.erosion = pixels
      case ("only_mask", .flag(let isOn)): onlyMask = isOn
      case ("post_process_mask", .flag(let isOn)): postProcessesMask = isOn
      case ("putalpha", .flag(let isOn)): keepsColors = isOn
      case ("bgcolor", .list(let numbers)) where numbers.count == 4 && numbers.allSatisfy({ $0.level != nil }):
        let levels = numbers.map { $0.level! }
        background = Color(red: levels[0], green: levels[1], blue: levels[2], alpha: levels[3])
      case ("cc", .text(let name)) where Self.clothes[name] != nil,
        ("cloth_category", .text(let name)) where Self.clothes[name] != nil:
        clothes = Self.clothes[name]
      case ("model_path", .text(let path)) where !path.isEmpty: modelPath = path
      // Colours are estimated in any case, files have bytes in any case, and all is done by the processor.
      case ("decontaminate", .flag), ("force_return_bytes", .flag), ("vitmatte", .flag(false)): break
      case ("providers", .list([.text("CPUExecutionProvider")])): break
      default: throw PipelineError(usage: "extras: \(name): \(Self.refusal(of: name))")
      }
    }
  }

  private static let clothes: [String: Clothes] = ["upper": .upper, "lower": .lower, "full": .full]

  private static func refusal(of name: String) -> String {
    switch name {
    case "vitmatte", "vitmatte_model": withoutViTMatte
    case "providers": "everything is done by the processor here: leave it out"
    case "sam_prompt", "sam_model", "sam_quant":
      "for rembg's model sam, which is not here: what stands out is found without a prompt"
    case "cc", "cloth_category": "must be upper, lower or full"
    case "api_key", "model", "timeout", "poll_timeout":
      "for rembg's models on other machines; here nothing leaves this one"
    case "alpha_matting", "only_mask", "post_process_mask", "putalpha", "decontaminate", "force_return_bytes":
      "must be true or false"
    case "alpha_matting_foreground_threshold", "alpha_matting_background_threshold": "must be 0 to 255"
    case "alpha_matting_erode_size": "must be a whole number"
    case "bgcolor": "must be four numbers, 0 to 255"
    case "model_path": "must be the name of a file"
    default: "nothing here is called so"
    }
  }
}

/// A value of a JSON object.
private enum Extra: Decodable, Equatable {
  case null, flag(Bool), number(Int), text(String), list([Extra]), other

  /// A whole number that is one of a colour's.
  var level: UInt8? { if case .number(let number) = self { UInt8(exactly: number) } else { nil } }

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? value.decode(Int.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else {
      self = (try? value.decode([Extra].self)).map { .list($0) } ?? .other
    }
  }
}

extension RembgArguments {
  /// rembg takes a colour as four arguments; here it is one, "R,G,B,A".
  /// - Parameter arguments: a command line.
  package static func joiningColors(_ arguments: [String]) -> [String] {
    guard ["i", "p", "b"].contains(arguments.first),
      let at = arguments.firstIndex(where: { ["-bgc", "--bgcolor"].contains($0) })
    else { return arguments }
    let numbers = arguments[(at + 1)...].prefix(4)
    guard numbers.count == 4, numbers.allSatisfy({ Int($0) != nil }) else { return arguments }
    return arguments[...at] + [numbers.joined(separator: ",")] + arguments[(at + 5)...]
  }
}
