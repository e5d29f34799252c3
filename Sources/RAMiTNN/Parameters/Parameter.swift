import RAMiTAutograd
import RAMiTTensorCore

/// A trained tensor: its name in checkpoints, its value and its gradient.
public final class Parameter {
  /// The name in the published checkpoints, for example `stage1.blocks.block0.sp_attn.logit_scale`.
  public let name: String
  /// How the file's layout becomes the one in memory.
  public let layout: ParameterLayout
  /// The shape in memory.
  public let shape: Shape
  /// False while it is frozen: no gradient is computed for it, or for values computed from frozen parameters alone.
  public var requiresGradient = true

  /// The value and the gradient, as far as they are allocated.
  private var held: (value: Tensor?, gradient: Tensor?)
  /// Writes the initial values, once.
  private var start: ((Tensor) -> Void)?
  /// Gives the gradient's memory, zeros.
  private var makeGradient: () -> Tensor

  /// - Parameter start: writes the initial values into the value's final memory; called when that is known, so that no
  ///   other memory ever holds them.
  init(name: String, layout: ParameterLayout, shape: Shape, start: @escaping (Tensor) -> Void) {
    self.name = name
    self.layout = layout
    self.shape = shape
    self.start = start
    makeGradient = { Tensor(zeros: shape) }
    if Tensor.makesMetaTensors { held.value = Tensor(uninitialized: shape) }
  }

  /// A model's `ParameterStore` holds the values together; before there is one, the value has memory of its own.
  public var value: Tensor {
    if let value = held.value { return value }
    let value = Tensor(uninitialized: shape)
    place(in: value)
    return value
  }

  /// Zeros at first; memory is taken for it, or for those of the whole model, when it is first used.
  public var gradient: Tensor {
    if let gradient = held.gradient { return gradient }
    let gradient = makeGradient()
    held.gradient = gradient
    return gradient
  }

  /// Gives the value this memory, and writes the initial values there or, once the value has been used, copies it.
  func place(in home: Tensor) {
    if let value = held.value {
      home.initialize { $0.update(from: value.pointer, count: value.count) }
    } else {
      start?(home)
    }
    start = nil
    held.value = home
  }

  /// Gives the value this memory, and the gradient the memory that `gradient` returns when it is first used.
  func move(to home: Tensor, gradient: @escaping () -> Tensor) {
    place(in: home)
    held.gradient = nil
    makeGradient = gradient
  }

  /// The parameter as an operand.
  public var variable: Variable {
    requiresGradient ? Variable(leaf: value, gradient: { self.gradient }) : Variable(constant: value)
  }

  /// The shape in a checkpoint.
  public var fileShape: Shape { layout.fileShape(of: shape) }
  /// The value in a checkpoint's layout.
  public var exported: Tensor { layout.exported(value) }
}

/// The layouts of weights: PyTorch's in files, channels last in memory.
public enum ParameterLayout: Sendable {
  /// The layout is the same in both.
  case plain
  /// A point-wise convolution: O x I x 1 x 1 in files, O x I in memory.
  case pointwise
  /// A convolution: O x I x k x k in files, O x k x k x I in memory, so that three neighbouring pixels meet three
  /// neighbouring runs of weights.
  case convolution
  /// A depth-wise convolution: C x 1 x k x k in files, k x k x C in memory.
  case depthwise

  /// The shape in a file of a value that has `shape` in memory.
  public func fileShape(of shape: Shape) -> Shape {
    switch self {
    case .plain: shape
    case .pointwise: [shape[0], shape[1], 1, 1]
    case .convolution: [shape[0], shape[3], shape[1], shape[2]]
    case .depthwise: [shape[2], 1, shape[0], shape[1]]
    }
  }

  /// Converts a value from memory to a new tensor as files have it.
  public func exported(_ value: Tensor) -> Tensor {
    switch self {
    case .plain, .pointwise: value.copy().reshaped(fileShape(of: value.shape))
    case .convolution: value.transposed(blocks: value.shape[0]).reshaped(fileShape(of: value.shape))
    case .depthwise: value.transposed(blocks: 1).reshaped(fileShape(of: value.shape))
    }
  }

  /// Converts a file's tensor into `value`.
  /// - Precondition: `file` has the shape `fileShape(of: value.shape)`.
  public func load(_ file: Tensor, into value: Tensor) {
    requireShape(file.shape, fileShape(of: value.shape), of: "the file's tensor for \(value.shape)")
    switch self {
    case .plain, .pointwise: value.pointer.update(from: file.pointer, count: value.count)
    // Transposes each O's I x (k k) block; the trailing axes count as one.
    case .convolution:
      let (outputs, inputs, taps) = (file.shape[0], file.shape[1], file.shape[2] * file.shape[3])
      file.reshaped([outputs, inputs, taps]).transpose(blocks: outputs, into: value)
    case .depthwise:
      file.reshaped([1, file.shape[0], file.shape[2] * file.shape[3]]).transpose(blocks: 1, into: value)
    }
  }
}

extension Tensor {
  /// Transposes each of `blocks` equal blocks, as a matrix whose columns are the innermost axis.
  fileprivate func transposed(blocks: Int) -> Tensor {
    let columns = shape.last
    let result = Tensor(uninitialized: [blocks, columns, count / max(1, blocks * columns)])
    transpose(blocks: blocks, into: result)
    return result
  }

  /// Transposes into existing memory.
  fileprivate func transpose(blocks: Int, into result: Tensor) {
    let columns = shape.last, rows = count / max(1, blocks * columns)
    for block in 0..<blocks {
      let from = pointer + block * rows * columns, to = result.pointer + block * rows * columns
      for row in 0..<rows {
        for column in 0..<columns { to[column * rows + row] = from[row * columns + column] }
      }
    }
  }
}
