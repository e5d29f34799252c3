import RAMiTAutograd
import RAMiTKernels

extension ProgramEmitter {
  func reshape(_ node: GraphProgram.Node) {
    let operand = node.operands[0]
    let shape = sizes.reshape(node.sizes, from: program.values[operand].shape)
    set(node.result, .memory, builder.add("Reshape", [name(operand), shape]))
  }

  func permutation(_ node: GraphProgram.Node, _ axes: [Int]) {
    let operand = node.operands[0], form = ownForm(operand)
    set(node.result, .memory, transpose(name(operand, form), axes.map { axis($0, in: form) }))
  }

  func slice(_ node: GraphProgram.Node, _ axis: Int) {
    let operand = node.operands[0], form = ownForm(operand)
    let isToEnd = node.sizes[1] == program.values[operand].shape[axis]
    let end = isToEnd ? builder.integers([.max]) : sizes.value(node.sizes[1])
    set(
      node.result, form,
      slice(name(operand, form), from: sizes.value(node.sizes[0]), to: end, axis: self.axis(axis, in: form)))
  }

  private func slice(_ x: String, from start: String, to end: String, axis: Int) -> String {
    builder.add("Slice", [x, start, end, builder.integers([axis])])
  }

  func flip(_ node: GraphProgram.Node, _ axes: [Int]) {
    let operand = node.operands[0], form = ownForm(operand), count = axes.count
    func integers(_ value: Int) -> String { builder.integers(Array(repeating: value, count: count)) }
    let places = builder.integers(axes.map { axis($0, in: form) })
    set(
      node.result, form,
      builder.add("Slice", [name(operand, form), integers(-1), integers(.min), places, integers(-1)]))
  }

  /// The elements that leave at one end of an axis come before the others.
  func roll(_ node: GraphProgram.Node, _ axes: [Int]) {
    let operand = node.operands[0], form = ownForm(operand)
    var result = name(operand, form)
    for (axis, shift) in zip(axes, node.sizes) where shift.constant != 0 {
      let place = self.axis(axis, in: form), first = seam(of: program.values[operand].shape[axis], shift: shift)
      let parts = [
        slice(result, from: first, to: builder.integers([.max]), axis: place),
        slice(result, from: builder.integers([0]), to: first, axis: place),
      ]
      result = builder.add("Concat", parts, [ONNXAttribute("axis", place)])
    }
    set(node.result, form, result)
  }

  /// The place of a side that comes first when it is rolled.
  private func seam(of size: SizeExpression, shift: SizeExpression) -> String {
    if let shift = shift.constant, abs(shift) <= size.smallest { return builder.integers([-shift]) }
    return builder.add("Mod", [builder.add("Neg", [sizes.value(shift)]), sizes.value(size)])
  }

  func concatenation(_ node: GraphProgram.Node, _ axis: Int) {
    let form = ownForm(node.operands[0])
    set(
      node.result, form,
      builder.add(
        "Concat", node.operands.map { name($0, form) }, [ONNXAttribute("axis", self.axis(axis, in: form))]))
  }

  func gather(_ node: GraphProgram.Node, _ axis: Int, _ indices: [Int]) {
    let operand = node.operands[0], form = ownForm(operand)
    let place = ONNXAttribute("axis", self.axis(axis, in: form))
    set(node.result, form, builder.add("Gather", [name(operand, form), builder.integers(indices)], [place]))
  }

  func padding(_ node: GraphProgram.Node, _ mode: PaddingMode) {
    let operand = node.operands[0], form = ownForm(operand), shape = program.values[operand].shape
    let (rows, columns) = (axis(1, in: form), axis(2, in: form))
    let (top, bottom, left, right) = (node.sizes[0], node.sizes[1], node.sizes[2], node.sizes[3])
    let x = name(operand, form)
    guard mode != .symmetric else {
      func mirrored(_ x: String, _ axis: Int, before: SizeExpression, after: SizeExpression, place: Int) -> String {
        let size = sizes.value(shape[axis])
        let indices = builder.mirroredPlaces(
          from: builder.add("Neg", [sizes.value(before)]), to: builder.add("Add", [size, sizes.value(after)]),
          size: size, isReflected: builder.integers([0]))
        return builder.add("Gather", [x, indices], [ONNXAttribute("axis", place)])
      }
      let tall = mirrored(x, 1, before: top, after: bottom, place: rows)
      return set(node.result, form, mirrored(tall, 2, before: left, after: right, place: columns))
    }
    let pads = sizes.vector([top, left, bottom, right]), axes = builder.integers([rows, columns])
    let (kind, value): (String, Float) =
      switch mode {
      case .constant(let value): ("constant", value)
      case .reflect: ("reflect", 0)
      case .replicate: ("edge", 0)
      case .zero, .symmetric: ("constant", 0)
      }
    let filler = kind == "constant" ? builder.number(value) : ""
    set(node.result, form, builder.add("Pad", [x, pads, filler, axes], [ONNXAttribute("mode", kind)]))
  }

  func pixelShuffle(_ node: GraphProgram.Node, _ factor: Int) {
    set(
      node.result, .channelsFirst,
      builder.add(
        "DepthToSpace", [name(node.operands[0], .channelsFirst)],
        [ONNXAttribute("blocksize", factor), ONNXAttribute("mode", "CRD")]))
  }
}

extension SizeExpression {
  /// The integer for one image of one unit, where all of the factors are positive the least.
  fileprivate var smallest: Int { value(at: InputSize(rows: 1, columns: 1)) }
}
