import U2NetCompute

/// The names that the authors' checkpoints give to a layer's tensors.
///
/// En_3, layer 2d → `stage3.rebnconv2d.conv_s1.weight`, `stage3.rebnconv2d.bn_s1.running_mean`, …;
/// De_3 → `stage3d.…`; side1 → `side1.weight`; fusion → `outconv.weight`; stem → `conv_in.weight`.
package struct ParameterNames {
  private let convolution: String
  private let normalization: String

  package init(_ layer: LayerName) {
    if layer.layer.isEmpty {
      convolution = ["fusion": "outconv", "stem": "conv_in"][layer.stage] ?? layer.stage
      normalization = ""
    } else {
      let (kind, number) = (layer.stage.prefix(3), layer.stage.dropFirst(3))
      let module = "stage\(number)\(kind == "De_" ? "d" : "").rebnconv\(layer.layer)"
      convolution = "\(module).conv_s1"
      normalization = "\(module).bn_s1"
    }
  }

  package var weight: String { "\(convolution).weight" }
  package var bias: String { "\(convolution).bias" }
  package var gamma: String { "\(normalization).weight" }
  package var beta: String { "\(normalization).bias" }
  package var mean: String { "\(normalization).running_mean" }
  package var variance: String { "\(normalization).running_var" }
  package var normalizationNames: [String] { [gamma, beta, mean, variance] }

  /// What the names of the optimiser's tensors in a checkpoint of this package begin with.
  package static let optimizer = "adam."
  /// What goes before the names of the values that training goes on with, where the file's own are their running mean.
  package static let live = "live."

  /// Bookkeeping of a framework or of a training that has no influence on the network.
  package static func isIgnored(_ name: String) -> Bool {
    name.hasSuffix(".num_batches_tracked") || name.hasPrefix(optimizer) || name.hasPrefix(live)
  }
}
