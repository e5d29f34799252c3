import Autograd
import Datasets
import Imaging
import Metrics
import Models
import TensorCore

/// The mean scores of a validation, and those of the images as they were.
public struct ValidationResult: Codable, Equatable, Sendable {
  /// Of the restored images.
  public var psnr, ssim: Double
  /// Of the baseline: bicubic upscaling, or the noisy input.
  public var baselinePSNR, baselineSSIM: Double
}

/// Scores a model on a validation set.
final class Validator<Model: TrainableModel> {
  private let model: Model
  private let set: ValidationSet
  private var baselines: [Score?]

  init(_ model: Model, _ set: ValidationSet) {
    self.model = model
    self.set = set
    baselines = Array(repeating: nil, count: set.count)
  }

  /// - Parameters:
  ///   - progress: is told how many of the images are done.
  ///   - visit: gets each image with its baseline and its restoration.
  /// - Returns: the scores; nil when `isStopRequested`, which is asked before each image, said so.
  func run(
    isStopRequested: () -> Bool, progress: (_ done: Int, _ count: Int) -> Void,
    visit: (_ index: Int, ValidationImage, _ baseline: Image, _ restored: Image) throws -> Void
  ) throws -> ValidationResult? {
    var result = ValidationResult(psnr: 0, ssim: 0, baselinePSNR: 0, baselineSSIM: 0)
    for index in 0..<set.count {
      if isStopRequested() { return nil }
      progress(index, set.count)
      let image = try set.image(index)
      let restored = restore(image)
      let baseline = set.baseline(image)
      let score = set.task.score(restored, against: image.target)
      let before = baselines[index] ?? set.task.score(baseline, against: image.target)
      baselines[index] = before
      result.psnr += score.psnr / Double(set.count)
      result.ssim += score.ssim / Double(set.count)
      result.baselinePSNR += before.psnr / Double(set.count)
      result.baselineSSIM += before.ssim / Double(set.count)
      try visit(index, image, baseline, restored)
    }
    progress(set.count, set.count)
    return result
  }

  private func restore(_ image: ValidationImage) -> Image {
    Image(restoreWhole(image.input, unit: model.unit, by: model.restore)).cropped(toFit: image.target)
  }
}
