import Autograd
import Kernels
import TensorCore
import TestSupport

extension OperationCheck {
  static func sum(_ shape: Shape) -> OperationCheck {
    OperationCheck("add \(shape)", [Operand("a", shape), Operand("b", shape)]) {
      $0[0] + $0[1]
    } twin: {
      $0[0] + $0[1]
    }
  }

  static func product(_ shape: Shape) -> OperationCheck {
    OperationCheck("multiply \(shape)", [Operand("a", shape), Operand("b", shape)]) {
      $0[0] * $0[1]
    } twin: { v in
      DoubleTensor(zip(v[0].values, v[1].values).map { $0 * $1 }, v[0].shape)
    }
  }

  static func scaleAndShift(_ shape: Shape) -> OperationCheck {
    let factor = (0..<shape.last).map { 0.5 + 0.25 * Float($0) }, offset = (0..<shape.last).map { 1 - 0.5 * Float($0) }
    return OperationCheck("scaleAndShift \(shape)", [Operand("x", shape)]) {
      Autograd.scaleAndShift($0[0], scale: factor, shift: offset)
    } twin: { v in
      var y = v[0]
      for place in y.values.indices {
        let c = place % factor.count
        y.values[place] = y.values[place] * Double(factor[c]) + Double(offset[c])
      }
      return y
    }
  }

  static func activation(_ activation: Activation, _ shape: Shape) -> OperationCheck {
    OperationCheck("\(activation) \(shape)", [Operand("x", shape, spread: 3, centre: 0.5)]) {
      activation($0[0])
    } twin: {
      Twin.activate($0[0], activation)
    }
  }

  static func shuffle(_ shape: Shape, _ factor: Int) -> OperationCheck {
    OperationCheck("pixelShuffle \(shape) by \(factor)", [Operand("x", shape)]) {
      pixelShuffle($0[0], factor)
    } twin: {
      Twin.pixelShuffle($0[0], factor)
    }
  }

  static func cells(_ shape: Shape) -> OperationCheck {
    OperationCheck("spaceToDepth \(shape)", [Operand("x", shape)]) {
      spaceToDepth($0[0])
    } twin: {
      Twin.spaceToDepth($0[0])
    }
  }

  static func pool(_ shape: Shape, _ size: Int) -> OperationCheck {
    OperationCheck("maxPool \(shape) by \(size)", [Operand("x", shape)]) {
      maxPool($0[0], size)
    } twin: {
      Twin.maxPool($0[0], size)
    }
  }

  static func resizing(_ shape: Shape, height: Int, width: Int) -> OperationCheck {
    OperationCheck("resized \(shape) to \(height) x \(width)", [Operand("x", shape)]) {
      resized($0[0], height: height, width: width)
    } twin: {
      Twin.resized($0[0], height: height, width: width)
    }
  }

  /// The twin takes the factors from what dropout makes of ones: which values it drops is its own affair.
  static func dropping(_ shape: Shape, rate: Double) -> OperationCheck {
    let mask = DropoutMask(rate: rate, key: 11)
    let factors = DoubleTensor(dropout(Variable(constant: Tensor(repeating: 1, shape)), mask).value)
    return OperationCheck("dropout \(shape), rate \(rate)", [Operand("x", shape)]) {
      dropout($0[0], mask)
    } twin: { v in
      DoubleTensor(zip(v[0].values, factors.values).map { $0 * $1 }, v[0].shape)
    }
  }

  static func depth(_ shape: Shape, factors: [Float]) -> OperationCheck {
    OperationCheck("stochasticDepth \(shape), factors \(factors)", [Operand("x", shape), Operand("y", shape)]) {
      stochasticDepth($0[0], $0[1], factors: factors)
    } twin: { v in
      var result = v[0]
      let perSample = result.values.count / factors.count
      for i in result.values.indices {
        result.values[i] += Double(factors[i / perSample]) * (v[1].values[i] - v[0].values[i])
      }
      return result
    }
  }

  /// The losses, by name.
  enum Loss: String, CaseIterable {
    case l1, mse, charbonnier
  }

  static func loss(_ loss: Loss, _ shape: Shape) -> OperationCheck {
    var random = RandomNumbers(seed: 5)
    let target = Tensor((0..<shape.count).map { _ in random.normalPair().0 }, shape)
    let epsilon = 0.1
    return OperationCheck("\(loss) \(shape)", [Operand("output", shape)]) { v in
      switch loss {
      case .l1: l1Loss(v[0], target)
      case .mse: mseLoss(v[0], target)
      case .charbonnier: charbonnierLoss(v[0], target, epsilon: epsilon)
      }
    } twin: { v in
      let target = DoubleTensor(target)
      return switch loss {
      case .l1: Twin.l1(v[0], target)
      case .mse: Twin.mse(v[0], target)
      case .charbonnier: Twin.charbonnier(v[0], target, epsilon: epsilon)
      }
    }
  }
}
