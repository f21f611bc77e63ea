/// Which pictures an ONNX graph takes: always normalised planes R, G, B, float32, N×3×H×W.
public enum ONNXInput: Sendable, Equatable {
  /// One picture of this size in pixels, each side at least 32.
  case fixed(height: Int, width: Int)
  /// Any number of pictures of any size from 32×32 on; N, H and W are "batch", "height" and "width" in the file.
  case dynamic
}
