import RAMiTAutograd
import RAMiTTensorCore

extension Conv2d {
  /// A 1 x 1 convolution and what surrounds it in a block:
  ///
  ///     residual + scale * convolution(norm(x))
  ///
  /// Where there are many pixels, the normalised values are not written to memory, and the weight's rows are scaled.
  /// - Parameters:
  ///   - x: N x H x W x I.
  ///   - norm: normalises x; nil normalises nothing.
  ///   - scale: a number for each output, in any shape; nil for 1.
  ///   - residual: N x H x W x O; plain inference overwrites it where it was consumed. Nil adds nothing.
  /// - Precondition: the kernel is 1 x 1.
  public func fused(
    _ x: consuming Variable, norm: LayerNorm? = nil, scale: Parameter? = nil, adding residual: consuming Variable? = nil
  ) -> Variable {
    require(
      kind == .pointwise, "only 1 x 1 convolutions are fused with what is around them, not \(self.weight.shape)")
    let x = consume x, residual = consume residual
    let factors = scale?.variable, outputs = self.weight.shape[0]
    // A tile of the fused operation is one piece of work, which takes the whole weight: with few pixels that is slow. A
    // traced graph is the same for any number of pixels.
    guard x.shape.rows >= Self.fewPixels, !GraphTrace.isRecording else {
      var y = linear(norm?(x) ?? x, weight: self.weight.variable, bias: self.bias?.variable)
      if let factors { y = consume y * factors.reshaped([outputs]) }
      guard let residual else { return y }
      return consume y + consume residual
    }
    let weight = factors.map { self.weight.variable * $0.reshaped([outputs, 1]) } ?? self.weight.variable
    let bias = self.bias.map { bias in factors.map { bias.variable * $0.reshaped([outputs]) } ?? bias.variable }
    let parameters = PointwiseParameters(
      weight: weight, bias: bias ?? Variable(constant: Tensor(zeros: [outputs])))
    return fusedLinear(x, norm: norm.map(NormParameters.init), parameters, adding: consume residual)
  }

  private static let fewPixels = 1024
}
