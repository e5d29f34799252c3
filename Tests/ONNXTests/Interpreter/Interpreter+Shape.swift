/// Operators that move elements, and those that compute with shapes.
extension Interpreter {
  func shape(_ node: ONNXFile.Node, _ operands: [NumberArray?]) throws -> NumberArray? {
    guard let x = operands[0] else { return nil }
    func axis() -> Int {
      let axis = node.integers["axis"] ?? 0
      return axis < 0 ? axis + x.rank : axis
    }
    switch node.type {
    case "Cast": return NumberArray(shape: x.shape, values: x.values, isInteger: node.integers["to"] == 7)
    case "Where":
      let (a, b) = (operands[1]!, operands[2]!)
      let shape = NumberArray.broadcastShape(x.shape, NumberArray.broadcastShape(a.shape, b.shape))
      let chosen = zip(x.broadcast(to: shape).values, zip(a.broadcast(to: shape).values, b.broadcast(to: shape).values))
      return NumberArray(shape: shape, values: chosen.map { $0 != 0 ? $1.0 : $1.1 })
    case "Shape": return NumberArray(shape: [x.rank], values: x.shape.map(Double.init), isInteger: true)
    case "Squeeze":
      let axes = operands[1]!.integers
      return NumberArray(
        shape: x.shape.enumerated().filter { !axes.contains($0.offset) }.map(\.element), values: x.values,
        isInteger: x.isInteger)
    case "Range":
      let (start, end, step) = (x.values[0], operands[1]!.values[0], operands[2]!.values[0])
      let values = Array(stride(from: start, to: end, by: step))
      return NumberArray(shape: [values.count], values: values, isInteger: true)
    case "Reshape": return reshape(x, operands[1]!.integers)
    case "Expand": return x.broadcast(to: NumberArray.broadcastShape(x.shape, operands[1]!.integers))
    case "Transpose": return x.transposed(node.lists["perm"]!)
    case "Gather": return gather(x, operands[1]!, axis())
    case "Concat": return concatenate(operands.map { $0! }, axis())
    case "Slice": return slice(x, operands)
    case "Pad": return try pad(x, operands, node.texts["mode"] ?? "constant")
    case "DepthToSpace":
      guard node.texts["mode"] == "CRD" else { throw Failure(description: "DepthToSpace in another order") }
      let (r, s) = (node.integers["blocksize"]!, x.shape), c = s[1] / (r * r)
      let cells = NumberArray(shape: [s[0], c, r, r, s[2], s[3]], values: x.values).transposed([0, 1, 4, 2, 5, 3])
      return NumberArray(shape: [s[0], c, s[2] * r, s[3] * r], values: cells.values)
    default: return nil
    }
  }

  private func reshape(_ x: NumberArray, _ sizes: [Int]) -> NumberArray {
    var shape = sizes.enumerated().map { $1 == 0 ? x.shape[$0] : $1 }
    if let open = shape.firstIndex(of: -1) {
      shape[open] = x.count / max(1, -shape.reduce(1, *))
    }
    return NumberArray(shape: shape, values: x.values, isInteger: x.isInteger)
  }

  /// With indices of one axis, or of none.
  private func gather(_ x: NumberArray, _ indices: NumberArray, _ axis: Int) -> NumberArray {
    let places = indices.integers, strides = x.strides
    var shape = x.shape
    shape.replaceSubrange(axis...axis, with: indices.shape)
    return x.gathered(shape) { place in
      let chosen = indices.rank == 0 ? places[0] : places[place[axis]]
      let outer = (0..<axis).reduce(0) { $0 + place[$1] * strides[$1] }
      let inner = (axis + 1..<x.rank).reduce(0) { $0 + place[$1 - 1 + indices.rank] * strides[$1] }
      return outer + chosen * strides[axis] + inner
    }
  }

  private func concatenate(_ parts: [NumberArray], _ axis: Int) -> NumberArray {
    let outer = parts[0].shape[..<axis].reduce(1, *)
    var values: [Double] = []
    for row in 0..<outer {
      for part in parts {
        let length = part.count / max(1, outer)
        values += part.values[row * length..<(row + 1) * length]
      }
    }
    var shape = parts[0].shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    return NumberArray(shape: shape, values: values, isInteger: parts[0].isInteger)
  }

  private func slice(_ x: NumberArray, _ operands: [NumberArray?]) -> NumberArray {
    let (starts, ends, axes) = (operands[1]!.integers, operands[2]!.integers, operands[3]!.integers)
    let steps = operands.count > 4 ? operands[4]!.integers : axes.map { _ in 1 }
    var first = x.shape.map { _ in 0 }, step = x.shape.map { _ in 1 }, shape = x.shape
    for (place, axis) in axes.enumerated() {
      let size = x.shape[axis], isForward = steps[place] > 0
      func clamped(_ bound: Int) -> Int {
        let counted = bound < 0 ? bound + size : bound
        return isForward ? min(max(counted, 0), size) : min(max(counted, -1), size - 1)
      }
      let (start, end) = (clamped(starts[place]), clamped(ends[place]))
      first[axis] = start
      step[axis] = steps[place]
      shape[axis] = max(0, (end - start + steps[place] - (isForward ? 1 : -1)) / steps[place])
    }
    let strides = x.strides
    return x.gathered(shape) { place in
      place.indices.reduce(0) { $0 + (first[$1] + place[$1] * step[$1]) * strides[$1] }
    }
  }

  private func pad(_ x: NumberArray, _ operands: [NumberArray?], _ mode: String) throws -> NumberArray {
    let pads = operands[1]!.integers, axes = operands[3]!.integers
    let value = operands[2]?.values[0] ?? 0
    guard mode == "constant" && value == 0 || mode == "edge" else { throw Failure(description: "padding by \(mode)") }
    var shape = x.shape, before = x.shape.map { _ in 0 }
    for (place, axis) in axes.enumerated() {
      before[axis] = pads[place]
      shape[axis] += pads[place] + pads[place + axes.count]
    }
    let strides = x.strides
    return x.gathered(shape) { place in
      var source = 0
      for axis in place.indices {
        let inside = min(max(place[axis] - before[axis], 0), x.shape[axis] - 1)
        if mode == "constant", inside != place[axis] - before[axis] { return nil }
        source += inside * strides[axis]
      }
      return source
    }
  }
}
