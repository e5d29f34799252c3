import Diagnostics
import Foundation
import Imaging
import Metrics
import Models
import TensorCore

/// Scores a model on test sets with the paper's protocol (Sec. B): the whole image, padded symmetrically; the output
/// clamped and rounded to 8 bits; luma inside a border of the scale for super-resolution.
public struct Evaluator {
  private let restorer: Restorer
  /// What reports call the model.
  private let modelName: String

  public init(_ restorer: Restorer, modelName: String) {
    self.restorer = restorer
    self.modelName = modelName
  }

  /// What became of one image.
  public enum Outcome {
    case scored(ScoreReport.Row)
    /// The file was not what it must be; the others go on.
    case failed(any Error)
  }

  /// Scores every image of a set that can be read.
  /// - Parameters:
  ///   - sigma: the noise's standard deviation, of 255; nil where the task is not denoising.
  ///   - folder: where the restored images are saved, as PNG; nil saves none.
  ///   - observe: is told of each image as soon as it is done.
  public func evaluate(
    _ set: TestSet, sigma: Double? = nil, saveTo folder: String? = nil, observe: (Outcome) -> Void = { _ in }
  ) -> ScoreReport {
    var rows: [ScoreReport.Row] = []
    for index in 0..<set.count {
      do {
        let image = try set.image(index, sigma: sigma)
        try restorer.checkMemory(set.targets[index], width: image.input.shape[1], height: image.input.shape[0])
        let restored = Image(restorer(image.input))
        if let folder { try save(restored, set, index, sigma, folder) }
        func score(_ candidate: Image) -> Score {
          set.task.score(candidate.cropped(toFit: image.target), against: image.target)
        }
        let row = ScoreReport.Row(
          name: set.imageName(index), score: score(restored), baseline: score(set.task.baseline(Image(image.input))))
        rows.append(row)
        observe(.scored(row))
      } catch {
        observe(.failed(error))
      }
    }
    return ScoreReport(variant: modelName, task: set.task, testset: set.name, sigma: sigma, rows: rows)
  }

  /// As `NAME.png`, with noise `NAME_s25.png`.
  private func save(_ image: Image, _ set: TestSet, _ index: Int, _ sigma: Double?, _ folder: String) throws {
    try OutputFolder.create(folder)
    let suffix = sigma.map { "_s" + ScoreReport.text(sigma: $0) } ?? ""
    try ImageFile.write(image, to: "\(folder)/\(set.imageName(index))\(suffix).png")
  }
}
