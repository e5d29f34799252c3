import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore

extension OperationCheck {
  static func softmax(_ shape: Shape, axis: Int, logarithm: Bool = false, spread: Float = 3) -> OperationCheck {
    let name = logarithm ? "logSoftmax" : "softmax"
    return OperationCheck("\(name) \(shape) on \(axis)", [Operand("x", shape, spread: spread)]) {
      logarithm ? RAMiTAutograd.logSoftmax($0.x, axis: axis) : RAMiTAutograd.softmax($0.x, axis: axis)
    } twin: {
      let axis = shape.normalized(axis: axis)
      return logarithm ? Twin.logSoftmax($0.x, axis: axis) : Twin.softmax($0.x, axis: axis)
    }
  }

  static func unitLength(_ shape: Shape, axis: Int, epsilon: Float = 1e-12) -> OperationCheck {
    OperationCheck("l2Normalize \(shape) on \(axis), epsilon \(epsilon)", [Operand("x", shape)]) {
      l2Normalize($0.x, axis: axis, epsilon: epsilon)
    } twin: {
      Twin.l2Normalize($0.x, axis: shape.normalized(axis: axis), epsilon: Double(epsilon))
    }
  }

  /// Which parameters a normalisation has.
  enum Affine: String, CaseIterable {
    case both, weight, bias, none

    /// The operands after x.
    fileprivate func operands(_ channels: Int) -> [RAMiTOperationTestSupport.Operand] {
      let weight = Operand("weight", [channels], spread: 0.5, centre: 1), bias = Operand("bias", [channels])
      return switch self {
      case .both: [weight, bias]
      case .weight: [weight]
      case .bias: [bias]
      case .none: []
      }
    }
  }

  private static func norm(
    _ name: String, _ shape: Shape, _ affine: Affine, spread: Float = 2, centre: Float = 0.5,
    _ operation: @escaping @Sendable (_ x: Variable, _ weight: Variable?, _ bias: Variable?) -> Variable,
    twin: @escaping @Sendable (_ x: DoubleTensor, _ weight: DoubleTensor?, _ bias: DoubleTensor?) -> DoubleTensor
  ) -> OperationCheck {
    let x = Operand("x", shape, spread: spread, centre: centre)
    return OperationCheck("\(name) \(shape), \(affine)", [x] + affine.operands(shape.last)) { v in
      operation(v.x, v.optional("weight"), v.optional("bias"))
    } twin: { v in
      twin(v.x, v.optional("weight"), v.optional("bias"))
    }
  }

  static func rowNorm(
    _ shape: Shape, _ affine: Affine, epsilon: Float = 1e-5, subtractsMean: Bool = true, spread: Float = 2
  ) -> OperationCheck {
    let name = "layerNorm, epsilon \(epsilon)\(subtractsMean ? "" : ", mean kept")"
    return norm(name, shape, affine, spread: spread, centre: spread / 4) {
      RAMiTAutograd.layerNorm($0, weight: $1, bias: $2, epsilon: epsilon, subtractsMean: subtractsMean)
    } twin: {
      Twin.layerNorm($0, weight: $1, bias: $2, epsilon: Double(epsilon), subtractsMean: subtractsMean)
    }
  }

  static func rootMeanSquare(_ shape: Shape, _ affine: Affine, epsilon: Float = 1e-5) -> OperationCheck {
    norm("rmsNorm, epsilon \(epsilon)", shape, affine) { x, weight, _ in
      rmsNorm(x, weight: weight, epsilon: epsilon)
    } twin: { x, weight, _ in
      Twin.rmsNorm(x, weight: weight, epsilon: Double(epsilon))
    }
  }

  static func group(_ shape: Shape, groups: Int, _ affine: Affine, epsilon: Float = 1e-5) -> OperationCheck {
    norm("groupNorm by \(groups), epsilon \(epsilon)", shape, affine) {
      groupNorm($0, groups: groups, weight: $1, bias: $2, epsilon: epsilon)
    } twin: {
      Twin.groupNorm($0, samples: shape[0], groups: groups, weight: $1, bias: $2, epsilon: Double(epsilon))
    }
  }

  static func instance(_ shape: Shape, _ affine: Affine, centre: Float = 0.5) -> OperationCheck {
    norm("instanceNorm", shape, affine, centre: centre) {
      instanceNorm($0, weight: $1, bias: $2)
    } twin: {
      Twin.groupNorm($0, samples: shape[0], groups: shape.last, weight: $1, bias: $2, epsilon: 1e-5)
    }
  }

  static func batch(_ shape: Shape, _ affine: Affine, epsilon: Float = 1e-5) -> OperationCheck {
    norm("batchNorm, training, epsilon \(epsilon)", shape, affine) {
      batchNorm($0, weight: $1, bias: $2, epsilon: epsilon).y
    } twin: {
      Twin.groupNorm($0, samples: 1, groups: shape.last, weight: $1, bias: $2, epsilon: Double(epsilon))
    }
  }

  static func evaluatedBatch(_ shape: Shape, _ affine: Affine, epsilon: Float = 1e-5) -> OperationCheck {
    let mean = (0..<shape.last).map { 0.25 * Float($0 % 7) - 1 }
    let variance = (0..<shape.last).map { 0.5 + 0.125 * Float($0 % 5) }
    let tensors = (mean: Tensor(mean, [shape.last]), variance: Tensor(variance, [shape.last]))
    return norm("batchNorm, evaluation, epsilon \(epsilon)", shape, affine) {
      batchNorm($0, mean: tensors.mean, variance: tensors.variance, weight: $1, bias: $2, epsilon: epsilon)
    } twin: {
      Twin.batchNorm(
        $0, mean: mean.map { Double($0) }, variance: variance.map { Double($0) }, weight: $1, bias: $2,
        epsilon: Double(epsilon))
    }
  }

  static let largeNorms: [OperationCheck] = [
    softmax([3, 90, 91, 12], axis: -1), softmax([3, 90, 91, 12], axis: 1), softmax([600, 2, 49, 49], axis: -1),
    softmax([3, 90, 91, 12], axis: -1, logarithm: true), softmax([3, 90, 91, 12], axis: 2, logarithm: true),
    unitLength([3, 90, 91, 12], axis: -1), unitLength([3, 90, 91, 12], axis: 1),
    rowNorm([3, 37, 41, 20], .weight, subtractsMean: false), rootMeanSquare([3, 37, 41, 20], .weight),
    group([3, 90, 91, 12], groups: 3, .both), instance([3, 90, 91, 20], .both), batch([3, 90, 91, 20], .both),
    evaluatedBatch([3, 90, 91, 20], .both),
  ]
}
