/// Which parameters learn, and how, by their names.
///
/// A pattern is a name in which `*` stands for any text and `?` for any one character.
public struct ParametersConfiguration: Codable, Equatable, Sendable {
  /// Optimizer settings for some parameters. A parameter in several groups belongs to the first.
  public var groups: [ParameterGroupConfiguration] = []
  /// Patterns of parameters that stay as they are.
  public var frozen: [String] = []

  package init() {}
}

/// Parameters with optimizer settings of their own.
public struct ParameterGroupConfiguration: Codable, Equatable, Sendable {
  /// Patterns of the names.
  public var names: [String]
  /// In place of the optimizer's weight decay.
  public var weightDecay: Double?
  /// The factor of the learning rate.
  public var learningRateFactor = 1.0

  // With all keys listed, the decoder tells a misspelt key from a missing one.
  private enum CodingKeys: String, CodingKey, CaseIterable { case names, weightDecay, learningRateFactor }

  package init(names: [String]) { self.names = names }

  /// - Throws: an error for a group without names.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    names = try container.decode([String].self, forKey: .names)
    weightDecay = try container.decodeIfPresent(Double.self, forKey: .weightDecay)
    learningRateFactor = try container.decodeIfPresent(Double.self, forKey: .learningRateFactor) ?? 1
  }
}

extension ParametersConfiguration {
  package func check(_ checks: Checks) throws {
    for (number, group) in groups.enumerated() {
      let path = "parameters.groups.\(number)"
      try checks.require(
        !group.names.isEmpty && group.names.allSatisfy { !$0.isEmpty }, "\(path).names", "patterns of names",
        group.names)
      if let decay = group.weightDecay {
        try checks.require(0...1 ~= decay, "\(path).weightDecay", "0 to 1", decay)
      }
      try checks.require(
        0...1000 ~= group.learningRateFactor, "\(path).learningRateFactor", "0 to 1000", group.learningRateFactor)
    }
    for (number, pattern) in frozen.enumerated() {
      try checks.text(pattern, "parameters.frozen.\(number)", "a pattern of names")
    }
  }
}
