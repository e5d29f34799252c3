import RAMiTTensorCore

/// A dictionary of a weight file with at least one tensor.
struct TensorDictionary {
  /// Where the values of one tensor come from.
  enum Source {
    case stored(StoredTensor)
    case bytes(ElementType, shape: [Int], Range<Int>)
    case value(Tensor)
    /// Another value, or a tensor of a kind that is not read; the text says what it is.
    case unreadable(String)

    /// Nil where the value is not read.
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

  /// The keys of the dictionaries around it and its own, joined by dots; empty for the outermost.
  let keyPath: String
  let entries: [Entry]
}

/// The content of a weight file: all its dictionaries of tensors, whose values are not read yet.
struct WeightContents {
  let file: FileBytes
  let dictionaries: [TensorDictionary]
  let metadata: [String: String]
  /// Reads the values of one tensor.
  let read: (TensorDictionary.Source) throws -> Tensor
}
