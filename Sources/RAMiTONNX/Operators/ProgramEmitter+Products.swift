import RAMiTAutograd

extension ProgramEmitter {
  /// A matrix product on the last axis or, of a map whose channels come first, a 1 x 1 convolution.
  func linear(_ node: GraphProgram.Node) {
    let (x, weight) = (node.operands[0], node.operands[1])
    let bias = node.operands.count > 2 ? node.operands[2] : nil
    if ownForm(x) == .channelsFirst {
      let inputs = [name(x, .channelsFirst), name(weight, .pointwise)] + (bias.map { [name($0)] } ?? [])
      return set(node.result, .channelsFirst, builder.add("Conv", inputs, [ONNXAttribute("kernel_shape", [1, 1])]))
    }
    let product = builder.add("MatMul", [name(x), name(weight, .transposed)])
    set(node.result, .memory, bias.map { builder.add("Add", [product, name($0)]) } ?? product)
  }

  func matmul(_ node: GraphProgram.Node, transposesA: Bool, transposesB: Bool) {
    func factor(_ operand: Int, isTransposed: Bool) -> String {
      guard isTransposed else { return name(operand) }
      var axes = Array(0..<program.values[operand].rank)
      axes.swapAt(axes.count - 1, axes.count - 2)
      return transpose(name(operand), axes)
    }
    let (a, b) = (node.operands[0], node.operands[1])
    set(
      node.result, .memory,
      builder.add("MatMul", [factor(a, isTransposed: transposesA), factor(b, isTransposed: transposesB)]))
  }

  /// - Parameters:
  ///   - form: that of the weight.
  ///   - groups: nil for a group for each channel.
  func convolution(
    _ node: GraphProgram.Node, _ form: Form, stride: IntPair, padding: IntPair, dilation: IntPair, groups: Int?
  ) {
    let (x, weight) = (node.operands[0], node.operands[1]), shape = program.values[weight].shape
    let kernel = form == .depthwise ? [shape[0], shape[1]] : [shape[1], shape[2]]
    let channels = program.values[x].last.constant ?? 1
    let attributes = [
      ONNXAttribute("kernel_shape", kernel.map { $0.constant ?? 1 }), ONNXAttribute("strides", stride.sides),
      ONNXAttribute("pads", padding.sides + padding.sides), ONNXAttribute("dilations", dilation.sides),
      ONNXAttribute("group", groups ?? channels),
    ]
    let inputs = [name(x, .channelsFirst), name(weight, form)] + node.operands.dropFirst(2).map { name($0) }
    set(node.result, .channelsFirst, builder.add("Conv", inputs, attributes))
  }

  func transposedConvolution(
    _ node: GraphProgram.Node, stride: IntPair, padding: IntPair, outputPadding: IntPair, dilation: IntPair, groups: Int
  ) {
    let shape = program.values[node.operands[1]].shape
    let attributes = [
      ONNXAttribute("kernel_shape", [shape[1], shape[2]].map { $0.constant ?? 1 }),
      ONNXAttribute("strides", stride.sides), ONNXAttribute("pads", padding.sides + padding.sides),
      ONNXAttribute("output_padding", outputPadding.sides), ONNXAttribute("dilations", dilation.sides),
      ONNXAttribute("group", groups),
    ]
    let kernel = node.operands.prefix(2).map { name($0, .channelsFirst) }
    set(
      node.result, .channelsFirst,
      builder.add("ConvTranspose", kernel + node.operands.dropFirst(2).map { name($0) }, attributes))
  }
}

extension IntPair {
  /// The height, then the width.
  var sides: [Int] { [height, width] }
}
