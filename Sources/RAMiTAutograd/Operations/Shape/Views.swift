import RAMiTTensorCore

// The same memory under another shape. A view and what it was made from share storage, which plain inference then
// overwrites in neither of them.

extension Variable {
  /// The same values in row-major order under another shape, without a copy.
  /// - Parameter shape: at most one size is -1: it becomes what the others leave over.
  /// - Precondition: both shapes hold equally many values.
  public func reshaped(_ shape: [Int]) -> Variable {
    let shape = self.shape.completing(shape)
    if shape == self.shape, !GraphTrace.isRecording { return self }
    let view = value.reshaped(shape)
    return Variable(view, from: [self], as: GraphDescription(.reshape, sizes: shape.dimensions)) {
      [x = gradientSlot] dy, gradients in
      gradients.add(dy.reshaped(x.shape), to: x)
    }
  }

  /// The same values under another shape, without a copy.
  public func reshaped(_ shape: Shape) -> Variable { reshaped(shape.dimensions) }

  /// The axes `range` as one, without a copy: N x H x W x C flattened over 1...2 is N x H W x C.
  public func flattened(_ range: ClosedRange<Int>) -> Variable {
    let dimensions = shape.dimensions
    require(range.lowerBound >= 0 && range.upperBound < shape.rank, "\(shape) has no axes \(range)")
    return reshaped(
      Array(dimensions[..<range.lowerBound]) + [dimensions[range].reduce(1, *)] + dimensions[(range.upperBound + 1)...])
  }

  /// Removes an axis of size 1.
  /// - Precondition: the axis has the size 1.
  public func squeezed(axis: Int) -> Variable {
    let axis = shape.normalized(axis: axis)
    require(shape[axis] == 1, "axis \(axis) of \(shape) is not of size 1")
    var dimensions = shape.dimensions
    dimensions.remove(at: axis)
    return reshaped(dimensions)
  }

  /// Adds an axis of size 1, which is axis number `axis` of the result; negative numbers count from its end.
  public func unsqueezed(axis: Int) -> Variable {
    let position = axis < 0 ? shape.rank + 1 + axis : axis
    require(position >= 0 && position <= shape.rank, "\(shape) cannot get an axis \(axis)")
    var dimensions = shape.dimensions
    dimensions.insert(1, at: position)
    return reshaped(dimensions)
  }
}

extension Shape {
  /// The shape with the same number of values; a size of -1 is what the others leave over.
  fileprivate func completing(_ sizes: [Int]) -> Shape {
    guard let open = sizes.firstIndex(of: -1) else {
      let shape = Shape(sizes)
      require(shape.count == count, "\(self) cannot be reshaped to \(shape)")
      return shape
    }
    var complete = sizes
    complete[open] = 1
    require(!complete.contains { $0 < 0 }, "at most one size may be -1: \(sizes)")
    let known = complete.reduce(1, *)
    require(known > 0 && count % known == 0, "\(self) cannot be reshaped to \(sizes)")
    complete[open] = count / known
    return Shape(complete)
  }
}
