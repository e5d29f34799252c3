import Kernels
import TensorCore

/// The largest value of each size x size cell: N x H x W x C to N x H/s x W/s x C.
public func maxPool(_ x: Variable, _ size: Int) -> Variable {
  precondition(
    x.shape.rank == 4 && x.shape[1] % size == 0 && x.shape[2] % size == 0, "\(x.shape) has no cells of \(size)")
  if size == 1 { return x }
  let kernel = MaxPool(
    images: x.shape[0], height: x.shape[1], width: x.shape[2], channels: x.shape[3], size: size)
  let y = Tensor([x.shape[0], x.shape[1] / size, x.shape[2] / size, x.shape[3]]) { kernel.forward(x.value.pointer, $0) }
  return Variable(y, from: [x]) { [x = x.saved] dy, gradients in
    gradients.write(to: x) { dx, accumulate in kernel.backward(x.value.pointer, dy: dy.pointer, dx, adds: accumulate) }
  }
}
