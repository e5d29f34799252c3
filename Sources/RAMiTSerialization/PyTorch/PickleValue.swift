/// The values of a pickle, as far as they matter for weights.
///
/// Containers are indices into those of `PickleMachine`, so that values which are nested a million deep are freed
/// without recursion, and a container may hold itself.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  /// A tuple or a list.
  case sequence(Int)
  case dictionary(Int)
  /// `module.name`. It is never imported or called; the meaning of a few names is known (`PickleGlobal`).
  case global(String)
  case storage(StorageReference)
  case tensor(StoredTensor)
  /// An object that is not built: its description, and the items that were set on it.
  case opaque(Int)

  /// A word for messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a boolean"
    case .integer: "an integer"
    case .float: "a number"
    case .string: "a string"
    case .sequence: "a list"
    case .dictionary: "a dictionary"
    case .global(let name): "the global \(name)"
    case .storage: "a storage"
    case .tensor: "a tensor"
    case .opaque: "an object"
    }
  }
}

/// The globals whose meaning is known. All others make opaque objects.
enum PickleGlobal: String {
  case orderedDictionary = "collections.OrderedDict"
  case defaultDictionary = "collections.defaultdict"
  case counter = "collections.Counter"
  case dictionary = "builtins.dict"
  case dictionaryOfPython2 = "__builtin__.dict"
  case size = "torch.Size"
  case rebuildTensorOfOldest = "torch._utils._rebuild_tensor"
  case rebuildTensor = "torch._utils._rebuild_tensor_v2"
  case rebuildTensorOfType = "torch._utils._rebuild_tensor_v3"
  case rebuildParameter = "torch._utils._rebuild_parameter"
  case rebuildParameterWithState = "torch._utils._rebuild_parameter_with_state"
  case rebuildDeviceTensor = "torch._utils._rebuild_device_tensor_from_cpu_tensor"
  case rebuildFromType = "torch._tensor._rebuild_from_type_v2"
  case rebuildSparseTensor = "torch._utils._rebuild_sparse_tensor"
  case rebuildQuantizedTensor = "torch._utils._rebuild_qtensor"
  case rebuildNestedTensor = "torch._utils._rebuild_nested_tensor"
  case rebuildMetaTensor = "torch._utils._rebuild_meta_tensor_no_storage"
  case numpyReconstruct = "numpy.core.multiarray._reconstruct"
  case numpyReconstructOfNumpy2 = "numpy._core.multiarray._reconstruct"

  /// The description of the opaque value that it makes, when it makes one.
  var opaqueKind: String? {
    switch self {
    case .rebuildSparseTensor: "a sparse tensor"
    case .rebuildQuantizedTensor: "a quantised tensor"
    case .rebuildNestedTensor: "a nested tensor"
    case .rebuildMetaTensor: "a tensor without values (device meta)"
    case .rebuildFromType: "a tensor of a class of its own"
    case .numpyReconstruct, .numpyReconstructOfNumpy2: "a NumPy array"
    default: nil
    }
  }
}

extension ElementType {
  /// The element type of a storage class, such as `torch.FloatStorage`; nil for other names and types.
  init?(storageClass name: String) {
    // Tensors that were saved on a GPU may have torch.cuda.FloatStorage.
    let prefix = name.hasPrefix("torch.cuda.") ? "torch.cuda." : "torch."
    let names: [String: ElementType] = [
      "Float": .float32, "Double": .float64, "Half": .float16, "BFloat16": .bfloat16, "Long": .int64, "Int": .int32,
      "Short": .int16, "Char": .int8, "Byte": .uint8, "Bool": .bool,
    ]
    guard name.hasPrefix(prefix), name.hasSuffix("Storage"),
      let type = names[String(name.dropFirst(prefix.count).dropLast("Storage".count))]
    else { return nil }
    self = type
  }

  /// The element type of a name such as `torch.float32`; nil for others.
  init?(dtype name: String) {
    let names: [String: ElementType] = [
      "torch.float32": .float32, "torch.float64": .float64, "torch.float16": .float16, "torch.bfloat16": .bfloat16,
      "torch.int64": .int64, "torch.int32": .int32, "torch.int16": .int16, "torch.int8": .int8,
      "torch.uint8": .uint8, "torch.uint16": .uint16, "torch.uint32": .uint32, "torch.uint64": .uint64,
      "torch.bool": .bool,
    ]
    guard let type = names[name] else { return nil }
    self = type
  }
}
