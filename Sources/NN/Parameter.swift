import RAMiTAutograd
import RAMiTTensorCore

/// A trained tensor: its name in checkpoints, its value and its gradient.
public final class Parameter {
  /// The name in the published checkpoints, for example `stage1.blocks.block0.sp_attn.logit_scale`.
  public let name: String
  /// How the file's layout becomes the one in memory.
  public let layout: ParameterLayout
  /// The shape in memory.
  public var shape: Shape { value.shape }
  public internal(set) var value: Tensor
  /// Memory is taken for it when it is first used, which a model's parameters are once they are moved together.
  public internal(set) lazy var gradient = Tensor(zeros: value.shape)
  /// False while it is frozen: no gradient is computed for it, nor for what leads to it alone.
  public var requiresGradient = true

  init(name: String, layout: ParameterLayout, value: Tensor) {
    self.name = name
    self.layout = layout
    self.value = value
  }

  /// The parameter as an operand.
  public var variable: Variable {
    requiresGradient ? Variable(leaf: value, gradient: gradient) : Variable(constant: value)
  }

  /// The shape in a checkpoint.
  public var fileShape: Shape { layout.fileShape(of: shape) }
  /// The value in a checkpoint's layout.
  public var exported: Tensor { layout.exported(value) }
}

/// The layouts of weights: in files as PyTorch has them, in memory with channels last.
public enum ParameterLayout: Sendable {
  /// The same in both.
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

  /// From memory to file.
  public func exported(_ value: Tensor) -> Tensor {
    switch self {
    case .plain, .pointwise: value.copy().reshaped(fileShape(of: value.shape))
    case .convolution: value.transposed(blocks: value.shape[0]).reshaped(fileShape(of: value.shape))
    case .depthwise: value.transposed(blocks: 1).reshaped(fileShape(of: value.shape))
    }
  }

  /// From file to memory, into `value`.
  /// - Precondition: `file` has the shape `fileShape(of: value.shape)`.
  public func load(_ file: Tensor, into value: Tensor) {
    requireShape(file.shape, fileShape(of: value.shape), of: "the file's tensor for \(value.shape)")
    let source: Tensor
    switch self {
    case .plain, .pointwise: source = file
    // Transposing each O's I x (k k) block; the trailing axes are seen as one.
    case .convolution:
      let (outputs, inputs, taps) = (file.shape[0], file.shape[1], file.shape[2] * file.shape[3])
      source = file.reshaped([outputs, inputs, taps]).transposed(blocks: outputs)
    case .depthwise: source = file.reshaped([1, file.shape[0], file.shape[2] * file.shape[3]]).transposed(blocks: 1)
    }
    value.pointer.update(from: source.pointer, count: value.count)
  }
}

extension Tensor {
  /// Each of `blocks` equal blocks, seen as a matrix whose columns are the innermost axis, transposed.
  fileprivate func transposed(blocks: Int) -> Tensor {
    let columns = shape.last, rows = count / max(1, blocks * columns)
    let result = Tensor(uninitialized: [blocks, columns, rows])
    for block in 0..<blocks {
      let from = pointer + block * rows * columns, to = result.pointer + block * rows * columns
      for row in 0..<rows {
        for column in 0..<columns { to[column * rows + row] = from[row * columns + column] }
      }
    }
    return result
  }
}
