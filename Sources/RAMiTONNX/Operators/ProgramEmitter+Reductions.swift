import RAMiTAutograd

extension ProgramEmitter {
  func reduction(_ node: GraphProgram.Node, _ kind: GraphOperation.ReductionKind, _ axes: [Int], keeps: Bool) {
    let operand = node.operands[0], form = keeps ? ownForm(operand) : .memory
    let type =
      switch kind {
      case .sum: "ReduceSum"
      case .mean: "ReduceMean"
      case .maximum: "ReduceMax"
      case .minimum: "ReduceMin"
      case .l1: "ReduceL1"
      case .l2: "ReduceL2"
      case .logSumExp: "ReduceLogSumExp"
      }
    // No axes would mean all of them.
    if axes.isEmpty { return set(node.result, form, name(operand, form)) }
    let places = builder.integers(axes.map { axis($0, in: form) })
    set(
      node.result, form,
      builder.add(type, [name(operand, form), places], [ONNXAttribute("keepdims", keeps ? 1 : 0)]))
  }

  func pool(
    _ node: GraphProgram.Node, _ type: String, _ kernel: IntPair, stride: IntPair, padding: IntPair,
    _ attributes: [ONNXAttribute] = []
  ) {
    let window = [
      ONNXAttribute("kernel_shape", kernel.sides), ONNXAttribute("strides", stride.sides),
      ONNXAttribute("pads", padding.sides + padding.sides),
    ]
    set(
      node.result, .channelsFirst,
      builder.add(type, [name(node.operands[0], .channelsFirst)], window + attributes))
  }

  func interpolation(
    _ node: GraphProgram.Node, _ mode: InterpolationMode, alignsCorners: Bool, isAntialiased: Bool, scale: Double?
  ) {
    let operand = node.operands[0], shape = program.values[operand].shape
    var attributes = [
      ONNXAttribute(
        "coordinate_transformation_mode",
        mode == .nearest ? "asymmetric" : alignsCorners ? "align_corners" : "half_pixel")
    ]
    switch mode {
    case .nearest: attributes += [ONNXAttribute("mode", "nearest"), ONNXAttribute("nearest_mode", "floor")]
    case .bilinear: attributes.append(ONNXAttribute("mode", "linear"))
    case .bicubic:
      let coefficient: Float = isAntialiased ? -0.5 : -0.75
      attributes += [ONNXAttribute("mode", "cubic"), ONNXAttribute("cubic_coeff_a", coefficient)]
    }
    if isAntialiased { attributes.append(ONNXAttribute("antialias", 1)) }
    let x = name(operand, .channelsFirst)
    let inputs =
      if let scale {
        [x, "", builder.numbers([1, 1, Float(scale), Float(scale)], shape: [4])]
      } else {
        [x, "", "", sizes.vector([shape[0], shape[3], node.sizes[0], node.sizes[1]])]
      }
    set(node.result, .channelsFirst, builder.add("Resize", inputs, attributes))
  }
}
