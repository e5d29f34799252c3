import RAMiTKernels
import RAMiTTensorCore

/// x / max(|x|, epsilon) along an axis, of the shape of x: vectors of length one (`torch.nn.functional.normalize`). One
/// of length zero stays.
public func l2Normalize(_ x: consuming Variable, axis: Int = -1, epsilon: Float = 1e-12) -> Variable {
  var x = x
  let axis = x.shape.normalized(axis: axis)
  let kernel = UnitLength(AxisLines(x.shape, axis: axis), epsilon: epsilon)
  let y = x.memoryForResult()
  y.initialize { kernel.forward(x.value.pointer, $0) }
  let description = GraphDescription(.unitLength(axis: axis, epsilon: epsilon))
  return Variable(y, from: [x], multiplyAdds: y.count, as: description) { [x = x.saved] dy, gradients in
    gradients.write(to: x) { dx, accumulate in
      kernel.backward(x.value.pointer, dy: dy.pointer, dx, accumulate: accumulate)
    }
  }
}
