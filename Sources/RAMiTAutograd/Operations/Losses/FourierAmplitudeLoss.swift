import RAMiTKernels
import RAMiTTensorCore

/// The mean absolute difference of the Fourier coefficients, as a scalar: the mean over N, C and all H x W frequencies
/// of |Re D| and |Im D|, both counted, where D is the two-dimensional discrete Fourier transform of output - target,
/// not scaled. It is the frequency term of MIMO-UNet's loss (Cho et al., "Rethinking Coarse-to-Fine Approach in Single
/// Image Deblurring", 2021), which has the weight 0.1 next to L1.
///
/// It is fast for sides of small prime factors; the time grows with the largest one.
/// - Parameters:
///   - output: N x H x W x C.
///   - target: the same shape.
public func fourierAmplitudeLoss(_ output: Variable, _ target: Tensor) -> Variable {
  let shape = output.shape
  require(
    shape.rank == 4 && shape[1] > 0 && shape[2] > 0, "a Fourier transform takes N x H x W x C with pixels, not \(shape)"
  )
  let kernel = FourierAmplitude(images: shape[0], height: shape[1], width: shape[2], channels: shape[3])
  let count = 2 * shape.count
  return Variable(
    loss: output, target, operation: "fourierAmplitudeLoss",
    value: { output, target in
      let spectrum = Tensor(uninitialized: [kernel.spectrumCount])
      return kernel.sum(output, target, spectrum: spectrum.pointer) / Double(count)
    },
    gradient: { output, target, factor, gradient, accumulate in
      let spectrum = Tensor(uninitialized: [kernel.spectrumCount])
      kernel.backward(
        output, target, times: factor / Float(count), spectrum: spectrum.pointer, gradient, accumulate: accumulate)
    })
}
