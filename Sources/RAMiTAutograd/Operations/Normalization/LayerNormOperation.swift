import RAMiTKernels
import RAMiTTensorCore

/// Layer normalisation over the channels: (x - mean) / sqrt(variance + epsilon) * weight + bias, plus a residual if
/// there is one.
///
/// - Parameters:
///   - x: ... x C.
///   - weight: C, or nil for ones.
///   - bias: C, or nil for zeros.
///   - subtractsMean: false only divides x; the variance is still about the mean (Restormer's "BiasFree" norm).
///   - residual: the shape of x, or nil.
public func layerNorm(
  _ x: consuming Variable, weight: Variable?, bias: Variable?, epsilon: Float = 1e-5, subtractsMean: Bool = true,
  residual: consuming Variable? = nil
) -> Variable {
  normalizedRows(
    x, weight: weight, bias: bias, epsilon: epsilon, form: subtractsMean ? .layer : .biasFree, residual: residual,
    operation: "layerNorm")
}

/// Root mean square normalisation over the channels: x / sqrt(mean(x^2) + epsilon) * weight.
///
/// - Parameters:
///   - x: ... x C.
///   - weight: C, or nil for 1.
public func rmsNorm(_ x: consuming Variable, weight: Variable? = nil, epsilon: Float = 1e-5) -> Variable {
  normalizedRows(
    x, weight: weight, bias: nil, epsilon: epsilon, form: .rootMeanSquare, residual: nil, operation: "rmsNorm")
}

private func normalizedRows(
  _ x: consuming Variable, weight: Variable?, bias: Variable?, epsilon: Float, form: LayerNorm.Form,
  residual: consuming Variable?, operation: String
) -> Variable {
  var x = x, residual = residual
  requireParameters(weight, bias, of: x.shape)
  requireShape(residual?.shape, x.shape, of: "the residual")
  if GraphTrace.isRecording, let residual {
    let normed = normalizedRows(
      x, weight: weight, bias: bias, epsilon: epsilon, form: form, residual: nil, operation: operation)
    return normed + residual
  }
  let (rows, channels) = (x.shape.rows, x.shape.last)
  /// Calls `body` with the kernel, whose parameters live as long.
  func withKernel(_ weight: Tensor?, _ bias: Tensor?, _ body: (LayerNorm) -> Void) {
    let weight = weight ?? Tensor(repeating: 1, [channels]), bias = bias ?? Tensor(zeros: [channels])
    body(
      LayerNorm(channels: channels, weight: weight.pointer, bias: bias.pointer, epsilon: epsilon, form: form))
    withExtendedLifetime((weight, bias)) {}
  }
  let y = x.reusableMemory() ?? residual?.reusableMemory() ?? Tensor(uninitialized: x.shape)
  y.initialize { y in
    withKernel(weight?.value, bias?.value) {
      $0.forward(rows: rows, x.value.pointer, residual: residual?.value.pointer, y)
    }
  }
  let operands = [x, weight, bias, residual].compactMap { $0 }
  let description = GraphDescription(
    .layerNorm(form.named, epsilon: epsilon, hasWeight: weight != nil, hasBias: bias != nil))
  return Variable(y, from: operands, multiplyAdds: y.count, operation: operation, as: description) {
    [x = x.saved, weight = weight?.saved, bias = bias?.saved, residual = residual?.gradientSlot] dy, gradients in
    let sums = GradientSums(count: 2 * channels)
    gradients.write(toOrDiscard: x) { dx, accumulate in
      withKernel(weight?.value, bias?.value) {
        $0.backward(rows: rows, x.value.pointer, dy: dy.pointer, dx: dx, accumulate: accumulate, sums: sums.sums)
      }
    }
    var cursor = sums.results
    if let weight { cursor.add(to: weight, gradients) } else { cursor.next += channels }
    if let bias { cursor.add(to: bias, gradients) }
    if let residual { gradients.add(dy, to: residual) }
  }
}

extension LayerNorm.Form {
  fileprivate var named: GraphOperation.NormForm {
    switch self {
    case .layer: .layer
    case .biasFree: .biasFree
    case .rootMeanSquare: .rootMeanSquare
    }
  }
}
