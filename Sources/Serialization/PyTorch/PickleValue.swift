/// What a pickle of tensors can hold.
///
/// Containers are kept by their place in `PickleMachine`, never inside one another, so values nested a million deep are
/// freed without recursion and a container that holds itself does no harm.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  case tuple(Int)
  case dictionary(Int)
  /// What a list holds is never asked for.
  case list
  case global(PickleGlobal)
  case storage(StorageReference)
  case tensor(StoredTensor)

  /// A word for messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a boolean"
    case .integer: "an integer"
    case .float: "a number"
    case .string: "a string"
    case .tuple: "a tuple"
    case .dictionary: "a dictionary"
    case .list: "a list"
    case .global(let global): "the global \(global.rawValue)"
    case .storage: "a storage"
    case .tensor: "a tensor"
    }
  }
}

/// The names that a pickle may ask for. None of them is ever looked up or called: they are known here by meaning.
enum PickleGlobal: String {
  case orderedDictionary = "collections.OrderedDict"
  case rebuildTensor = "torch._utils._rebuild_tensor_v2"
  case rebuildParameter = "torch._utils._rebuild_parameter"
  case float = "torch.FloatStorage"
  case double = "torch.DoubleStorage"
  case half = "torch.HalfStorage"
  case bfloat16 = "torch.BFloat16Storage"
  case long = "torch.LongStorage"
  case int = "torch.IntStorage"

  /// The element type of a storage class; nil for the others.
  var elementType: ElementType? {
    switch self {
    case .orderedDictionary, .rebuildTensor, .rebuildParameter: nil
    case .float: .float32
    case .double: .float64
    case .half: .float16
    case .bfloat16: .bfloat16
    case .long: .int64
    case .int: .int32
    }
  }
}

/// Numbers in an archive entry of their own, which several tensors may share.
final class StorageReference {
  let key: String
  let type: ElementType
  let count: Int

  init(key: String, type: ElementType, count: Int) {
    self.key = key
    self.type = type
    self.count = count
  }
}

/// A view of a storage: sizes, and steps between elements, outermost first.
final class StoredTensor {
  let storage: StorageReference
  let offset: Int
  let shape: [Int]
  let strides: [Int]

  /// The number of elements.
  let count: Int

  /// Nil unless every element lies in the storage, and there are no more of them than the storage has.
  init?(_ storage: StorageReference, offset: Int, shape: [Int], strides: [Int]) {
    guard let count = checkedCount(shape), count <= storage.count, shape.count == strides.count, offset >= 0 else {
      return nil
    }
    var last = offset
    for (size, stride) in zip(shape, strides) where count > 0 {
      let (step, overflowed) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflow) = last.addingReportingOverflow(step)
      guard stride >= 0, !overflowed, !overflow else { return nil }
      last = sum
    }
    guard count == 0 || last < storage.count else { return nil }
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.strides = strides
    self.count = count
  }

  /// Whether the elements lie one after another.
  var isContiguous: Bool {
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      if stride != expected { return false }
      expected *= size
    }
    return true
  }
}
