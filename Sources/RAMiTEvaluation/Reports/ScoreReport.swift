import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMetrics
import RAMiTModels

/// The scores of a model, or of a folder of restored images, on one test set, at one level of noise.
public struct ScoreReport: Codable, Sendable {
  /// The scores of one image.
  public struct Row: Encodable, Equatable, Sendable {
    /// The target's path in the test set, without its extension.
    public let name: String
    /// The PSNR is infinite for an image without any error, which JSON has no number for: the text `Infinity` there.
    public let score: Score
    /// The scores of the baseline: the bicubic upscaling, or the input itself; nil where there is no input.
    public let baseline: Score?

    package init(name: String, score: Score, baseline: Score?) {
      (self.name, self.score, self.baseline) = (name, score, baseline)
    }
  }

  /// The model's name, or the folder of the restored images.
  package let variant: String
  /// Nil for images of which no task is known.
  package let task: RestorationTask?
  package let testset: String
  /// The standard deviation of the noise, of 255; nil (null in JSON) where none is added.
  public let sigma: Double?
  /// How images were compared, and which noise was added.
  public let scoring: EvaluationProtocol
  /// Each image was restored in its eight symmetries.
  package let isSelfEnsemble: Bool
  /// In the order of the test set, without images that failed.
  public let rows: [Row]

  package init(
    variant: String, task: RestorationTask?, testset: String, sigma: Double?, scoring: EvaluationProtocol = .paper,
    isSelfEnsemble: Bool = false, rows: [Row]
  ) {
    (self.variant, self.task, self.testset, self.sigma) = (variant, task, testset, sigma)
    (self.scoring, self.isSelfEnsemble, self.rows) = (scoring, isSelfEnsemble, rows)
  }

  /// The same with other images.
  package func replacing(rows: [Row]) -> ScoreReport {
    ScoreReport(
      variant: variant, task: task, testset: testset, sigma: sigma, scoring: scoring, isSelfEnsemble: isSelfEnsemble,
      rows: rows)
  }

  /// Means over the images; not numbers where there are none.
  public var score: MeanScore { MeanScore(rows.map(\.score)) }
  /// The same without a model; not numbers where there are no inputs.
  public var baseline: MeanScore { MeanScore(rows.compactMap(\.baseline)) }
  package var hasBaseline: Bool { rows.contains { $0.baseline != nil } }

  /// `Set5, RAMiT x2` or `Kodak24, RAMiT dn, sigma 25`.
  package var title: String { Self.title(testset, variant, task, sigma) }

  static func title(_ testset: String, _ variant: String, _ task: RestorationTask?, _ sigma: Double?) -> String {
    "\(testset), \(variant)" + (task.map { " \($0.rawValue)" } ?? "")
      + (sigma.map { ", sigma \(text(sigma: $0))" } ?? "")
  }

  /// How the scores were made, in one line.
  package var protocolText: String {
    scoring.description(for: task, addsNoise: sigma != nil) + (isSelfEnsemble ? ", self-ensemble x8" : "")
  }

  /// Writes several reports as one array.
  /// - Throws: `InputError` that names the file.
  public static func write(_ reports: [ScoreReport], to path: String) throws { try JSON.write(reports, to: path) }

  /// Reads reports that were written by `write`.
  /// - Throws: `InputError` that names the file.
  public static func read(_ path: String) throws -> [ScoreReport] {
    let kind = "scores, as ramit evaluate --json writes them"
    let bytes = try WholeFile.read(path, kind: kind, maximumSize: 1 << 30)
    do {
      return try JSON.decode([ScoreReport].self, from: bytes)
    } catch {
      throw InputError(path, expected: kind, found: "something that is not such JSON")
    }
  }

  /// Whole numbers without a point.
  static func text(sigma: Double) -> String {
    Int(exactly: sigma).map(String.init) ?? String(sigma)
  }
}
