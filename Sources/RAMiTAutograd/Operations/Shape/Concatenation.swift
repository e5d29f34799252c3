import RAMiTKernels
import RAMiTTensorCore

/// The parts one after the other on an axis.
/// - Precondition: there is a part; the parts' other axes are equal.
public func concatenate(_ parts: [Variable], axis: Int) -> Variable {
  require(!parts.isEmpty, "nothing to concatenate")
  let axis = parts[0].shape.normalized(axis: axis)
  for part in parts.dropFirst() {
    require(
      part.shape.rank == parts[0].shape.rank
        && part.shape.replacing(axis, with: parts[0].shape[axis]) == parts[0].shape,
      "\(parts[0].shape) and \(part.shape) cannot be concatenated on axis \(axis)")
  }
  if parts.count == 1 { return parts[0] }
  let shape = parts[0].shape.replacing(axis, with: parts.reduce(0) { $0 + $1.shape[axis] })
  let strides = shape.strides
  var offset = 0
  let copies = parts.map { part in
    defer { offset += part.shape[axis] * strides[axis] }
    return StridedCopy(sizes: part.shape.dimensions, from: part.shape.strides, to: strides, toOffset: offset)
  }
  let y = Tensor(shape) { y in
    for (part, copy) in zip(parts, copies) { copy(part.value.pointer, into: y) }
  }
  return Variable(y, from: parts, as: GraphDescription(.concatenation(axis: axis))) {
    [slots = parts.map(\.gradientSlot)] dy, gradients in
    for (slot, copy) in zip(slots, copies) {
      gradients.write(to: slot) { dPart, accumulate in copy.reversed(dy.pointer, into: dPart, accumulate: accumulate) }
    }
  }
}

/// The parts, all of one shape, side by side on a new axis, which is axis number `axis` of the result.
public func stack(_ parts: [Variable], axis: Int) -> Variable {
  for part in parts.dropFirst() {
    requireShape(part.shape, parts[0].shape, of: "a part of a stack")
  }
  return concatenate(parts.map { $0.unsqueezed(axis: axis) }, axis: axis)
}
