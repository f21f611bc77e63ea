/// The verbs of which residual U-blocks and U²-Net are made.
///
/// The network is written once over these verbs. Who interprets them decides what happens:
/// `GraphRecorder` writes them down for `Inference` to plan and run and for `Tape` to train, `Outline` adds up parameters
/// and multiplications, `ReceptiveFields` follows how far a layer sees. Legend: C channels, H rows, W columns.
public protocol Engine: AnyObject {
  /// One feature map as this interpreter sees it.
  associatedtype FeatureMap

  /// Convolution, then batch normalisation and ReLU where `layer` has them: C_in×H×W → C_out×H×W, or C_out×⌈H/2⌉×⌈W/2⌉ if its
  /// stride is 2.
  func convolution(_ x: FeatureMap, _ layer: Convolution) -> FeatureMap

  /// 2×2 max-pool, stride 2, ceil mode: C×H×W → C×⌈H/2⌉×⌈W/2⌉. A window cut by the border uses what is inside.
  func maxPool(_ x: FeatureMap) -> FeatureMap

  /// Adaptive average pooling: C×H×W → C×g×g. Cell i along an axis of n pixels is the mean of pixels
  /// ⌊i·n/g⌋ ..< ⌈(i+1)·n/g⌉, as PyTorch's AdaptiveAvgPool2d has it; neighbours overlap where g does not divide n.
  func averagePool(_ x: FeatureMap, cells g: Int) -> FeatureMap

  /// Bilinear resize (half-pixel centres, no corner alignment) to the H×W of `reference`.
  func upsample(_ x: FeatureMap, like reference: FeatureMap) -> FeatureMap

  /// Joins maps of equal H×W along the channels, in the order given.
  func concatenate(_ maps: [FeatureMap]) -> FeatureMap

  /// a + b, element by element; equal shapes.
  func add(_ a: FeatureMap, _ b: FeatureMap) -> FeatureMap

  /// 1 / (1 + e⁻ˣ), element by element.
  func sigmoid(_ x: FeatureMap) -> FeatureMap
}
