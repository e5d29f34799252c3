import RAMiTAutograd
import RAMiTKernels
import RAMiTOperationTestSupport
import RAMiTTensorCore

extension OperationCheck {
  static func sum(_ shape: Shape) -> OperationCheck {
    OperationCheck("add \(shape)", [Operand("a", shape), Operand("b", shape)]) {
      $0.a + $0.b
    } twin: {
      $0.a + $0.b
    }
  }

  static func product(_ shape: Shape) -> OperationCheck {
    OperationCheck("multiply \(shape)", [Operand("a", shape), Operand("b", shape)]) {
      $0.a * $0.b
    } twin: { v in
      DoubleTensor(zip(v.a.values, v.b.values).map { $0 * $1 }, v.a.shape)
    }
  }

  static func scaleAndShift(_ shape: Shape) -> OperationCheck {
    let factor = (0..<shape.last).map { 0.5 + 0.25 * Float($0) }, offset = (0..<shape.last).map { 1 - 0.5 * Float($0) }
    return OperationCheck("scaleAndShift \(shape)", [Operand("x", shape)]) {
      RAMiTAutograd.scaleAndShift($0.x, scale: factor, shift: offset)
    } twin: { v in
      var y = v.x
      for place in y.values.indices {
        let c = place % factor.count
        y.values[place] = y.values[place] * Double(factor[c]) + Double(offset[c])
      }
      return y
    }
  }

  static func activation(_ activation: Activation, _ shape: Shape) -> OperationCheck {
    OperationCheck("\(activation) \(shape)", [Operand("x", shape, spread: 3, centre: 0.5)]) {
      activation($0.x)
    } twin: {
      Twin.activate($0.x, activation)
    }
  }

  static func shuffle(_ shape: Shape, _ factor: Int) -> OperationCheck {
    OperationCheck("pixelShuffle \(shape) by \(factor)", [Operand("x", shape)]) {
      pixelShuffle($0.x, factor)
    } twin: {
      Twin.pixelShuffle($0.x, factor)
    }
  }

  static func cells(_ shape: Shape) -> OperationCheck {
    OperationCheck("patchMerging \(shape)", [Operand("x", shape)]) {
      patchMerging($0.x)
    } twin: {
      Twin.patchMerging($0.x)
    }
  }

  /// The twin takes the factors from what dropout makes of ones: which values it drops is its own affair.
  static func dropping(_ shape: Shape, rate: Double) -> OperationCheck {
    let mask = DropoutMask(rate: rate, key: 11)
    let factors = DoubleTensor(dropout(Variable(constant: Tensor(repeating: 1, shape)), mask).value)
    return OperationCheck("dropout \(shape), rate \(rate)", [Operand("x", shape)]) {
      dropout($0.x, mask)
    } twin: { v in
      DoubleTensor(zip(v.x.values, factors.values).map { $0 * $1 }, v.x.shape)
    }
  }

  static func depth(_ shape: Shape, factors: [Float]) -> OperationCheck {
    OperationCheck("stochasticDepth \(shape), factors \(factors)", [Operand("x", shape), Operand("y", shape)]) {
      stochasticDepth($0.x, $0.y, factors: factors)
    } twin: { v in
      var result = v.x
      let perSample = result.values.count / factors.count
      for i in result.values.indices {
        result.values[i] += Double(factors[i / perSample]) * (v.y.values[i] - v.x.values[i])
      }
      return result
    }
  }
}
