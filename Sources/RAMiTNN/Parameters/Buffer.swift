import RAMiTTensorCore

/// A tensor that belongs to a model's state and is not trained, such as a batch norm's running mean: it is saved and
/// loaded with the parameters (PyTorch's `register_buffer`).
public final class Buffer {
  /// The name in the published checkpoints.
  public let name: String
  /// In memory as in files. A forward pass may write into it.
  public let value: Tensor
  /// Whether a weight file may be without it.
  public let isOptional: Bool
  /// Whether files hold it as int64.
  public let isInteger: Bool

  init(name: String, value: Tensor, isOptional: Bool, isInteger: Bool) {
    self.name = name
    self.value = value
    self.isOptional = isOptional
    self.isInteger = isInteger
  }

  package var shape: Shape { value.shape }
}
