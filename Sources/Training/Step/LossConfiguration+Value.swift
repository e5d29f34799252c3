import RAMiTAutograd
import RAMiTTensorCore

extension LossConfiguration {
  /// The loss of a batch, a scalar.
  func value(_ output: Variable, _ target: Tensor) -> Variable {
    let values = terms.map { (loss: $0.loss.value(output, target), weight: Float($0.weight)) }
    if values.count == 1, values[0].weight == 1 { return values[0].loss }
    return weightedSum(values)
  }

  /// The weighted sum of scalars, in their order.
  private func weightedSum(_ terms: [(loss: Variable, weight: Float)]) -> Variable {
    let sum = terms.reduce(Float(0)) { $0 + $1.weight * $1.loss.value.scalar }
    let slots = terms.map { (loss: $0.loss.gradientSlot, weight: $0.weight) }
    return Variable(Tensor(sum), from: terms.map(\.loss)) { gradient, gradients in
      for (loss, weight) in slots { gradients.add(Tensor(weight * gradient.scalar), to: loss) }
    }
  }
}

extension Loss {
  /// The loss of a batch, a scalar.
  func value(_ output: Variable, _ target: Tensor) -> Variable {
    switch self {
    case .l1: l1Loss(output, target)
    case .mse: mseLoss(output, target)
    case .charbonnier(let epsilon): charbonnierLoss(output, target, epsilon: epsilon)
    }
  }
}
