import RAMiTDiagnostics
import RAMiTImaging
import RAMiTMetrics
import RAMiTModels
import RAMiTTensorCore

/// An image of a test set that a model has restored, clamped and rounded to 8 bits, and its scores by the set's
/// protocol.
package struct ScoredImage {
  package let name: String
  package let image: TestImage
  /// What the model made of the input; where that was rounded up, it reaches beyond the target.
  package let restored: Image
  /// The baseline without a model, of the target's size: the bicubic upscaling, or the input itself.
  package let baseline: Image
  package let score, baselineScore: Score
}

extension TestSet {
  /// Restores and scores an image.
  /// - Parameters:
  ///   - sigma: the noise's standard deviation, of 255 (denoising).
  ///   - baselineScore: of the baseline, where it is known.
  ///   - restore: the model on a whole image, H x W x C in [0, 1], to sH x sW x C, not clamped.
  /// - Throws: `InputError` that names the file, also when the model's result is not finite; what `restore` throws.
  package func score(
    _ index: Int, sigma: Double?, baselineScore known: Score? = nil, restore: (Tensor) throws -> Tensor
  ) throws -> ScoredImage {
    let image = try image(index, sigma: sigma)
    let output = try restore(image.input)
    try checkFinite(output, index)
    let restored = Image(output)
    let baseline = task.baseline(Image(image.input)).cropped(toFit: image.target)
    return ScoredImage(
      name: imageName(index), image: image, restored: restored, baseline: baseline,
      score: scoring.score(restored.cropped(toFit: image.target), against: image.target, task),
      baselineScore: known ?? scoring.score(baseline, against: image.target, task))
  }

  /// Rounding to 8 bits would hide what is not finite: it becomes black.
  private func checkFinite(_ output: Tensor, _ index: Int) throws {
    let wrong = output.nonFiniteCount
    guard wrong > 0 else { return }
    throw InputError(
      location(index), expected: "finite values from the model",
      found: "\(wrong) of \(output.count) that are not a number or infinite")
  }
}
