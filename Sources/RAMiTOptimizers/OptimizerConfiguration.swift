/// An optimizer and its settings.
///
/// In YAML `type` names the optimizer, and its settings stand beside it: `{type: sgd, momentum: 0.9}`.
public enum OptimizerConfiguration: Codable, Equatable, Sendable {
  case adam(AdamConfiguration)
  case adamW(AdamWConfiguration)
  case sgd(SGDConfiguration)
  case lion(LionConfiguration)
  case muon(MuonConfiguration)

  /// The optimizers without settings.
  public enum Kind: String, CaseIterable, Codable, Sendable {
    case adam, adamW, sgd, lion, muon
  }

  /// An optimizer with its default settings.
  public init(_ kind: Kind) {
    self =
      switch kind {
      case .adam: .adam(AdamConfiguration())
      case .adamW: .adamW(AdamWConfiguration())
      case .sgd: .sgd(SGDConfiguration())
      case .lion: .lion(LionConfiguration())
      case .muon: .muon(MuonConfiguration())
      }
  }

  /// The name that configurations have under `type`.
  public var kind: Kind {
    switch self {
    case .adam: .adam
    case .adamW: .adamW
    case .sgd: .sgd
    case .lion: .lion
    case .muon: .muon
    }
  }

  /// The weight decay of parameters whose group has none of its own.
  public var weightDecay: Double {
    switch self {
    case .adam(let settings): settings.weightDecay
    case .adamW(let settings): settings.weightDecay
    case .sgd(let settings): settings.weightDecay
    case .lion(let settings): settings.weightDecay
    case .muon(let settings): settings.weightDecay
    }
  }

  /// The betas; nil for an optimizer without them.
  public var betas: [Double]? {
    switch self {
    case .adam(let settings): settings.betas
    case .adamW(let settings): settings.betas
    case .sgd: nil
    case .lion(let settings): settings.betas
    case .muon(let settings): settings.betas
    }
  }

  /// The numbers of the optimizer's state for each element.
  public var stateCount: Int {
    switch self {
    case .adam, .adamW, .muon: 2
    case .sgd, .lion: 1
    }
  }

  /// The optimizer of a vector of `count` elements.
  /// - Parameter matrices: the parameters that are matrices, in ascending order; `muon` treats them otherwise.
  public func optimizer(count: Int, matrices: [ParameterMatrix] = []) -> any Optimizer {
    switch self {
    case .adam(let settings): Adam(count: count, settings)
    case .adamW(let settings): Adam(count: count, settings)
    case .sgd(let settings): SGD(count: count, settings)
    case .lion(let settings): Lion(count: count, settings)
    case .muon(let settings): Muon(count: count, matrices: matrices, settings)
    }
  }

  private enum CodingKeys: String, CodingKey { case type }

  /// The type and its settings share one group of keys.
  public init(from decoder: any Decoder) throws {
    switch try decoder.container(keyedBy: CodingKeys.self).decode(Kind.self, forKey: .type) {
    case .adam: self = .adam(try AdamConfiguration(from: decoder))
    case .adamW: self = .adamW(try AdamWConfiguration(from: decoder))
    case .sgd: self = .sgd(try SGDConfiguration(from: decoder))
    case .lion: self = .lion(try LionConfiguration(from: decoder))
    case .muon: self = .muon(try MuonConfiguration(from: decoder))
    }
  }

  /// Writes what `init(from:)` reads, all settings included.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .type)
    switch self {
    case .adam(let settings): try settings.encode(to: encoder)
    case .adamW(let settings): try settings.encode(to: encoder)
    case .sgd(let settings): try settings.encode(to: encoder)
    case .lion(let settings): try settings.encode(to: encoder)
    case .muon(let settings): try settings.encode(to: encoder)
    }
  }
}
