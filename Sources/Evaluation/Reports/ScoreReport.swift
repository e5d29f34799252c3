import Foundation
import Models

/// The scores of a model on one test set, at one level of noise.
public struct ScoreReport: Encodable, Sendable {
  /// The scores of one image.
  public struct Row: Encodable, Equatable, Sendable {
    public let name: String
    /// In dB; infinite for an image without any error, which JSON has no number for: null there.
    public let psnr: Double
    public let ssim: Double
  }

  public let variant: String
  public let task: RestorationTask
  public let testset: String
  /// The standard deviation of the noise, of 255; nil (null in JSON) where none is added.
  public let sigma: Double?
  public let rows: [Row]

  /// Means over the images; not numbers where there are none.
  public var psnr: Double { mean(\.psnr) }
  public var ssim: Double { mean(\.ssim) }

  private func mean(_ value: KeyPath<Row, Double>) -> Double {
    rows.isEmpty ? .nan : rows.reduce(0) { $0 + $1[keyPath: value] } / Double(rows.count)
  }

  /// Writes several reports as one array.
  /// - Throws: `InputError` that names the file.
  public static func write(_ reports: [ScoreReport], to path: String) throws { try JSONFile.write(reports, to: path) }

  /// Whole numbers without a point.
  static func text(sigma: Double) -> String {
    Int(exactly: sigma).map(String.init) ?? String(sigma)
  }
}

extension ScoreReport {
  private enum Key: String, CodingKey { case variant, task, testset, sigma, images, psnr, ssim, rows }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(variant, forKey: .variant)
    try container.encode(task, forKey: .task)
    try container.encode(testset, forKey: .testset)
    try container.encode(sigma, forKey: .sigma)
    try container.encode(rows.count, forKey: .images)
    try container.encode(psnr.finite, forKey: .psnr)
    try container.encode(ssim.finite, forKey: .ssim)
    try container.encode(rows, forKey: .rows)
  }
}

extension ScoreReport.Row {
  private enum Key: String, CodingKey { case name, psnr, ssim }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encode(psnr.finite, forKey: .psnr)
    try container.encode(ssim.finite, forKey: .ssim)
  }
}

extension Double {
  /// Nil for what JSON cannot hold.
  fileprivate var finite: Double? { isFinite ? self : nil }
}
