import RAMiTModels
import RAMiTYAML

/// A step by which inputs are made from photos: `{type: blur, sigma: [0.2, 1.5], probability: 0.8}`.
public struct DegradationConfiguration: Codable, Equatable, Sendable {
  /// The degradations by their names.
  public enum Kind: String, CaseIterable, Codable, Sendable {
    /// A Gaussian blur (`sigma`, in pixels).
    case blur
    /// Bicubic downscaling by the task's scale, which super-resolution needs once.
    case downscale
    /// Gaussian noise (`sigma`, of 255; `gray`).
    case noise
    /// JPEG compression (`quality`).
    case jpeg
    /// Streaks of rain (RGB).
    case rain
    /// A short exposure (RGB).
    case lowLight
  }

  /// Which one it is.
  public let type: Kind
  /// How often it happens, above 0, at most 1.
  public var probability = 1.0
  /// The range of the standard deviation (`blur`: 0 to 10 pixels, `noise`: 0 to 255).
  public var sigma: [Double]?
  /// How often the noise is the same in all channels, 0 to 1 (`noise`).
  public var gray: Double?
  /// The range of libjpeg's quality, 1 to 100 (`jpeg`).
  public var quality: [Int]?

  // With all keys listed, the decoder tells a misspelt key from a missing one.
  private enum CodingKeys: String, CodingKey, CaseIterable { case type, probability }
  private enum BlurKeys: String, CodingKey, CaseIterable { case sigma }
  private enum NoiseKeys: String, CodingKey, CaseIterable { case sigma, gray }
  private enum JPEGKeys: String, CodingKey, CaseIterable { case quality }

  /// The probability is 1, and `gray` 0, unless they are given; ranges have no defaults.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    type = try container.decode(Kind.self, forKey: .type)
    probability = try container.decodeIfPresent(Double.self, forKey: .probability) ?? 1
    switch type {
    case .blur: sigma = try decoder.container(keyedBy: BlurKeys.self).decode([Double].self, forKey: .sigma)
    case .noise:
      let keys = try decoder.container(keyedBy: NoiseKeys.self)
      sigma = try keys.decode([Double].self, forKey: .sigma)
      gray = try keys.decodeIfPresent(Double.self, forKey: .gray) ?? 0
    case .jpeg: quality = try decoder.container(keyedBy: JPEGKeys.self).decode([Int].self, forKey: .quality)
    case .downscale, .rain, .lowLight: break
    }
  }

  /// Only keys of its type are written.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(type, forKey: .type)
    try container.encode(probability, forKey: .probability)
    var noise = encoder.container(keyedBy: NoiseKeys.self)
    try noise.encodeIfPresent(sigma, forKey: .sigma)
    try noise.encodeIfPresent(gray, forKey: .gray)
    var jpeg = encoder.container(keyedBy: JPEGKeys.self)
    try jpeg.encodeIfPresent(quality, forKey: .quality)
  }
}

extension Checks {
  /// Checks a list of degradations.
  func degradations(_ steps: [DegradationConfiguration]?, _ key: String, task: RestorationTask) throws {
    guard let steps else { return }
    try require(!steps.isEmpty, key, "a list of degradations", "an empty list")
    let downscales = steps.filter { $0.type == .downscale }
    try require(
      task.scale > 1 ? downscales.count == 1 : downscales.isEmpty, key,
      task.scale > 1 ? "{type: downscale} once, for \(task)" : "no downscale for \(task)", "\(downscales.count)")
    for (number, step) in steps.enumerated() {
      let path = "\(key).\(number)"
      try require(
        0 < step.probability && step.probability <= 1, "\(path).probability", "above 0, at most 1", step.probability)
      switch step.type {
      case .blur: try range(step.sigma, within: 0...10, "\(path).sigma")
      case .noise:
        try range(step.sigma, within: 0...255, "\(path).sigma")
        try require(0...1 ~= step.gray ?? 0, "\(path).gray", "0 to 1", step.gray ?? 0)
      case .jpeg: try range(step.quality, within: 1...100, "\(path).quality")
      case .downscale:
        try require(step.probability == 1, "\(path).probability", "1: inputs have one size", step.probability)
      case .rain, .lowLight:
        try require(task.channels == 3, "\(path).type", "one of gray images, for \(task)", step.type.rawValue)
      }
    }
  }

  private func range<Value: Comparable>(_ values: [Value]?, within limits: ClosedRange<Value>, _ key: String) throws {
    let values = values ?? []
    try require(
      values.count == 2 && limits.lowerBound <= values[0] && values[0] <= values[1]
        && values[1] <= limits.upperBound,
      key, "two numbers in \(limits.lowerBound) to \(limits.upperBound), the smaller one first", values)
  }
}
