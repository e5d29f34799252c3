import RAMiTTensorCore

/// A dictionary of a weight file with at least one tensor.
struct TensorDictionary {
  /// Where the values of one tensor come from.
  enum Source {
    case stored(StoredTensor)
    case part(FilePart, ElementType, shape: [Int])
    case value(Tensor)
    /// Another value, or a tensor of a kind that is not read; the text says what it is.
    case unreadable(String)

    /// Nil where the value is not read.
    var shape: [Int]? {
      switch self {
      case .stored(let tensor): tensor.shape
      case .part(_, _, let shape): shape
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
  /// Whether the file has checksums of its own, which `read` compares.
  var hasChecksums = false
  /// Reads the values of one tensor.
  let read: (TensorDictionary.Source) throws -> Tensor
}
