import RAMiTAutograd
import RAMiTExperiments
import RAMiTTensorCore

extension LossConfiguration {
  /// The loss of a batch, a scalar.
  /// - Precondition: at least one term.
  func value(_ output: Variable, _ target: Tensor) -> Variable {
    let values = terms.map { term in
      let loss = term.loss.value(output, target)
      return term.weight == 1 ? loss : loss * Float(term.weight)
    }
    return values.dropFirst().reduce(values[0]) { $0 + $1 }
  }
}

extension Loss {
  /// The loss of a batch, a scalar.
  func value(_ output: Variable, _ target: Tensor) -> Variable {
    switch kind {
    case .l1: l1Loss(output, target)
    case .mse: mseLoss(output, target)
    case .charbonnier: charbonnierLoss(output, target, epsilon: epsilon!)
    case .psnr: psnrLoss(output, target)
    case .ssim: ssimLoss(output, target)
    case .fourier: fourierAmplitudeLoss(output, target)
    case .edge: edgeLoss(output, target, epsilon: epsilon!)
    }
  }
}
