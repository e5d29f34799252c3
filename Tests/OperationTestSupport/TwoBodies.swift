import RAMiTAutograd
import RAMiTTensorCore
import RAMiTTestSupport

/// How far two bodies of a layer are apart: the largest relative error of the results, of the inputs' gradients and of
/// each parameter's.
///
/// - Parameters:
///   - inputs: what both bodies take.
///   - gradients: those of the parameters, which are zeroed before each body runs.
package func largestDifference(
  between fast: ([Variable]) -> [Variable], and composed: ([Variable]) -> [Variable], at inputs: [Tensor],
  gradients: [Tensor]
) -> Float {
  func run(_ body: ([Variable]) -> [Variable]) -> (results: [Tensor], gradients: [Tensor]) {
    for gradient in gradients { gradient.pointer.update(repeating: 0, count: gradient.count) }
    let inputGradients = inputs.map { Tensor(zeros: $0.shape) }, tape = Tape()
    var results: [Tensor] = []
    let total = tape.record {
      let outputs = body(zip(inputs, inputGradients).map { Variable(leaf: $0.copy(), gradient: $1) })
      results = outputs.map { $0.value.copy() }
      // Every value of every result counts, each with a weight of its own.
      var random = RandomNumbers(seed: 5)
      return outputs.map { y in
        let weights = Tensor((0..<y.shape.count).map { _ in random.uniform() - 0.5 }, y.shape)
        return (y * Variable(constant: weights)).sum()
      }.reduce(Variable(constant: Tensor(0))) { $0 + $1 }
    }
    tape.backward(from: total)
    return (results, inputGradients + gradients.map { $0.copy() })
  }
  let plain = fast(inputs.map { Variable(constant: $0.copy()) }).map(\.value)
  let (first, second) = (run(fast), run(composed))
  func magnitude(_ x: Tensor) -> Float { x.array.map { abs($0) }.max() ?? 0 }
  let expected = second.results + second.gradients
  let least = expected.map(magnitude).max()! / 1000
  return zip(first.results + first.gradients + plain, expected + second.results).map { fast, composed in
    relativeError(fast, composed) * magnitude(composed) / max(magnitude(composed), least)
  }.max()!
}

/// The same for a layer of one map.
package func largestDifference(
  between fast: (Variable) -> Variable, and composed: (Variable) -> Variable, at x: Tensor, gradients: [Tensor]
) -> Float {
  largestDifference(between: { [fast($0[0])] }, and: { [composed($0[0])] }, at: [x], gradients: gradients)
}
