import RAMiTImaging
import RAMiTMetrics
import RAMiTModels

/// How restored images are compared with their targets, under a name that reports print beside every score.
///
/// Its name gives the values that the scores of a publication were made with; each can be set apart.
public struct EvaluationProtocol: Equatable, Sendable {
  /// The protocols that have a name. docs/METRICS.md compares them.
  public enum Name: String, CaseIterable, Codable, Sendable {
    /// The paper's (Sec. B): Y in float, inside a border of the scale, for super-resolution; Y for deraining; RGB
    /// otherwise; PyTorch's noise.
    case paper
    /// BasicSR's metrics: Y in float with its own roundings, the same borders; NumPy's noise, as in KAIR and Restormer.
    case basicSR = "basicsr"
    /// MATLAB's scripts: Y rounded to integers, the same borders.
    case matlab
    /// The paper's, with two columns more: scores after the output's mean brightness was scaled to the target's.
    case gtMean = "gt-mean"
  }

  /// What it began from.
  public let name: Name
  /// Which values are compared; nil leaves that to the task.
  public var channels: ScoredChannels?
  /// Pixels left out at each edge, 0 or more; nil leaves that to the task.
  public var border: Int?
  /// How Y is rounded, where it is compared.
  public var luma: LumaConversion
  /// The noise of denoising.
  public var noise: NoiseSource
  /// In the order of the columns. PSNR and SSIM are measured even where they are not among them.
  public var metrics: [Metric]

  /// The default.
  public static let paper = EvaluationProtocol(.paper)

  /// The protocol of a name.
  public init(_ name: Name) {
    self.name = name
    luma = name == .basicSR ? .basicSR : name == .matlab ? .rounded : .float
    noise = name == .basicSR ? .numpy : .torch
    metrics = name == .gtMean ? [.psnr, .ssim, .gtMeanPSNR, .gtMeanSSIM] : [.psnr, .ssim]
  }

  /// What the images of a task are compared by; without a task all channels, and no border.
  public func rules(for task: RestorationTask?) -> ScoringRules {
    ScoringRules(
      channels: channels ?? task?.scoredChannels ?? .rgb, luma: luma, border: border ?? task?.scoredBorder ?? 0)
  }

  /// Whether it is as its name says.
  public var isUnchanged: Bool {
    var named = EvaluationProtocol(name)
    named.metrics = metrics
    return self == named
  }

  /// The least side of an input whose restoration can be scored: SSIM's window of 11 fits inside the border.
  package func smallestInput(for task: RestorationTask) -> Int {
    (11 + 2 * rules(for: task).border + task.scale - 1) / task.scale
  }

  /// - Precondition: images of one size and as many channels, 8 bits deep.
  package func score(_ restored: Image, against target: Image, _ task: RestorationTask?) -> Score {
    RAMiTMetrics.score(restored, against: target, rules(for: task), metrics: metrics)
  }

  /// One line for people: `paper protocol: Y in float, border 2`.
  /// - Parameter addsNoise: whether inputs are made by adding noise.
  package func description(for task: RestorationTask?, addsNoise: Bool) -> String {
    let rules = rules(for: task)
    var parts = [task?.channels == 1 ? "gray" : rules.channels == .rgb ? "RGB" : rules.luma.title]
    parts.append("border \(rules.border)")
    if addsNoise { parts.append(noise.title) }
    return "\(name.rawValue) protocol\(isUnchanged ? "" : ", changed"): " + parts.joined(separator: ", ")
  }
}

extension LumaConversion {
  fileprivate var title: String {
    switch self {
    case .float: "Y in float"
    case .basicSR: "Y in float, BasicSR's"
    case .rounded: "Y rounded"
    }
  }
}

extension ScoredChannels {
  /// `y` or `rgb`, as options spell it.
  package var text: String { self == .luma ? "y" : "rgb" }
}
