import U2NetWeightBase

/// The names of Python objects that a pickle may mention. Mentioning any other is an error, and none is ever
/// looked up or run: each stands for something built here.
enum PickleGlobal {
  case orderedDictionary
  case rebuildTensor
  case rebuildParameter
  case storage(ElementType, name: String)
  /// A class or function of settings that training frameworks save beside weights. Nothing is made of it but a place for what
  /// is put into it.
  case opaque(String)
  /// Part of a tensor that cannot be read. Recognised so that the error can name the tensor, and so that such
  /// tensors do no harm where nobody needs them.
  case unsupported(String)

  init?(module: String, name: String) {
    let fullName = "\(module).\(name)"
    switch fullName {
    case "collections.OrderedDict": self = .orderedDictionary
    case "torch._utils._rebuild_tensor_v2": self = .rebuildTensor
    case "torch._utils._rebuild_parameter": self = .rebuildParameter
    case "torch.FloatStorage": self = .storage(.float32, name: fullName)
    case "torch.DoubleStorage": self = .storage(.float64, name: fullName)
    case "torch.HalfStorage": self = .storage(.float16, name: fullName)
    case "torch.BFloat16Storage": self = .storage(.bfloat16, name: fullName)
    case "torch.LongStorage": self = .storage(.int64, name: fullName)
    case "torch.IntStorage": self = .storage(.int32, name: fullName)
    case "torch.ShortStorage": self = .storage(.int16, name: fullName)
    case "torch.CharStorage": self = .storage(.int8, name: fullName)
    case "torch.ByteStorage": self = .storage(.uint8, name: fullName)
    case "torch.BoolStorage": self = .storage(.bool, name: fullName)
    case "torch.ComplexFloatStorage", "torch.ComplexDoubleStorage", "torch.QInt8Storage", "torch.QUInt8Storage",
      "torch.QInt32Storage", "torch.storage.UntypedStorage", "torch._utils._rebuild_tensor_v3",
      "torch._utils._rebuild_sparse_tensor", "torch.serialization._get_layout", "torch._utils._rebuild_qtensor",
      "torch.Size", "torch.per_tensor_affine", "torch.per_channel_affine", "torch.qint8", "torch.quint8",
      "torch.qint32":
      self = .unsupported(fullName)
    case _ where Self.isOpaque(module: module, name: name): self = .opaque(fullName)
    default: return nil
    }
  }

  private static func isOpaque(module: String, name: String) -> Bool {
    switch module {
    case "builtins", "__builtin__":
      ["set", "frozenset", "list", "dict", "tuple", "int", "float", "str", "bool", "complex", "bytearray"].contains(
        name)
    case "collections": ["defaultdict", "Counter", "deque"].contains(name)
    case "_codecs": name == "encode"
    case "argparse": name == "Namespace"
    case "datetime": ["datetime", "date", "timedelta"].contains(name)
    case "pathlib", "pathlib._local": name.hasSuffix("Path")
    case "numpy": ["dtype", "ndarray"].contains(name)
    case "numpy.core.multiarray", "numpy._core.multiarray": ["scalar", "_reconstruct"].contains(name)
    case "torch":
      name == "device"
        || ["float", "int", "uint", "bfloat", "double", "half", "long", "bool"].contains { name.hasPrefix($0) }
    case "pytorch_lightning.utilities.parsing", "lightning.pytorch.utilities.parsing",
      "lightning_fabric.utilities.data", "lightning.fabric.utilities.data":
      name == "AttributeDict"
    default: false
    }
  }

  /// The name of the storage class that this is, if it is one.
  var storageName: String? {
    switch self {
    case .storage(_, let name): name
    case .unsupported(let name) where name.hasSuffix("Storage"): name
    default: nil
    }
  }
}
