import RAMiTKernels
import RAMiTTensorCore

extension AxisLines {
  /// - Precondition: there is such an axis.
  init(_ shape: Shape, axis: Int) {
    let axis = shape.normalized(axis: axis)
    self.init(
      outer: shape.dimensions[..<axis].reduce(1, *), size: shape[axis],
      inner: shape.dimensions[(axis + 1)...].reduce(1, *))
  }
}

/// exp(x) / sum exp(x) along an axis, of the shape of x. Values more than 87 below the largest one count as that far
/// below.
public func softmax(_ x: consuming Variable, axis: Int = -1) -> Variable { softmax(x, axis, logarithm: false) }

/// The logarithm of softmax along an axis: x - log(sum exp(x)), of the shape of x.
public func logSoftmax(_ x: consuming Variable, axis: Int = -1) -> Variable { softmax(x, axis, logarithm: true) }

private func softmax(
  _ x: consuming Variable, _ axis: Int, logarithm: Bool
) -> Variable {
  var x = x
  let kernel = Softmax(AxisLines(x.shape, axis: axis), logarithm: logarithm)
  let y = x.memoryForResult()
  y.initialize { kernel.forward(x.value.pointer, $0) }
  return Variable(y, from: [x], operation: logarithm ? "logSoftmax" : "softmax") { [x = x.gradientSlot] dy, gradients in
    gradients.write(to: x) { dx, accumulate in
      kernel.backward(y: y.pointer, dy: dy.pointer, dx, accumulate: accumulate)
    }
  }
}
