import RAMiTKernels
import RAMiTTensorCore

/// Mean absolute error: sum |output - target| / count, as a scalar. Its gradient is 0 where both are equal.
public func l1Loss(_ output: Variable, _ target: Tensor) -> Variable { meanError(.absolute, output, target, "l1Loss") }

/// Mean squared error: sum (output - target)^2 / count, as a scalar.
public func mseLoss(_ output: Variable, _ target: Tensor) -> Variable { meanError(.squared, output, target, "mseLoss") }

/// Charbonnier loss: sum sqrt((output - target)^2 + epsilon^2) / count, as a scalar.
public func charbonnierLoss(_ output: Variable, _ target: Tensor, epsilon: Double = 1e-3) -> Variable {
  meanError(.charbonnier(epsilon: epsilon), output, target, "charbonnierLoss")
}

/// Smooth L1: the mean of e^2 / (2 beta) where |e| < beta, else of |e| - beta / 2, with e = output - target; as a
/// scalar.
/// - Precondition: beta is positive.
public func smoothL1Loss(_ output: Variable, _ target: Tensor, beta: Double = 1) -> Variable {
  require(beta > 0, "the beta of smooth L1 is positive, not \(beta)")
  return meanError(.smooth(beta: beta), output, target, "smoothL1Loss")
}

/// Huber loss: the mean of e^2 / 2 where |e| <= delta, else of delta (|e| - delta / 2), with e = output - target; as a
/// scalar.
/// - Precondition: delta is positive.
public func huberLoss(_ output: Variable, _ target: Tensor, delta: Double = 1) -> Variable {
  require(delta > 0, "the delta of the Huber loss is positive, not \(delta)")
  return meanError(.huber(delta: delta), output, target, "huberLoss")
}

private func meanError(
  _ term: ErrorTerm, _ output: Variable, _ target: Tensor, _ operation: String
) -> Variable {
  let count = target.count
  return Variable(
    loss: output, target, operation: operation,
    value: { term.sum($0, $1, count: count) / Double(count) },
    gradient: { output, target, factor, gradient, accumulate in
      term.gradient(
        output, target, times: factor / Float(count), into: gradient, count: count, accumulate: accumulate)
    })
}

extension Variable {
  /// A loss: a scalar computed from an output and a target of the same shape.
  /// - Parameters:
  ///   - value: takes the output's values and the target's.
  ///   - gradient: takes them as well, the gradient of the loss, and where the output's gradient is written or added.
  init(
    loss output: Variable, _ target: Tensor, operation: String,
    value: (_ output: UnsafePointer<Float>, _ target: UnsafePointer<Float>) -> Double,
    gradient:
      @escaping (
        _ output: UnsafePointer<Float>, _ target: UnsafePointer<Float>, _ factor: Float, UnsafeMutablePointer<Float>,
        _ accumulate: Bool
      ) -> Void
  ) {
    requireShape(target.shape, output.shape, of: "the target")
    let loss = Tensor([]) { $0[0] = Float(value(output.value.pointer, target.pointer)) }
    self.init(loss, from: [output], operation: operation) { [output = output.saved, target] dLoss, gradients in
      gradients.write(to: output) { dOutput, accumulate in
        gradient(output.value.pointer, target.pointer, dLoss.scalar, dOutput, accumulate)
      }
    }
  }
}
