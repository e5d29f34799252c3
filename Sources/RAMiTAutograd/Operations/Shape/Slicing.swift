import RAMiTKernels
import RAMiTTensorCore

extension Variable {
  /// The elements `range` of an axis. On the outermost axis they are a view, without a copy.
  /// - Precondition: the range lies in the axis.
  public func sliced(axis: Int, _ range: Range<Int>) -> Variable {
    let axis = shape.normalized(axis: axis)
    require(
      range.lowerBound >= 0 && range.upperBound <= shape[axis], "\(range) is not in axis \(axis) of \(shape)")
    if range == 0..<shape[axis], !GraphTrace.isRecording { return self }
    if shape.dimensions[..<axis].allSatisfy({ $0 == 1 }) { return outermostSlice(axis, range) }
    let strides = shape.strides, result = shape.replacing(axis, with: range.count)
    return Variable(
      rearranging: self, into: result,
      by: [
        StridedCopy(
          sizes: result.dimensions, from: strides, to: result.strides, fromOffset: range.lowerBound * strides[axis])
      ], as: GraphDescription(.slice(axis: axis), sizes: [range.lowerBound, range.upperBound]))
  }

  /// A slice that is contiguous, because no axis outside of it has more than one element.
  private func outermostSlice(_ axis: Int, _ range: Range<Int>) -> Variable {
    let result = shape.replacing(axis, with: range.count), stride = shape.strides[axis]
    let inner = Shape(Array(shape.dimensions[axis...]))
    let view = value.reshaped(inner).slice(range).reshaped(result)
    let description = GraphDescription(.slice(axis: axis), sizes: [range.lowerBound, range.upperBound])
    return Variable(view, from: [self], operation: "sliced", as: description) { [x = gradientSlot] dy, gradients in
      gradients.accumulate(to: x) { dx in
        addInPlace(dx + range.lowerBound * stride, dy.pointer, count: dy.count)
      }
    }
  }

  /// Element `index` of an axis, without that axis.
  public func sliced(axis: Int, at index: Int) -> Variable {
    sliced(axis: axis, index..<index + 1).squeezed(axis: axis)
  }

  /// An axis cut into parts of these sizes.
  /// - Precondition: they add up to the axis.
  public func split(axis: Int, sizes: [Int]) -> [Variable] {
    let axis = shape.normalized(axis: axis)
    require(
      sizes.allSatisfy { $0 >= 0 } && sizes.reduce(0, +) == shape[axis],
      "\(sizes) do not add up to axis \(axis) of \(shape)")
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return sliced(axis: axis, start..<start + size)
    }
  }

  /// An axis cut into `parts` parts of one size.
  /// - Precondition: the axis is a multiple of `parts`.
  public func split(axis: Int, parts: Int) -> [Variable] {
    let axis = shape.normalized(axis: axis)
    require(parts > 0 && shape[axis] % parts == 0, "axis \(axis) of \(shape) has no \(parts) equal parts")
    return split(axis: axis, sizes: Array(repeating: shape[axis] / parts, count: parts))
  }

  /// The part of a feature map N x H x W x C with its top left corner at (`top`, `left`): N x height x width x C.
  /// - Precondition: it lies in the map.
  public func cropped(top: Int = 0, left: Int = 0, height: Int, width: Int) -> Variable {
    requireMap(shape)
    require(
      top >= 0 && left >= 0 && height >= 0 && width >= 0 && top + height <= shape[1] && left + width <= shape[2],
      "\(height) x \(width) at (\(top), \(left)) is not in \(shape)")
    if GraphTrace.isRecording {
      return sliced(axis: 1, top..<top + height).sliced(axis: 2, left..<left + width)
    }
    let strides = shape.strides, result: Shape = [shape[0], height, width, shape[3]]
    if result == shape { return self }
    return Variable(
      rearranging: self, into: result,
      by: [
        StridedCopy(
          sizes: result.dimensions, from: strides, to: result.strides, fromOffset: top * strides[1] + left * strides[2])
      ], as: nil)
  }
}
