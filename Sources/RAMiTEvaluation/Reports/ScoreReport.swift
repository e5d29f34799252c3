import Foundation
import RAMiTFiles
import RAMiTMetrics
import RAMiTModels

/// The scores of a model on one test set, at one level of noise.
public struct ScoreReport: Encodable, Sendable {
  /// The scores of one image.
  public struct Row: Encodable, Equatable, Sendable {
    /// The target's path in the test set, without its extension.
    public let name: String
    /// The PSNR is infinite for an image without any error, which JSON has no number for: the text `Infinity` there.
    public let score: Score
    /// The scores of the baseline: the bicubic upscaling, or the input itself.
    public let baseline: Score
  }

  package let variant: String
  package let task: RestorationTask
  package let testset: String
  /// The standard deviation of the noise, of 255; nil (null in JSON) where none is added.
  public let sigma: Double?
  /// In the order of the test set, without images that failed.
  public let rows: [Row]

  /// Means over the images; not numbers where there are none.
  public var score: MeanScore { MeanScore(rows.map(\.score)) }
  /// The same without a model.
  public var baseline: MeanScore { MeanScore(rows.map(\.baseline)) }

  /// Writes several reports as one array.
  /// - Throws: `InputError` that names the file.
  public static func write(_ reports: [ScoreReport], to path: String) throws { try JSON.write(reports, to: path) }

  /// Whole numbers without a point.
  static func text(sigma: Double) -> String {
    Int(exactly: sigma).map(String.init) ?? String(sigma)
  }
}

extension ScoreReport {
  fileprivate enum Key: String, CodingKey {
    case variant, task, testset, sigma, images, name, psnr, ssim, infinite, baseline, rows
  }

  /// The object of `ramit evaluate --json`; means that are not numbers become null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(variant, forKey: .variant)
    try container.encode(task, forKey: .task)
    try container.encode(testset, forKey: .testset)
    try container.encode(sigma, forKey: .sigma)
    try container.encode(rows.count, forKey: .images)
    try container.encode(score)
    var inner = container.nestedContainer(keyedBy: Key.self, forKey: .baseline)
    try inner.encode(baseline)
    try container.encode(rows, forKey: .rows)
  }
}

extension ScoreReport.Row {
  /// An infinite PSNR becomes the text `Infinity`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: ScoreReport.Key.self)
    try container.encode(name, forKey: .name)
    try container.encode(psnr: score.psnr, ssim: score.ssim)
    var inner = container.nestedContainer(keyedBy: ScoreReport.Key.self, forKey: .baseline)
    try inner.encode(psnr: baseline.psnr, ssim: baseline.ssim)
  }
}

extension KeyedEncodingContainer<ScoreReport.Key> {
  fileprivate mutating func encode(_ mean: MeanScore) throws {
    try encode(psnr: mean.psnr, ssim: mean.ssim)
    try encode(mean.infinite, forKey: .infinite)
  }

  /// Null for what is not a number.
  fileprivate mutating func encode(psnr: Double, ssim: Double) throws {
    try encode(psnr.isNaN ? nil : psnr, forKey: .psnr)
    try encode(ssim.isNaN ? nil : ssim, forKey: .ssim)
  }
}
