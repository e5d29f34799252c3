import Foundation
import RAMiTKernels
import RAMiTTensorCore

/// The negative peak signal-to-noise ratio in dB, for images of values in [0, 1], as a scalar: the mean over the images
/// of 10 log10(mean squared error + epsilon). It is the loss of NAFNet (Chen et al., "Simple Baselines for
/// Image Restoration", 2022).
/// - Parameters:
///   - output: N x H x W x C; or any shape whose first axis counts images.
///   - target: the same shape.
///   - epsilon: keeps the logarithm finite where an image equals its target.
/// - Precondition: there are values.
public func psnrLoss(_ output: Variable, _ target: Tensor, epsilon: Double = 1e-8) -> Variable {
  let shape = output.shape
  require(shape.rank > 0 && shape.count > 0, "the PSNR is of images, N x H x W x C, not \(shape)")
  let images = shape[0], size = shape.count / images
  /// The mean squared error of an image, and epsilon.
  @Sendable func error(_ output: UnsafePointer<Float>, _ target: UnsafePointer<Float>) -> Double {
    ErrorTerm.squared.sum(output, target, count: size) / Double(size) + epsilon
  }
  return Variable(
    loss: output, target, operation: "psnrLoss",
    value: { output, target in
      (0..<images).reduce(0) { $0 + 10 * log10(error(output + $1 * size, target + $1 * size)) } / Double(images)
    },
    gradient: { output, target, factor, gradient, accumulate in
      for start in stride(from: 0, to: images * size, by: size) {
        let slope = 10 / log(10) / (error(output + start, target + start) * Double(images * size))
        ErrorTerm.squared.gradient(
          output + start, target + start, times: factor * Float(slope), into: gradient + start, count: size,
          accumulate: accumulate)
      }
    })
}
