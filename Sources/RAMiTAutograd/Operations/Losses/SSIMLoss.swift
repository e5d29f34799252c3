import RAMiTKernels
import RAMiTTensorCore

/// 1 - SSIM, as a scalar: the mean over all images, channels and places of a Gaussian window of 11 x 11 (deviation 1.5)
/// that lies in the map (Wang et al., "Image Quality Assessment: From Error Visibility to Structural Similarity",
/// 2004).
///
/// - Parameters:
///   - output: N x H x W x C.
///   - target: the same shape.
///   - dataRange: the distance of the largest possible value from the smallest.
/// - Precondition: H and W are at least 11.
public func ssimLoss(_ output: Variable, _ target: Tensor, dataRange: Double = 1) -> Variable {
  let shape = output.shape
  require(
    shape.rank == 4 && shape[1] >= StructuralSimilarity.window && shape[2] >= StructuralSimilarity.window,
    "SSIM takes N x H x W x C with sides of at least \(StructuralSimilarity.window), not \(shape)")
  let kernel = StructuralSimilarity(
    images: shape[0], height: shape[1], width: shape[2], channels: shape[3], dataRange: dataRange)
  return Variable(
    loss: output, target, operation: "ssimLoss",
    value: { 1 - kernel.sum($0, $1) / Double(kernel.count) },
    gradient: { output, target, factor, gradient, accumulate in
      kernel.backward(
        output, target, times: -Double(factor) / Double(kernel.count), gradient, accumulate: accumulate)
    })
}
