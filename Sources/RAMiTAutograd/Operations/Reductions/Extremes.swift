import RAMiTKernels
import RAMiTTensorCore

extension Variable {
  /// The largest element over some axes; NaN where one is. Equal largest elements share the gradient evenly, as in
  /// PyTorch's `amax`.
  /// - Parameters:
  ///   - axes: negative ones count from the end; by default all.
  ///   - keepsDimensions: leaves the reduced axes with size 1.
  /// - Precondition: each axis exists and is named once; the reduced axes have elements.
  public func max(axes: [Int]? = nil, keepsDimensions: Bool = false) -> Variable {
    extreme(.maximum, ReducedAxes(shape, axes, keepsDimensions: keepsDimensions), .maximum, operation: "max")
  }

  /// The smallest element over some axes; NaN where one is. Equal smallest elements share the gradient evenly, as in
  /// PyTorch's `amin`.
  /// - Parameters:
  ///   - axes: negative ones count from the end; by default all.
  ///   - keepsDimensions: leaves the reduced axes with size 1.
  /// - Precondition: each axis exists and is named once; the reduced axes have elements.
  public func min(axes: [Int]? = nil, keepsDimensions: Bool = false) -> Variable {
    extreme(.minimum, ReducedAxes(shape, axes, keepsDimensions: keepsDimensions), .minimum, operation: "min")
  }

  private func extreme(
    _ reduction: Reduction, _ axes: ReducedAxes, _ kind: GraphOperation.ReductionKind, operation: String
  ) -> Variable {
    require(axes.terms > 0, "\(shape) has no elements to choose from")
    let y = Tensor(axes.shape) { reduction(axes.plan, value.pointer, into: $0) }
    return Variable(y, from: [self], operation: operation, as: axes.description(kind)) {
      [x = saved, y] dy, gradients in
      guard x.requiresGradient else { return }
      let share = Tensor(axes.shape) { share in
        Reduction.countOfEqual(axes.plan, x.value.pointer, centre: y.pointer, into: share)
        let broadcast = Broadcast([dy.shape.dimensions, dy.shape.dimensions])
        BinaryFunction.divide.forward(dy.pointer, share, broadcast, into: share)
      }
      gradients.spread(share, over: axes, by: .whereEqual, values: x.value, centre: y, to: x)
    }
  }

  /// The largest element along an axis, and its place there. Of equal ones the first is taken, and gets the gradient.
  /// - Parameters:
  ///   - axis: a negative one counts from the end.
  ///   - keepsDimensions: leaves the axis with size 1.
  /// - Returns: the values, and the places in the values' row-major order.
  /// - Precondition: the axis exists and has elements.
  public func max(axis: Int, keepsDimensions: Bool = false) -> (values: Variable, indices: [Int]) {
    extreme(isLargest: true, axis: axis, keepsDimensions: keepsDimensions, operation: "max")
  }

  /// The smallest element along an axis, and its place there. Of equal ones the first is taken, and gets the gradient.
  /// - Parameters:
  ///   - axis: a negative one counts from the end.
  ///   - keepsDimensions: leaves the axis with size 1.
  /// - Returns: the values, and the places in the values' row-major order.
  /// - Precondition: the axis exists and has elements.
  public func min(axis: Int, keepsDimensions: Bool = false) -> (values: Variable, indices: [Int]) {
    extreme(isLargest: false, axis: axis, keepsDimensions: keepsDimensions, operation: "min")
  }

  /// The place of the largest element along an axis, of equal ones of the first; NaN counts as the largest.
  /// - Parameter axis: a negative one counts from the end.
  /// - Returns: the places, in the row-major order of the other axes.
  /// - Precondition: the axis exists and has elements.
  public func argmax(axis: Int) -> [Int] { places(isLargest: true, AxisLines(shape, axis: axis)) }

  /// The place of the smallest element along an axis, of equal ones of the first; NaN counts as the smallest.
  /// - Parameter axis: a negative one counts from the end.
  /// - Returns: the places, in the row-major order of the other axes.
  /// - Precondition: the axis exists and has elements.
  public func argmin(axis: Int) -> [Int] { places(isLargest: false, AxisLines(shape, axis: axis)) }

  /// The place of the largest of all elements, in row-major order.
  public func argmax() -> Int { places(isLargest: true, AxisLines([shape.count], axis: 0))[0] }

  /// The place of the smallest of all elements, in row-major order.
  public func argmin() -> Int { places(isLargest: false, AxisLines([shape.count], axis: 0))[0] }

  private func places(isLargest: Bool, _ lines: AxisLines) -> [Int] {
    require(lines.size > 0, "\(shape) has no elements to choose from")
    GraphTrace.refuse(isLargest ? "argmax" : "argmin")
    let count = lines.outer * lines.inner
    return [Int](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let start = buffer.baseAddress {
        // The values of a meta tensor are not known.
        if value.isMeta {
          buffer.initialize(repeating: 0)
        } else {
          lines.findExtremes(value.pointer, isLargest: isLargest, into: start)
        }
      }
      initialized = count
    }
  }

  private func extreme(
    isLargest: Bool, axis: Int, keepsDimensions: Bool, operation: String
  ) -> (values: Variable, indices: [Int]) {
    let lines = AxisLines(shape, axis: axis), indices = places(isLargest: isLargest, lines)
    let axes = ReducedAxes(shape, [axis], keepsDimensions: keepsDimensions)
    let y = Tensor(axes.shape) { lines.gather(value.pointer, places: indices, into: $0) }
    let values = Variable(y, from: [self], operation: operation) { [x = gradientSlot, indices] dy, gradients in
      gradients.accumulate(to: x) { lines.scatterAdd(dy.pointer, places: indices, into: $0) }
    }
    return (values, indices)
  }
}
