import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTImaging
import RAMiTInference
import RAMiTMetrics
import RAMiTModels
import RAMiTTensorCore

/// Scores a model on test sets: the whole image, padded as the model's publication pads it; the output clamped, rounded
/// to 8 bits, and compared by the set's protocol (`TestSet.scoring`), which is the paper's (Sec. B) unless set.
public struct Evaluator {
  private let restorer: Restorer
  package let modelName: String
  /// Whether images that are saved replace files that are there; the set's own files they never replace.
  public var overwrites = false

  /// - Parameter modelName: what reports call the model.
  public init(_ restorer: Restorer, modelName: String) {
    self.restorer = restorer
    self.modelName = modelName
  }

  /// How the scores of a set are made, in one line.
  package func protocolText(for set: TestSet, sigma: Double?) -> String {
    ScoreReport(
      variant: modelName, task: set.task, testset: set.name, sigma: sigma, scoring: set.scoring,
      isSelfEnsemble: restorer.selfEnsemble, rows: []
    ).protocolText
  }

  /// What became of one image.
  public enum Outcome {
    case scored(ScoreReport.Row)
    /// A remark on the image in progress.
    case note(String)
    /// The file was not what it must be, or the model's result is not finite; the other images are still scored.
    case failed(any Error)
  }

  /// Scores every image of a set that can be read; `TestSet.errors` are not repeated.
  /// - Parameters:
  ///   - sigma: the noise's standard deviation, of 255; nil where the task is not denoising.
  ///   - folder: where the restored images are saved, as PNG; nil saves none.
  ///   - images: those that are scored, by their numbers in the set; nil for all.
  ///   - observe: called with each image as soon as it is done.
  public func evaluate(
    _ set: TestSet, sigma: Double? = nil, saveTo folder: String? = nil, images: [Int]? = nil,
    observe: (Outcome) -> Void = { _ in }
  ) -> ScoreReport {
    var rows: [ScoreReport.Row] = []
    let own = folder == nil ? [] : set.identities
    for index in images ?? Array(0..<set.count) {
      do {
        let output = folder.map { path(of: set.imageName(index), sigma, $0) }
        if let output, FileStatus.exists(output) {
          let isOwn = own.containsFile(output)
          guard overwrites, !isOwn else {
            let place = isOwn ? "a path that is no file of the test set" : "a new file (--overwrite replaces it)"
            throw InputError(set.location(index), expected: place + " to save it", found: output)
          }
        }
        let scored = try set.score(index, sigma: sigma) { input in
          let (width, height) = (input.shape[1], input.shape[0])
          let fit = try restorer.fitting(
            set.location(index), PhotoSize(width: width, height: height, channels: set.task.channels),
            into: .tensor, beside: set.task.scoringMemory(width: width, height: height))
          if let note = fit.note { observe(.note("\(set.location(index)): \(note), which changes scores a little")) }
          return fit.restorer(input)
        }
        if let output {
          try Folder.create(output.parentPath)
          try ImageFile.write(scored.restored, to: output)
        }
        let row = ScoreReport.Row(name: scored.name, score: scored.score, baseline: scored.baselineScore)
        rows.append(row)
        observe(.scored(row))
      } catch {
        observe(.failed(error))
      }
    }
    return ScoreReport(
      variant: modelName, task: set.task, testset: set.name, sigma: sigma, scoring: set.scoring,
      isSelfEnsemble: restorer.selfEnsemble, rows: rows)
  }

  /// `NAME.png`, with noise `NAME_s25.png`; images of folders in the set are in such folders.
  private func path(of name: String, _ sigma: Double?, _ folder: String) -> String {
    let suffix = sigma.map { "_s" + ScoreReport.text(sigma: $0) } ?? ""
    return "\(folder)/\(name)\(suffix).png"
  }
}

extension TestSet {
  /// The identities of the set's files.
  fileprivate var identities: Set<FileStatus.Identity> {
    let paths = files?.pairs.flatMap { [$0.target, $0.input].compactMap(\.self) } ?? []
    return Set(ofFiles: paths)
  }
}
