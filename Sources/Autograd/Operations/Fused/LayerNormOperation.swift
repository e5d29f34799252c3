import Kernels
import TensorCore

/// Layer normalisation over the channels, plus a residual: LN(x) * gamma + beta + residual.
///
/// - Parameters:
///   - x: ... x C.
///   - gamma, beta: C.
///   - residual: the shape of x, or nil.
public func layerNorm(
  _ x: consuming Variable, gamma: Variable, beta: Variable, residual: consuming Variable? = nil
) -> Variable {
  var x = consume x, residual = consume residual
  precondition(gamma.shape == [x.shape.last] && beta.shape == gamma.shape, "gamma and beta must be \(x.shape.last)")
  precondition(residual == nil || residual!.shape == x.shape, "the residual must have the shape \(x.shape)")
  let (rows, channels) = (x.shape.rows, x.shape.last)
  let y = x.reusableMemory() ?? residual?.reusableMemory() ?? Tensor(uninitialized: x.shape)
  y.initialize {
    LayerNorm(channels: channels, gamma: gamma.value.pointer, beta: beta.value.pointer)
      .forward(rows: rows, x.value.pointer, residual: residual?.value.pointer, $0)
  }
  return Variable(y, from: [x, gamma, beta] + (residual.map { [$0] } ?? []), multiplyAdds: y.count) {
    [x = x.saved, residual = residual?.gradientSlot] dy, gradients in
    let kernel = LayerNorm(channels: channels, gamma: gamma.value.pointer, beta: beta.value.pointer)
    let sums = GradientSums(count: 2 * channels)
    gradients.write(toOrDiscard: x) { dx, accumulate in
      kernel.backward(rows: rows, x.value.pointer, dy: dy.pointer, dx: dx, adds: accumulate, sums: sums.sums)
    }
    var cursor = sums.results
    cursor.add(to: gamma, gradients)
    cursor.add(to: beta, gradients)
    if let residual { gradients.add(dy, to: residual) }
  }
}
