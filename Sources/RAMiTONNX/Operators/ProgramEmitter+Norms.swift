import RAMiTAutograd

extension ProgramEmitter {
  /// The operands of a norm behind its own: weight and bias, nil where it has none.
  private func affine(_ operands: ArraySlice<Int>, hasWeight: Bool, hasBias: Bool) -> (weight: Int?, bias: Int?) {
    (hasWeight ? operands.first : nil, hasBias ? operands.last : nil)
  }

  func layerNorm(
    _ node: GraphProgram.Node, _ form: GraphOperation.NormForm, epsilon: Float, hasWeight: Bool, hasBias: Bool
  ) {
    let x = name(node.operands[0])
    let (weight, bias) = affine(node.operands.dropFirst(), hasWeight: hasWeight, hasBias: hasBias)
    if form == .layer {
      let channels = program.values[node.operands[0]].last.constant ?? 1
      let ones = weight.map { name($0) } ?? builder.numbers(Array(repeating: 1, count: channels), shape: [channels])
      return set(
        node.result, .memory,
        builder.add(
          "LayerNormalization", [x, ones, bias.map { name($0) } ?? ""],
          [ONNXAttribute("axis", -1), ONNXAttribute("epsilon", epsilon)]))
    }
    var centred = x
    if form == .biasFree { centred = builder.add("Sub", [x, mean(x)]) }
    let variance = mean(builder.add("Mul", [centred, centred]))
    var y = builder.add("Div", [x, deviation(variance, epsilon)])
    if let weight { y = builder.add("Mul", [y, name(weight)]) }
    if let bias { y = builder.add("Add", [y, name(bias)]) }
    set(node.result, .memory, y)
  }

  /// The mean over the last axis, which stays with size 1.
  private func mean(_ x: String) -> String {
    builder.add("ReduceMean", [x, builder.integers([-1])], [ONNXAttribute("keepdims", 1)])
  }

  private func deviation(_ variance: String, _ epsilon: Float) -> String {
    builder.add("Sqrt", [builder.add("Add", [variance, builder.number(epsilon)])])
  }

  /// Groups are the channels of an instance norm, with all of their pixels along one axis.
  func groupNorm(
    _ node: GraphProgram.Node, groups: Int, epsilon: Float, hasWeight: Bool, hasBias: Bool
  ) throws(GraphProgram.Refusal) {
    let operand = node.operands[0], value = program.values[operand]
    guard value.rank == 4 else { throw GraphProgram.Refusal("a group norm of other values than feature maps") }
    let x = name(operand, .channelsFirst)
    let (weight, bias) = affine(node.operands.dropFirst(), hasWeight: hasWeight, hasBias: hasBias)
    func same(_ number: Float) -> String { builder.numbers(Array(repeating: number, count: groups), shape: [groups]) }
    let grouped = builder.add("Reshape", [x, builder.integers([0, groups, -1])])
    let normed = builder.add("InstanceNormalization", [grouped, same(1), same(0)], [ONNXAttribute("epsilon", epsilon)])
    var y = builder.add("Reshape", [normed, builder.add("Shape", [x])])
    func perChannel(_ parameter: Int) -> String {
      builder.add("Reshape", [name(parameter), builder.integers([1, value.last.constant ?? 1, 1, 1])])
    }
    if let weight { y = builder.add("Mul", [y, perChannel(weight)]) }
    if let bias { y = builder.add("Add", [y, perChannel(bias)]) }
    set(node.result, .channelsFirst, y)
  }

  func batchNorm(_ node: GraphProgram.Node, epsilon: Float, hasWeight: Bool, hasBias: Bool) {
    let (x, mean, variance) = (node.operands[0], name(node.operands[1]), name(node.operands[2]))
    let (weight, bias) = affine(node.operands.dropFirst(3), hasWeight: hasWeight, hasBias: hasBias)
    if ownForm(x) == .channelsFirst {
      let channels = program.values[x].last.constant ?? 1
      func same(_ number: Float) -> String {
        builder.numbers(Array(repeating: number, count: channels), shape: [channels])
      }
      return set(
        node.result, .channelsFirst,
        builder.add(
          "BatchNormalization",
          [
            name(x, .channelsFirst), weight.map { name($0) } ?? same(1), bias.map { name($0) } ?? same(0), mean,
            variance,
          ], [ONNXAttribute("epsilon", epsilon)]))
    }
    var y = builder.add("Div", [builder.add("Sub", [name(x), mean]), deviation(variance, epsilon)])
    if let weight { y = builder.add("Mul", [y, name(weight)]) }
    if let bias { y = builder.add("Add", [y, name(bias)]) }
    set(node.result, .memory, y)
  }

  func unitLength(_ node: GraphProgram.Node, _ axis: Int, epsilon: Float) {
    let x = name(node.operands[0])
    let length = builder.add("ReduceL2", [x, builder.integers([axis])], [ONNXAttribute("keepdims", 1)])
    set(
      node.result, .memory, builder.add("Div", [x, builder.add("Max", [length, builder.number(epsilon)])]))
  }
}
