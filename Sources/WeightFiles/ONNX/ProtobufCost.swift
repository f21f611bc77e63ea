import U2NetWeightBase

/// Estimates what decoding an ONNX file will allocate, before decoding it.
///
/// An empty message takes two bytes of a file but hundreds once decoded. Walking the encoding needs no memory,
/// so the estimate can be charged to the budget first.
enum ProtobufCost {
  /// The messages that onnx.proto declares.
  private enum Message {
    case model, graph, function, node, attribute, tensor, value, type, tensorType, shape, other

    func child(_ field: UInt64) -> Message? {
      switch (self, field) {
      case (.model, 7): .graph
      case (.model, 25): .function
      case (.graph, 1), (.function, 7): .node
      case (.graph, 5), (.attribute, 5): .tensor
      case (.node, 5): .attribute
      case (.graph, 11), (.graph, 12): .value
      case (.value, 2): .type
      case (.type, 1): .tensorType
      case (.tensorType, 2): .shape
      case (.model, 8), (.model, 14), (.function, 9), (.shape, 1), (.tensor, 13): .other
      default: nil
      }
    }
  }

  static func charge(_ bytes: UnsafeRawBufferPointer, to budget: MemoryBudget) throws(WeightFileError) {
    try charge(.model, bytes, to: budget)
  }

  /// Recursion ends where the declared messages do, at the seventh level. Malformed encoding ends the walk: the
  /// decoder will report it.
  private static func charge(
    _ message: Message, _ bytes: UnsafeRawBufferPointer, to budget: MemoryBudget
  ) throws(WeightFileError) {
    try budget.charge(512)
    var rest = bytes[...]
    while let key = varint(&rest) {
      switch key & 7 {
      case 0:
        guard varint(&rest) != nil else { return }
        try budget.charge(16)  // Numbers, at up to twice the room for growing arrays.
      case 1, 5:
        rest = rest.dropFirst(key & 7 == 1 ? 8 : 4)
        try budget.charge(16)
      case 3, 4: continue  // The ends of a group, whose fields are skipped when decoding but harmless to count.
      case 2:
        guard let length = varint(&rest), length <= rest.count else { return }
        let value = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(length)))
        rest = rest.dropFirst(Int(length))
        if let child = message.child(key >> 3) {
          try charge(child, value, to: budget)
        } else {
          try budget.charge(bytesDecoded(message, field: key >> 3, length: value.count))
        }
      default: return
      }
    }
  }

  private static func bytesDecoded(_ message: Message, field: UInt64, length: Int) -> Int {
    switch (message, field) {
    case (.tensor, 9), (.tensor, 4), (.tensor, 10): 64 + length  // raw_data, float_data, double_data
    case (.tensor, 1), (.attribute, 8): 64 + 16 * length  // A byte each, decoded to eight, in growing arrays.
    case (.tensor, 5): 64 + 8 * length  // int32_data: to four.
    default: 64 + length  // A string, or a field to skip.
    }
  }

  private static func varint(_ rest: inout Slice<UnsafeRawBufferPointer>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0 as UInt64, to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }
}
