import RAMiTTensorCore

/// Names and shapes of tensors, by which a model is recognised before any value is read.
public struct TensorShapes {
  /// By the names in the dictionary, without the prefix.
  public let shapes: [String: Shape]

  init(_ shapes: [String: Shape]) { self.shapes = shapes }
}

/// A request for the weights of one model, in any dictionary of a file and behind any prefix.
public struct WeightRequest: Sendable {
  let anchors: [String]
  let fit: @Sendable (TensorShapes) -> Int?

  /// - Parameters:
  ///   - anchors: names of a few tensors that the model always has. What precedes one of them in a file's name is a
  ///     prefix.
  ///   - fit: how much of the model some tensors are; nil when they do not belong to the model.
  public init(anchors: [String], fit: @escaping @Sendable (TensorShapes) -> Int?) {
    self.anchors = anchors
    self.fit = fit
  }

  /// A request for the weights that fit any of several requests; the best fit counts.
  public init(anyOf requests: [WeightRequest]) {
    anchors = requests.flatMap(\.anchors)
    fit = { found in requests.compactMap { $0.fit(found) }.max() }
  }

  /// How much of the model the tensors are; nil when they do not belong to the model.
  public func fit(of tensors: NamedTensors) -> Int? {
    fit(TensorShapes(Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor.shape) })))
  }
}
