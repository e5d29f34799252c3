import RAMiTKernels
import RAMiTTensorCore

/// Total variation, as a scalar: the mean of |x(y + 1) - x(y)| plus the mean of |x(x + 1) - x(x)|, each over all
/// pairs of neighbours (Rudin et al., 1992, in its anisotropic form); 0 along an axis of one pixel.
///
/// - Parameter x: N x H x W x C.
public func totalVariationLoss(_ x: Variable) -> Variable {
  let shape = x.shape
  requireMap(shape)
  let kernel = TotalVariation(images: shape[0], height: shape[1], width: shape[2], channels: shape[3])
  let vertical = Double(max(1, shape[0] * (shape[1] - 1) * shape[2] * shape[3]))
  let horizontal = Double(max(1, shape[0] * shape[1] * (shape[2] - 1) * shape[3]))
  let loss = Tensor([]) { loss in
    let sums = kernel.sums(x.value.pointer)
    loss[0] = Float(sums.vertical / vertical + sums.horizontal / horizontal)
  }
  return Variable(loss, from: [x]) { [x = x.saved] dLoss, gradients in
    gradients.write(to: x) { dx, accumulate in
      kernel.backward(
        x.value.pointer, vertical: dLoss.scalar / Float(vertical), horizontal: dLoss.scalar / Float(horizontal), dx,
        accumulate: accumulate)
    }
  }
}
