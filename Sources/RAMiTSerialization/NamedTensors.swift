import RAMiTTensorCore

/// Tensors by name, in the order in which they were added, with a file's metadata.
///
/// Shapes are those of the file: a convolution's weight is O x I x kh x kw.
public struct NamedTensors: Sequence, Sendable {
  /// In the order in which files are written.
  public private(set) var names: [String] = []
  private var tensors: [String: Tensor] = [:]
  /// The file's metadata, such as the model's configuration; may be empty.
  public var metadata: [String: String]
  /// Names of tensors that are written as int64, as PyTorch writes index buffers; all others are written as float32.
  public var int64Names: Set<String> = []
  /// Names of values that are not read as tensors, each with what it is: "an integer", "a sparse tensor".
  public var unreadable: [String: String] = [:]

  /// Whether they are from a safetensors file with checksums, which were those of all tensors that were read.
  package internal(set) var hasChecksums = false

  /// No tensors yet.
  public init(metadata: [String: String] = [:]) {
    self.metadata = metadata
  }

  /// - Precondition: the names are different.
  public init(_ pairs: some Sequence<(String, Tensor)>, metadata: [String: String] = [:]) {
    self.init(metadata: metadata)
    for (name, tensor) in pairs {
      precondition(tensors[name] == nil, "two tensors are named \(name)")
      self[name] = tensor
    }
  }

  /// The number of tensors; `unreadable` ones do not count.
  public var count: Int { names.count }
  package var isEmpty: Bool { names.isEmpty }

  /// A new name is added at the end. A known name keeps its position, and nil removes it.
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set {
      let previous = tensors.updateValue(newValue, forKey: name)
      if previous == nil, newValue != nil { names.append(name) }
      if previous != nil, newValue == nil { names.removeAll { $0 == name } }
    }
  }

  /// In the order of `names`.
  public func makeIterator() -> AnyIterator<(name: String, tensor: Tensor)> {
    var names = names.makeIterator()
    return AnyIterator { [tensors] in names.next().map { (name: $0, tensor: tensors[$0]!) } }
  }
}

extension Dictionary where Key == String, Value == Tensor {
  /// Sets a value, or removes it with nil.
  /// - Returns: the old value.
  fileprivate mutating func updateValue(_ value: Tensor?, forKey key: String) -> Tensor? {
    guard let value else { return removeValue(forKey: key) }
    return updateValue(value, forKey: key)
  }
}
