import RAMiTAutograd

extension ProgramEmitter {
  /// The one table of what each general operation is in ONNX.
  func emit(_ node: GraphProgram.Node) throws(GraphProgram.Refusal) {
    switch node.operation {
    case .unary(let operation): unary(operation, node)
    case .binary(let operation): binary(operation, node)
    case .comparison(let operation): comparison(operation, node)
    case .choice: choice(node)
    case .scaleAndShift(let scale, let shift): scaleAndShift(node, scale: scale, shift: shift)

    case .reshape: reshape(node)
    case .permutation(let axes): permutation(node, axes)
    case .slice(let axis): slice(node, axis)
    case .flip(let axes): flip(node, axes)
    case .roll(let axes): roll(node, axes)
    case .concatenation(let axis): concatenation(node, axis)
    case .gather(let axis, let indices): gather(node, axis, indices)
    case .broadcast:
      set(node.result, .memory, builder.add("Expand", [name(node.operands[0]), sizes.vector(node.sizes)]))
    case .padding(let mode): padding(node, mode)
    case .pixelShuffle(let factor): pixelShuffle(node, factor)

    case .linear: linear(node)
    case .matmul(let transposesA, let transposesB): matmul(node, transposesA: transposesA, transposesB: transposesB)
    case .convolution(let stride, let padding, let dilation, let groups):
      convolution(node, .channelsFirst, stride: stride, padding: padding, dilation: dilation, groups: groups)
    case .depthwiseConvolution(let stride, let padding, let dilation):
      convolution(node, .depthwise, stride: stride, padding: padding, dilation: dilation, groups: nil)
    case .transposedConvolution(let stride, let padding, let outputPadding, let dilation, let groups):
      transposedConvolution(
        node, stride: stride, padding: padding, outputPadding: outputPadding, dilation: dilation, groups: groups)

    case .layerNorm(let form, let epsilon, let hasWeight, let hasBias):
      layerNorm(node, form, epsilon: epsilon, hasWeight: hasWeight, hasBias: hasBias)
    case .groupNorm(let groups, let epsilon, let hasWeight, let hasBias):
      try groupNorm(node, groups: groups, epsilon: epsilon, hasWeight: hasWeight, hasBias: hasBias)
    case .batchNorm(let epsilon, let hasWeight, let hasBias):
      batchNorm(node, epsilon: epsilon, hasWeight: hasWeight, hasBias: hasBias)
    case .unitLength(let axis, let epsilon): unitLength(node, axis, epsilon: epsilon)
    case .softmax(let axis, let isLogarithm):
      let type = isLogarithm ? "LogSoftmax" : "Softmax"
      set(node.result, .memory, builder.add(type, [name(node.operands[0])], [ONNXAttribute("axis", axis)]))

    case .reduction(let kind, let axes, let keepsDimensions): reduction(node, kind, axes, keeps: keepsDimensions)
    case .cumulativeSum(let axis):
      set(node.result, .memory, builder.add("CumSum", [name(node.operands[0]), builder.scalar(axis)]))
    case .maxPool(let kernel, let stride, let padding):
      pool(node, "MaxPool", kernel, stride: stride, padding: padding)
    case .averagePool(let kernel, let stride, let padding, let countsPadding):
      let counts = ONNXAttribute("count_include_pad", countsPadding ? 1 : 0)
      pool(node, "AveragePool", kernel, stride: stride, padding: padding, [counts])
    case .interpolation(let mode, let alignsCorners, let isAntialiased, let scale):
      interpolation(node, mode, alignsCorners: alignsCorners, isAntialiased: isAntialiased, scale: scale)

    case .other(let name): throw GraphProgram.Refusal("the operation \(name), which has no ONNX form")
    }
  }
}
