import TensorCore
public struct NamedTensors: Sequence {
  public init(_ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]) { t = tensors }
  var t: [(name: String, tensor: Tensor)]
  public subscript(name: String) -> Tensor? { t.first { $0.name == name }?.tensor }
  public func makeIterator() -> IndexingIterator<[(name: String, tensor: Tensor)]> { t.makeIterator() }
}
