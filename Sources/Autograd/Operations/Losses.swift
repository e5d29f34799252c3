import Kernels
import TensorCore

/// Mean absolute error: sum |output - target| / count, as a scalar. Its gradient is 0 where both are equal.
public func l1Loss(_ output: Variable, _ target: Tensor) -> Variable {
  meanLoss(output, target, term: { abs($0) }, slope: { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 })
}

/// Mean squared error: sum (output - target)^2 / count, as a scalar.
public func mseLoss(_ output: Variable, _ target: Tensor) -> Variable {
  meanLoss(output, target, term: { $0 * $0 }, slope: { 2 * $0 })
}

/// Charbonnier loss: sum sqrt((output - target)^2 + epsilon^2) / count, as a scalar.
public func charbonnierLoss(_ output: Variable, _ target: Tensor, epsilon: Double = 1e-3) -> Variable {
  let square = epsilon * epsilon
  return meanLoss(
    output, target, term: { ($0 * $0 + square).squareRoot() },
    slope: { $0 / (($0 * $0 + Float(square)).squareRoot()) })
}

/// The mean of `term` over the errors; `slope` is its derivative.
private func meanLoss(
  _ output: Variable, _ target: Tensor, term: (Double) -> Double, slope: @escaping (Float) -> Float
) -> Variable {
  precondition(output.shape == target.shape, "\(output.shape) cannot be compared with \(target.shape)")
  let count = target.count
  let loss = Tensor([]) { loss in
    let (a, b) = (output.value.pointer, target.pointer)
    loss[0] = Float(fixedOrderSum(count: count) { term(Double(a[$0]) - Double(b[$0])) } / Double(count))
  }
  return Variable(loss, from: [output]) { [output = output.saved] gradient, gradients in
    gradients.write(to: output) { dOutput, accumulate in
      let factor = gradient.scalar / Float(count)
      let (a, b) = (output.value.pointer, target.pointer)
      forEachRange(of: count, grain: 1 << 16) { range in
        for i in range {
          let value = slope(a[i] - b[i]) * factor
          dOutput[i] = accumulate ? dOutput[i] + value : value
        }
      }
    }
  }
}
