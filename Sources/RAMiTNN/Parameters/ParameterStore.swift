import RAMiTTensorCore

/// All parameters of a model, in order, with one contiguous buffer for the values and one for the gradients, so that
/// the optimizer and the checkpoint see two vectors.
public final class ParameterStore {
  /// In the order in which layers asked for them, which is that of `ranges`.
  public let parameters: [Parameter]
  /// Tensors of the model's state that are not trained.
  public let buffers: [Buffer]
  /// Names that weight files may have and that loading ignores.
  let ignoredNames: Set<String>
  /// All values, one after the other.
  public let values: Tensor
  /// All gradients, in the same order. They are allocated, as zeros, when they are first used: inference has none.
  public var gradients: Tensor { gradientMemory.tensor }
  private let gradientMemory: GradientMemory
  /// Where each parameter lies in `values` and `gradients`.
  public let ranges: [Range<Int>]

  /// Gives the parameters of a scope contiguous memory, and writes their initial values there.
  public init(_ scope: ParameterScope) {
    parameters = scope.collected
    buffers = scope.buffers
    ignoredNames = scope.ignoredNames
    let count = parameters.reduce(0) { $0 + $1.shape.count }
    values = Tensor(uninitialized: [count])
    let memory = GradientMemory(of: values)
    gradientMemory = memory
    var ranges: [Range<Int>] = []
    var start = 0
    for parameter in parameters {
      let shape = parameter.shape, range = start..<start + shape.count
      parameter.move(to: values.slice(range).reshaped(shape)) { memory.tensor.slice(range).reshaped(shape) }
      ranges.append(range)
      start = range.upperBound
    }
    self.ranges = ranges
  }

  /// The number of trained values.
  public var count: Int { values.count }

  /// Call it before each step: a backward pass adds to the gradients.
  public func zeroGradients() { gradients.pointer.update(repeating: 0, count: gradients.count) }

  /// The ranges of `values` that belong to parameters whose name the condition accepts.
  public func ranges(where condition: (String) -> Bool) -> [Range<Int>] {
    zip(parameters, ranges).filter { condition($0.0.name) }.map(\.1)
  }

  /// Runs `body` and restores the buffers' values after it: for passes that only measure.
  public func keepingBuffers<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = buffers.map { $0.value.copy() }
    defer {
      for (buffer, value) in zip(buffers, before) {
        buffer.value.pointer.update(from: value.pointer, count: value.count)
      }
    }
    return try body()
  }
}

/// The gradients of all values, from their first use on.
private final class GradientMemory {
  private let values: Tensor
  private(set) lazy var tensor = values.isMeta ? values : Tensor(zeros: values.shape)

  init(of values: Tensor) { self.values = values }
}
