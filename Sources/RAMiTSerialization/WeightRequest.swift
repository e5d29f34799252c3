import RAMiTTensorCore

/// Names and shapes of tensors: what a model is told by before any value is read.
public struct TensorShapes {
  public let shapes: [String: Shape]

  public init(_ shapes: [String: Shape]) { self.shapes = shapes }
}

/// What is looked for in a weight file: the weights of one model, wherever they are and whatever stands before their
/// names.
public struct WeightRequest: Sendable {
  /// Names of a few tensors that the model surely has: what stands before one of them in a file is a prefix.
  let anchors: [String]
  /// How much of the model these tensors are; nil when they are not the model's.
  let fit: @Sendable (TensorShapes) -> Int?

  public init(anchors: [String], fit: @escaping @Sendable (TensorShapes) -> Int?) {
    self.anchors = anchors
    self.fit = fit
  }

  /// Whatever one of several requests looks for: what fits best counts.
  public init(anyOf requests: [WeightRequest]) {
    anchors = requests.flatMap(\.anchors)
    fit = { found in requests.compactMap { $0.fit(found) }.max() }
  }

  /// How much of the model these tensors are; nil when they are not the model's.
  public func fit(of tensors: NamedTensors) -> Int? {
    fit(TensorShapes(Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor.shape) })))
  }
}
