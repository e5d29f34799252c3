import RAMiTAutograd
import RAMiTKernels
import RAMiTTensorCore
import RAMiTTestSupport

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
      RAMiTAutograd.scaleAndShift($0[0], scale: factor, shift: offset)
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
    OperationCheck("patchMerging \(shape)", [Operand("x", shape)]) {
      patchMerging($0[0])
    } twin: {
      Twin.patchMerging($0[0])
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
}
