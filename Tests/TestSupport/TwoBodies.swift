import RAMiTAutograd
import RAMiTTensorCore

/// How far two bodies of a layer are apart: the largest relative error of the result, of the input's gradient and of
/// each parameter's.
///
/// - Parameters:
///   - x: the input.
///   - gradients: those of the parameters, which are zeroed before each body runs.
public func largestDifference(
  between fast: (Variable) -> Variable, and composed: (Variable) -> Variable, at x: Tensor, gradients: [Tensor]
) -> Float {
  func run(_ body: (Variable) -> Variable) -> [Tensor] {
    for gradient in gradients { gradient.pointer.update(repeating: 0, count: gradient.count) }
    let dx = Tensor(zeros: x.shape), tape = Tape()
    let y = tape.record { body(Variable(leaf: x.copy(), gradient: dx)) }
    var random = RandomNumbers(seed: 5)
    tape.backward(from: y, seed: Tensor((0..<y.shape.count).map { _ in random.uniform() - 0.5 }, y.shape))
    return [y.value.copy(), dx] + gradients.map { $0.copy() }
  }
  let plain = fast(Variable(constant: x.copy())).value
  let results = (run(fast), run(composed))
  func magnitude(_ x: Tensor) -> Float { x.array.map { abs($0) }.max() ?? 0 }
  let least = results.1.map(magnitude).max()! / 1000
  return zip(results.0 + [plain], results.1 + [results.1[0]]).map { fast, composed in
    relativeError(fast, composed) * magnitude(composed) / max(magnitude(composed), least)
  }.max()!
}
