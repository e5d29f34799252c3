import RAMiTKernels
import RAMiTTensorCore

/// x times the transposed weight, plus the bias: a fully connected layer, or a point-wise convolution.
///
/// - Parameters:
///   - x: ... x I.
///   - weight: O x I.
///   - bias: O; none by default.
/// - Returns: ... x O.
public func linear(_ x: Variable, weight: Variable, bias: Variable? = nil) -> Variable {
  require(
    weight.shape.rank == 2 && x.shape.rank >= 1 && weight.shape[1] == x.shape.last,
    "the weight for \(x.shape) is O x \(x.shape.last), not \(weight.shape)")
  let (rows, inputs, outputs) = (x.shape.rows, x.shape.last, weight.shape[0])
  requireShape(bias?.shape, [outputs], of: "the bias with the weight \(weight.shape)")
  let y = Tensor(x.shape.replacing(-1, with: outputs)) { y in
    MatrixProduct(rows: rows, columns: outputs, inner: inputs, transposesB: true)
      .multiply(x.value, weight.value, bias: bias?.value, into: y)
  }
  return Variable(
    y, from: [x, weight] + [bias].compactMap { $0 }, multiplyAdds: y.shape.count * inputs,
    as: GraphDescription(.linear)
  ) {
    [
      x = x.gradientSlot, weight = weight.gradientSlot, bias = bias?.gradientSlot,
      xValue = weight.requiresGradient ? x.saved : nil, weightValue = x.requiresGradient ? weight.saved : nil
    ] dy, gradients in
    gradients.write(to: x) { dx, accumulate in
      MatrixProduct(rows: rows, columns: inputs, inner: outputs)
        .multiply(dy, weightValue!.value, into: dx, accumulate: accumulate)
    }
    gradients.write(to: weight) { dWeight, accumulate in
      MatrixProduct(rows: outputs, columns: inputs, inner: rows, transposesA: true)
        .multiply(dy, xValue!.value, into: dWeight, accumulate: accumulate)
    }
    gradients.addColumnSums(of: dy, to: bias)
  }
}
