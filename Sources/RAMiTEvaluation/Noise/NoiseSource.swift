import RAMiTTensorCore

/// Whose noise denoising is scored with. Published scores are of one generator each, with seed 0 for every image.
public enum NoiseSource: String, CaseIterable, Codable, Sendable {
  /// PyTorch's `randn`, C x H x W: the published RAMiT evaluation.
  case torch
  /// NumPy's `random.normal` after `random.seed(0)`, H x W x C in RGB: KAIR and Restormer.
  case numpy
  /// The same in BGR, as OpenCV reads images: SwinIR.
  case numpyBGR = "numpy-bgr"

  /// What reports call it.
  package var title: String {
    switch self {
    case .torch: "PyTorch's noise"
    case .numpy: "NumPy's noise"
    case .numpyBGR: "NumPy's noise in BGR"
    }
  }

  /// - Parameters:
  ///   - image: H x W x C in [0, 1].
  ///   - sigma: the standard deviation, of 255.
  /// - Returns: the image with the noise, not clipped.
  func added(to image: Tensor, sigma: Double) -> Tensor {
    switch self {
    case .torch: image.addingPublishedNoise(sigma: sigma)
    case .numpy: image.addingNumPyNoise(sigma: sigma, isBGR: false)
    case .numpyBGR: image.addingNumPyNoise(sigma: sigma, isBGR: true)
    }
  }
}
