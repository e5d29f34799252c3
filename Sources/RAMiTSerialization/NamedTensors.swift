import RAMiTTensorCore

/// Tensors by name, in the order in which they were added, with the notes that a file keeps beside them.
///
/// Shapes are the file's own: a convolution's weight is O x I x kh x kw.
public struct NamedTensors: Sequence, Sendable {
  public private(set) var names: [String] = []
  private var tensors: [String: Tensor] = [:]
  /// What a file says about its tensors (the model's configuration, for example); empty where it says nothing.
  public var metadata: [String: String]
  /// Names that files hold as int64, as PyTorch's index buffers are; all other tensors are written as float32.
  public var int64Names: Set<String> = []
  /// What a file has under a name and is not read as a tensor, and what it is: "an integer", "a sparse tensor".
  public var unreadable: [String: String] = [:]

  public init(metadata: [String: String] = [:]) {
    self.metadata = metadata
  }

  /// - Precondition: no name comes twice.
  public init(_ pairs: some Sequence<(String, Tensor)>, metadata: [String: String] = [:]) {
    self.init(metadata: metadata)
    for (name, tensor) in pairs {
      precondition(tensors[name] == nil, "two tensors are named \(name)")
      self[name] = tensor
    }
  }

  public var count: Int { names.count }
  public var isEmpty: Bool { names.isEmpty }

  /// A new name goes to the end, a known one keeps its place, and nil removes it.
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set {
      let previous = tensors.updateValue(newValue, forKey: name)
      if previous == nil, newValue != nil { names.append(name) }
      if previous != nil, newValue == nil { names.removeAll { $0 == name } }
    }
  }

  public func makeIterator() -> AnyIterator<(name: String, tensor: Tensor)> {
    var names = names.makeIterator()
    return AnyIterator { [tensors] in names.next().map { (name: $0, tensor: tensors[$0]!) } }
  }
}

extension Dictionary where Key == String, Value == Tensor {
  /// Sets or, with nil, removes; returns what was there.
  fileprivate mutating func updateValue(_ value: Tensor?, forKey key: String) -> Tensor? {
    guard let value else { return removeValue(forKey: key) }
    return updateValue(value, forKey: key)
  }
}
