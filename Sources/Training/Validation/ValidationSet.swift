import Datasets
import Imaging
import Metrics
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

  /// SSIM's window must fit into what is scored.
  private static let ssimWindow = 11

  /// The least side of an input that can be scored.
  static func smallestInput(scale: Int) -> Int {
    (ssimWindow + 2 * border(scale: scale) + scale - 1) / scale
  }

  /// Super-resolution leaves out a border as wide as the scale.
  private static func border(scale: Int) -> Int { scale > 1 ? scale : 0 }

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

  /// What can be had without a model: the bicubic upscaling, or the input itself.
  func baseline(_ image: ValidationImage) -> Image {
    let input = Image(image.input)
    return cropped(task.scale > 1 ? bicubicUpscale(input, by: task.scale) : input, to: image.target)
  }

  /// Scores a restored image with the paper's protocol: luma for super-resolution and deraining, all channels otherwise.
  func score(_ restored: Image, _ image: ValidationImage) -> Score {
    Metrics.score(
      restored, against: image.target, channels: task.isSuperResolution || task == .dr ? .luma : .rgb,
      border: Self.border(scale: task.scale))
  }

  /// An input that was rounded up gives an output that reaches beyond its target.
  func cropped(_ image: Image, to target: Image) -> Image {
    if image.width == target.width, image.height == target.height { return image }
    return image.cropped(x: 0, y: 0, width: target.width, height: target.height)
  }
}
