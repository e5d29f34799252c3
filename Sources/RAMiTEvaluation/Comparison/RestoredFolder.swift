import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTMetrics
import RAMiTModels

/// A folder of images that any program has restored, and the folder of their targets: scored without a model.
public struct RestoredFolder: Sendable {
  /// The folder's name, as reports call what restored the images.
  public let name: String
  /// The set's name: that of the targets' folder, or of the folder around it where the first says no more than `HR`.
  public let testset: String
  /// Nil compares all channels, without a border.
  public let task: RestorationTask?
  /// The paper's unless set.
  public var scoring = EvaluationProtocol.paper
  /// Images without a partner.
  public let errors: [InputError]
  package let files: PairedFiles

  /// - Parameters:
  ///   - path: the restored images.
  ///   - target: the targets, paired with them by name.
  /// - Throws: `InputError` that names a missing or empty folder.
  public init(_ path: String, target: String, task: RestorationTask?) throws {
    let places = [path, target].map { URL(fileURLWithPath: $0).standardizedFileURL }
    (name, self.task) = (places[0].lastPathComponent, task)
    let isSide = FolderLayout.isNameOfTargets(places[1].lastPathComponent)
    testset = (isSide ? places[1].deletingLastPathComponent() : places[1]).lastPathComponent
    files = try PairedFiles.restored(path, targets: target, scale: task?.scale ?? 1)
    errors = files.errors + files.unread
  }

  /// The targets' paths in their folder, without their endings.
  package var imageNames: [String] { files.pairs.map(\.name) }

  package var title: String { ScoreReport.title(testset, name, task, nil) }

  /// Scores every image that can be read; `errors` are not repeated.
  /// - Parameter observe: called with each image as soon as it is done.
  public func evaluate(observe: (Evaluator.Outcome) -> Void = { _ in }) -> ScoreReport {
    var rows: [ScoreReport.Row] = []
    for pair in files.pairs {
      do {
        let row = ScoreReport.Row(name: pair.name, score: try score(pair), baseline: nil)
        rows.append(row)
        observe(.scored(row))
      } catch {
        observe(.failed(error))
      }
    }
    return ScoreReport(
      variant: name, task: task, testset: testset, sigma: nil, scoring: scoring, rows: rows)
  }

  private func score(_ pair: PairedFiles.Pair) throws -> Score {
    let file = pair.input ?? pair.target
    let (restored, target) = (try ImageFile.read(file), try ImageFile.read(pair.target))
    let isGray = task.map { $0.channels == 1 } ?? [restored, target].allSatisfy { $0.channels < 3 }
    var settings = PairSettings(.denoising, channels: isGray ? 1 : 3)
    settings.depth = .upperBits
    // A restoration of an input that was rounded up or down differs from its target by less than the scale.
    let scale = task?.scale ?? 1
    guard abs(restored.width - target.width) < scale, abs(restored.height - target.height) < scale else {
      throw InputError(
        file, expected: "\(target.width) x \(target.height) pixels, as \(pair.target)",
        found: "\(restored.width) x \(restored.height)")
    }
    let common = (width: min(restored.width, target.width), height: min(restored.height, target.height))
    let least = 11 + 2 * scoring.rules(for: task).border
    guard min(common.width, common.height) >= least else {
      throw InputError(
        file, expected: "at least \(least) pixels a side, for SSIM's window inside the border",
        found: "\(common.width) x \(common.height)")
    }
    func compared(_ image: Image) -> Image {
      image.cropped(x: 0, y: 0, width: common.width, height: common.height).converted(to: settings)
    }
    return scoring.score(compared(restored), against: compared(target), task)
  }
}
