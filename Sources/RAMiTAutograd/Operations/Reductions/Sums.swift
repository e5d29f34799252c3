import RAMiTKernels
import RAMiTTensorCore

// Sums and values computed from them. Partial sums are added in a fixed order, so the bits do not depend on the number
// of threads.

extension Variable {
  /// The sum over some axes.
  /// - Parameters:
  ///   - axes: negative ones count from the end; by default all.
  ///   - keepsDimensions: leaves the reduced axes with size 1.
  /// - Precondition: each axis exists, and is named once.
  public func sum(axes: [Int]? = nil, keepsDimensions: Bool = false) -> Variable {
    total(ReducedAxes(shape, axes, keepsDimensions: keepsDimensions), scale: 1, .sum)
  }

  /// The mean over some axes; NaN of no elements.
  /// - Parameters:
  ///   - axes: negative ones count from the end; by default all.
  ///   - keepsDimensions: leaves the reduced axes with size 1.
  /// - Precondition: each axis exists, and is named once.
  public func mean(axes: [Int]? = nil, keepsDimensions: Bool = false) -> Variable {
    let axes = ReducedAxes(shape, axes, keepsDimensions: keepsDimensions)
    return total(axes, scale: 1 / Double(axes.terms), .mean)
  }

  private func total(_ axes: ReducedAxes, scale: Double, _ kind: GraphOperation.ReductionKind) -> Variable {
    let y = Tensor(axes.shape) { Reduction.sum(axes.plan, value.pointer, scale: scale, into: $0) }
    return Variable(y, from: [self], operation: "\(kind)", as: axes.description(kind)) {
      [x = gradientSlot] dy, gradients in
      gradients.spread(scale == 1 ? dy : dy.map(.multiplying(by: Float(scale))), over: axes, to: x)
    }
  }

  /// The variance over some axes: sum (x - mean)^2 / (n - 1), or / n.
  /// - Parameters:
  ///   - axes: negative ones count from the end; by default all.
  ///   - isUnbiased: divides by n - 1 (Bessel's correction), as PyTorch does by default; NaN of one element.
  ///   - keepsDimensions: leaves the reduced axes with size 1.
  /// - Precondition: each axis exists, and is named once.
  public func variance(axes: [Int]? = nil, isUnbiased: Bool = true, keepsDimensions: Bool = false) -> Variable {
    if GraphTrace.isRecording {
      return composedVariance(axes: axes, isUnbiased: isUnbiased, keepsDimensions: keepsDimensions)
    }
    let axes = ReducedAxes(shape, axes, keepsDimensions: keepsDimensions)
    let (y, mean, share) = deviations(axes, isUnbiased: isUnbiased)
    return Variable(y, from: [self]) { [x = saved, mean] dy, gradients in
      gradients.spread(
        dy.map(.multiplying(by: Float(2 * share))), over: axes, by: .deviation, values: x.value, centre: mean, to: x)
    }
  }

  /// The square root of the variance over some axes; its gradient is 0 where it is 0.
  /// - Parameters: as those of `variance`.
  public func standardDeviation(
    axes: [Int]? = nil, isUnbiased: Bool = true, keepsDimensions: Bool = false
  ) -> Variable {
    if GraphTrace.isRecording {
      return composedVariance(axes: axes, isUnbiased: isUnbiased, keepsDimensions: keepsDimensions).sqrt()
    }
    let axes = ReducedAxes(shape, axes, keepsDimensions: keepsDimensions)
    let (variance, mean, share) = deviations(axes, isUnbiased: isUnbiased)
    let y = Tensor(axes.shape) { UnaryFunction.sqrt.forward(variance.pointer, $0, count: variance.count) }
    return Variable(y, from: [self]) { [x = saved, y, mean] dy, gradients in
      gradients.spread(
        dy.dividedWhereNotZero(by: y, scale: Float(share)), over: axes, by: .deviation, values: x.value, centre: mean,
        to: x)
    }
  }

  /// The variance from general operations.
  private func composedVariance(axes: [Int]?, isUnbiased: Bool, keepsDimensions: Bool) -> Variable {
    let squares = (self - mean(axes: axes, keepsDimensions: true)).square()
    guard isUnbiased else { return squares.mean(axes: axes, keepsDimensions: keepsDimensions) }
    let terms = ReducedAxes(shape, axes, keepsDimensions: keepsDimensions).terms
    return squares.sum(axes: axes, keepsDimensions: keepsDimensions) / Float(terms - 1)
  }

  /// The variance, the mean, and the share that each squared deviation has.
  private func deviations(_ axes: ReducedAxes, isUnbiased: Bool) -> (variance: Tensor, mean: Tensor, share: Double) {
    let share = 1 / Double(axes.terms - (isUnbiased ? 1 : 0))
    let mean = Tensor(axes.shape) {
      Reduction.sum(axes.plan, value.pointer, scale: 1 / Double(axes.terms), into: $0)
    }
    let variance = Tensor(axes.shape) {
      Reduction.sumOfSquaredDeviations(axes.plan, value.pointer, centre: mean.pointer, scale: share, into: $0)
    }
    return (variance, mean, share)
  }

  /// Which norm is taken.
  public enum NormOrder: Sendable {
    /// sum |x|.
    case l1
    /// sqrt(sum x^2).
    case l2
  }

  /// The norm over some axes. Its gradient is 0 where the norm, or for L1 the element, is 0.
  /// - Parameters:
  ///   - axes: negative ones count from the end; by default all.
  ///   - keepsDimensions: leaves the reduced axes with size 1.
  /// - Precondition: each axis exists, and is named once.
  public func norm(_ order: NormOrder = .l2, axes: [Int]? = nil, keepsDimensions: Bool = false) -> Variable {
    let axes = ReducedAxes(shape, axes, keepsDimensions: keepsDimensions)
    switch order {
    case .l1:
      let y = Tensor(axes.shape) { Reduction.sumOfMagnitudes(axes.plan, value.pointer, into: $0) }
      return Variable(y, from: [self], as: axes.description(.l1)) { [x = saved] dy, gradients in
        gradients.spread(dy, over: axes, by: .signed, values: x.value, to: x)
      }
    case .l2:
      let y = Tensor(axes.shape) { y in
        Reduction.sumOfSquares(axes.plan, value.pointer, into: y)
        UnaryFunction.sqrt.forward(y, y, count: axes.shape.count)
      }
      return Variable(y, from: [self], as: axes.description(.l2)) { [x = saved, y] dy, gradients in
        gradients.spread(
          dy.dividedWhereNotZero(by: y, scale: 1), over: axes, by: .product, values: x.value, to: x)
      }
    }
  }

  /// log(sum exp(x)) over some axes, without overflow; minus infinity where all elements are.
  /// - Parameters:
  ///   - axes: negative ones count from the end; by default all.
  ///   - keepsDimensions: leaves the reduced axes with size 1.
  /// - Precondition: each axis exists, and is named once.
  public func logSumExp(axes: [Int]? = nil, keepsDimensions: Bool = false) -> Variable {
    let axes = ReducedAxes(shape, axes, keepsDimensions: keepsDimensions)
    let y = Tensor(axes.shape) { y in
      let largest = Tensor(uninitialized: axes.shape)
      Reduction.maximum(axes.plan, value.pointer, into: largest.pointer)
      UnaryFunction.finite.forward(largest.pointer, largest.pointer, count: largest.count)
      Reduction.sumOfExponentials(axes.plan, value.pointer, centre: largest.pointer, into: y)
      UnaryFunction.log.forward(y, y, count: axes.shape.count)
      addInPlace(y, largest.pointer, count: axes.shape.count)
    }
    return Variable(y, from: [self], as: axes.description(.logSumExp)) { [x = saved, y] dy, gradients in
      gradients.spread(dy, over: axes, by: .exponential, values: x.value, centre: y, to: x)
    }
  }

  /// x[0] + ... + x[i] along an axis, in the shape of x.
  /// - Parameter axis: a negative one counts from the end.
  /// - Precondition: the axis exists.
  public func cumulativeSum(axis: Int) -> Variable {
    let axis = shape.normalized(axis: axis), lines = AxisLines(shape, axis: axis)
    let y = Tensor(shape) { lines.cumulativeSum(value.pointer, isReversed: false, into: $0, accumulate: false) }
    return Variable(y, from: [self], as: GraphDescription(.cumulativeSum(axis: axis))) {
      [x = gradientSlot] dy, gradients in
      gradients.write(to: x) { dx, accumulate in
        lines.cumulativeSum(dy.pointer, isReversed: true, into: dx, accumulate: accumulate)
      }
    }
  }
}

extension Tensor {
  /// scale times this / divisor, 0 where the divisor is 0.
  fileprivate func dividedWhereNotZero(by divisor: Tensor, scale: Float) -> Tensor {
    let scale = Tensor(scale), operands = [shape.dimensions, divisor.shape.dimensions, scale.shape.dimensions]
    return Tensor(shape) {
      TernaryFunction.quotient(pointer, divisor.pointer, scale.pointer, Broadcast(operands), into: $0)
    }
  }
}
