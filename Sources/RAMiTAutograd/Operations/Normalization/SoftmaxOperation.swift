import RAMiTKernels
import RAMiTTensorCore

extension AxisLines {
  /// - Parameter axis: a negative one counts from the end.
  /// - Precondition: there is such an axis.
  init(_ shape: Shape, axis: Int) { self.init(shape.dimensions, axis: shape.normalized(axis: axis)) }
}

/// exp(x) / sum exp(x) along an axis, of the shape of x; 0 where x is more than 87 below the largest value.
public func softmax(_ x: consuming Variable, axis: Int = -1) -> Variable { softmax(x, axis, logarithm: false) }

/// The logarithm of softmax along an axis: x - log(sum exp(x)), of the shape of x.
public func logSoftmax(_ x: consuming Variable, axis: Int = -1) -> Variable { softmax(x, axis, logarithm: true) }

private func softmax(_ x: consuming Variable, _ axis: Int, logarithm: Bool) -> Variable {
  var x = x
  let axis = x.shape.normalized(axis: axis)
  let kernel = Softmax(AxisLines(x.shape, axis: axis), logarithm: logarithm)
  let y = x.memoryForResult()
  y.initialize { kernel.forward(x.value.pointer, $0) }
  let description = GraphDescription(.softmax(axis: axis, isLogarithm: logarithm))
  return Variable(y, from: [x], operation: logarithm ? "logSoftmax" : "softmax", as: description) {
    [x = x.gradientSlot, y] dy, gradients in
    gradients.write(to: x) { dx, accumulate in
      kernel.backward(y: y.pointer, dy: dy.pointer, dx, accumulate: accumulate)
    }
  }
}
