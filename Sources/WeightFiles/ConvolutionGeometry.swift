#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How a graph's two-dimensional convolution goes over its map. Source: ONNX's operator Conv, whose defaults these are.
public struct ConvolutionGeometry: Equatable, Sendable {
  /// Rows, columns.
  public var strides = [1, 1]
  /// Distance between taps in pixels: rows, columns.
  public var dilations = [1, 1]
  /// Pixels of zeros above, left, below, right.
  public var pads = [0, 0, 0, 0]
  /// Groups of channels that are convolved each for itself.
  public var group = 1
  /// How the pads are chosen: NOTSET, which means as `pads` says, SAME_UPPER, SAME_LOWER or VALID.
  public var autoPad = "NOTSET"

  /// What ONNX takes where a node says nothing.
  public init() {}

  /// What differs from a convolution of a U²-Net, whose kernel is centred on its pixels and reads all channels: the
  /// attribute, what it should be and what it is; nil if nothing does.
  /// - Parameters:
  ///   - kernel: the side of the square kernel, odd.
  ///   - dilation: distance between taps in pixels.
  ///   - stride: distance between the kernel's places in pixels.
  public func difference(kernel: Int, dilation: Int, stride: Int = 1) -> String? {
    func check(_ name: String, _ expected: [Int], _ found: [Int]) -> String? {
      expected == found ? nil : "expected \(name) \(expected), found \(found.prefix(8).map { $0 })"
    }
    if let difference = check("strides", [stride, stride], strides) { return difference }
    if let difference = check("dilations", [dilation, dilation], dilations) { return difference }
    if group != 1 { return "expected group 1, found \(group)" }
    let pad = dilation * (kernel - 1) / 2
    switch autoPad {
    case "NOTSET": return check("pads", [pad, pad, pad, pad], pads)
    // With an odd kernel and a stride of one either is the same on both sides.
    case "SAME_UPPER" where stride == 1, "SAME_LOWER" where stride == 1: return nil
    default: return pad == 0 && autoPad == "VALID" ? nil : "expected auto_pad NOTSET, found \(autoPad)"
    }
  }
}

extension ConvolutionGeometry {
  init(_ node: Onnx_NodeProto) {
    for attribute in node.attribute {
      let numbers = attribute.ints.map { Int($0) }
      switch attribute.name {
      case "strides": strides = numbers
      case "dilations": dilations = numbers
      case "pads": pads = numbers
      case "group": group = Int(attribute.i)
      case "auto_pad": autoPad = String(decoding: attribute.s, as: UTF8.self)
      default: break  // kernel_shape says what the weight's shape says.
      }
    }
  }
}
