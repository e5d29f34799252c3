import RAMiTYAML

/// What training minimises: the weighted sum of one or more losses.
///
/// In YAML it is a name, `l1`, or a list, `[{type: l1}, {type: charbonnier, weight: 0.5, epsilon: 1e-3}]`.
public struct LossConfiguration: Codable, Equatable, Sendable, DescribedChoice {
  /// At least one.
  public var terms: [LossTerm]

  package init(_ terms: [LossTerm]) { self.terms = terms }

  /// One loss alone.
  public init(_ loss: Loss) { terms = [LossTerm(loss)] }

  /// One loss alone, with its defaults.
  public init(_ kind: Loss.Kind) { self.init(Loss(kind)) }

  package static var choices: String {
    "one of " + Loss.Kind.allCases.map(\.rawValue).joined(separator: ", ") + ", or a list of losses with weights"
  }

  /// From a name or a list.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    guard (try? value.decode(String.self)) != nil else {
      self.init(try [LossTerm](from: decoder))
      return
    }
    guard let kind = try? value.decode(Loss.Kind.self) else {
      throw DecodingError.dataCorruptedError(in: value, debugDescription: "no loss of that name")
    }
    self.init(kind)
  }

  /// One loss with its defaults is written as its name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let term = terms.first, terms == [LossTerm(Loss(term.loss.kind))] {
      try container.encode(term.loss.kind)
    } else {
      try container.encode(terms)
    }
  }

  /// - Parameter targetSide: of the smallest patches.
  package func check(_ checks: Checks, targetSide: Int) throws {
    try checks.require(!terms.isEmpty, "loss", Self.choices, "an empty list")
    for (number, term) in terms.enumerated() {
      try checks.require(
        term.weight > 0 && term.weight <= 1e6, "loss.\(number).weight", "above 0, at most 1000000", term.weight)
      if let epsilon = term.loss.epsilon {
        // Its square is a normal number of 32 bits.
        try checks.require(1e-18...1 ~= epsilon, "loss.\(number).epsilon", "1e-18 to 1", epsilon)
      }
      try checks.require(
        term.loss.kind != .ssim || targetSide >= Self.ssimWindow, "loss",
        "ssim with targets of at least \(Self.ssimWindow) pixels a side", "patches with targets of \(targetSide)")
    }
  }

  /// The side of the window in which SSIM compares images.
  private static let ssimWindow = 11
}

/// How far restored images are from their targets, as a mean over all values.
public struct Loss: Equatable, Sendable {
  /// The losses by their names in a configuration.
  public enum Kind: String, CaseIterable, Codable, Sendable {
    /// The absolute difference (the paper's).
    case l1
    /// The squared difference.
    case mse
    /// sqrt(difference^2 + epsilon^2) (Charbonnier et al., Two deterministic half-quadratic regularization algorithms
    /// for computed imaging, 1994).
    case charbonnier
    /// The PSNR of each image in dB, negative (`psnrLoss`).
    case psnr
    /// 1 - SSIM (`ssimLoss`).
    case ssim
    /// The absolute difference of the Fourier coefficients (`fourierAmplitudeLoss`).
    case fourier
    /// The Charbonnier loss of the edges (`edgeLoss`).
    case edge
  }

  /// Which loss it is.
  public let kind: Kind
  /// The epsilon of `charbonnier` and `edge`; nil for the others.
  public let epsilon: Double?

  /// - Parameter epsilon: of `charbonnier` and `edge`; the others have none.
  public init(_ kind: Kind, epsilon: Double = 1e-3) {
    self.kind = kind
    self.epsilon = [.charbonnier, .edge].contains(kind) ? epsilon : nil
  }
}

/// A loss and its weight in the sum.
public struct LossTerm: Codable, Equatable, Sendable {
  /// The weight is above 0, at most 10^6.
  public var loss: Loss, weight: Double

  package init(_ loss: Loss, weight: Double = 1) {
    self.loss = loss
    self.weight = weight
  }

  // With all keys listed, the decoder tells a misspelt key from a missing one.
  private enum CodingKeys: String, CodingKey, CaseIterable { case type, weight }
  private enum EpsilonKeys: String, CodingKey { case epsilon }

  /// The weight is 1, and `epsilon` 0.001, unless they are given.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    loss = Loss(try container.decode(Loss.Kind.self, forKey: .type))
    weight = try container.decodeIfPresent(Double.self, forKey: .weight) ?? 1
    if loss.epsilon != nil,
      let epsilon = try decoder.container(keyedBy: EpsilonKeys.self).decodeIfPresent(Double.self, forKey: .epsilon)
    {
      loss = Loss(loss.kind, epsilon: epsilon)
    }
  }

  /// `epsilon` is written for the losses that have one.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(loss.kind, forKey: .type)
    try container.encode(weight, forKey: .weight)
    if let epsilon = loss.epsilon {
      var settings = encoder.container(keyedBy: EpsilonKeys.self)
      try settings.encode(epsilon, forKey: .epsilon)
    }
  }
}
