import Datasets
import Imaging
import Models
import TensorCore

/// An image to restore, as the model gets it, and what it should become.
struct ValidationImage {
  let name: String
  /// H x W x C in [0, 1]; noise may lie outside.
  let input: Tensor
  let target: Image
}

/// The images that a model is scored on while it learns.
struct ValidationSet {
  let pairs: any ImagePairs
  let count: Int
  let task: RestorationTask
  /// The standard deviation of the noise, of 255 (denoising).
  let sigma: Double?
  let seed: UInt64

  func image(_ index: Int) throws -> ValidationImage {
    let pair = try pairs.pair(index)
    guard let lowQuality = pair.lowQuality else {
      let noisy = pair.target.tensor().addingNoise(sigma: sigma ?? 0, RandomNumbers(seed: seed, UInt64(index)))
      return ValidationImage(name: pair.name, input: noisy, target: pair.target)
    }
    let target = pair.target.cropped(
      x: 0, y: 0, width: min(pair.target.width, lowQuality.width * task.scale),
      height: min(pair.target.height, lowQuality.height * task.scale))
    return ValidationImage(name: pair.name, input: lowQuality.tensor(), target: target)
  }

  /// What can be had without a model.
  func baseline(_ image: ValidationImage) -> Image { task.baseline(Image(image.input)).cropped(toFit: image.target) }
}
