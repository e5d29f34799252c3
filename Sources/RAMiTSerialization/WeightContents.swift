import RAMiTDiagnostics
import RAMiTTensorCore

/// A dictionary of a weight file, of which at least one value is a tensor.
struct TensorDictionary {
  /// Where one tensor's values come from.
  enum Source {
    case stored(StoredTensor)
    case bytes(ElementType, shape: [Int], Range<Int>)
    case value(Tensor)
    /// No tensor, or one of a kind that is not read: what it is.
    case unreadable(String)

    /// Nil for what is unreadable.
    var shape: [Int]? {
      switch self {
      case .stored(let tensor): tensor.shape
      case .bytes(_, let shape, _): shape
      case .value(let tensor): tensor.shape.dimensions
      case .unreadable: nil
      }
    }
  }

  struct Entry {
    let name: String
    let source: Source
  }

  /// The keys that lead to it, with dots between them; empty for the outermost.
  let place: String
  let entries: [Entry]
}

/// What a weight file holds: all its dictionaries of tensors, of which no value has been read yet.
struct WeightContents {
  let file: FileBytes
  let dictionaries: [TensorDictionary]
  let metadata: [String: String]
  /// Reads one tensor's values.
  let read: (TensorDictionary.Source) throws -> Tensor

  /// The tensors of a choice, in the file's order, under their names without the prefix.
  /// - Throws: `InputError` when values are damaged, or a name comes twice.
  func tensors(of choice: WeightChoice) throws -> NamedTensors {
    var result = NamedTensors(metadata: metadata)
    for (name, source) in choice.entries {
      guard result[name] == nil else {
        throw file.error(expected: "one tensor a name", found: "two named '\(name)'")
      }
      if case .unreadable(let kind) = source {
        result.unreadable[name] = kind
      } else {
        result[name] = try read(source)
      }
    }
    return result
  }
}
