import RAMiTKernels
import RAMiTTensorCore

extension Variable {
  /// The elements of an axis with these numbers, in their order; an element may come any number of times
  /// (`torch.index_select`).
  ///
  /// The rows of a table of relative position biases, (2 m - 1)^2 x heads, become m^4 x heads with axis 0.
  /// - Precondition: every index is in `0 ..<` the size of the axis.
  public func gather(axis: Int, indices: [Int]) -> Variable {
    let axis = shape.normalized(axis: axis), size = shape[axis]
    require(
      indices.allSatisfy { $0 >= 0 && $0 < size },
      "axis \(axis) of \(shape) has no element \(indices.first { $0 < 0 || $0 >= size } ?? 0)")
    let kernel = Gather(
      outer: shape.dimensions[..<axis].reduce(1, *), size: size,
      inner: shape.dimensions[(axis + 1)...].reduce(1, *), indices: indices)
    let y = Tensor(shape.replacing(axis, with: indices.count)) { y in kernel.forward(value.pointer, y) }
    return Variable(y, from: [self], as: GraphDescription(.gather(axis: axis, indices: indices))) {
      [x = gradientSlot] dy, gradients in
      gradients.write(to: x) { dx, accumulate in kernel.backward(dy.pointer, dx, accumulate: accumulate) }
    }
  }
}
