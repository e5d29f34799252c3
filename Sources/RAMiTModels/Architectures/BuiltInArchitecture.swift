import RAMiTDiagnostics
import RAMiTNN
import RAMiTSerialization

/// The architectures of this package.
///
/// To add one: a case, its line in `content`, and its line in `kinds`.
public enum BuiltInArchitecture: Equatable, Sendable {
  case ramit(RAMiTConfiguration)
  case swinIR(SwinIRConfiguration)
  case ngswin(NGswinConfiguration)
  case elan(ELANConfiguration)
  case edsr(EDSRConfiguration)
  case nafNet(NAFNetConfiguration)
  case restormer(RestormerConfiguration)

  var content: any RestorationArchitecture {
    switch self {
    case .ramit(let configuration): configuration
    case .swinIR(let configuration): configuration
    case .ngswin(let configuration): configuration
    case .elan(let configuration): configuration
    case .edsr(let configuration): configuration
    case .nafNet(let configuration): configuration
    case .restormer(let configuration): configuration
    }
  }

  /// In the order in which they are listed; the first is the default.
  private static let kinds = [
    Kind(Self.ramit), Kind(Self.swinIR), Kind(Self.ngswin), Kind(Self.elan), Kind(Self.edsr), Kind(Self.nafNet),
    Kind(Self.restormer),
  ]

  /// What is known of a case without a value of it.
  private struct Kind: Sendable {
    let families: [ArchitectureFamily]
    let named: @Sendable (_ name: String, RestorationTask) -> BuiltInArchitecture?
    let weightRequest: WeightRequest
    let inferred: @Sendable (NamedTensors, RestorationTask?, _ path: String) throws -> BuiltInArchitecture
    let decoded: @Sendable (any Decoder) throws -> BuiltInArchitecture

    init<Content: RestorationArchitecture>(_ make: @escaping @Sendable (Content) -> BuiltInArchitecture) {
      families = Content.families
      named = { name, task in Content(named: name, task: task).map(make) }
      weightRequest = Content.weightRequest
      inferred = { try make(Content.inferred(from: $0, task: $1, path: $2)) }
      decoded = { try make(Content(from: $0)) }
    }

    func has(_ name: String) -> Bool { families.contains { $0.name == name || $0.models.contains(name) } }
  }
}

extension BuiltInArchitecture: RestorationArchitecture {
  /// RAMiT, the default model.
  public init(task: RestorationTask) { self = .ramit(RAMiTConfiguration(task: task)) }

  /// The task of the chosen model.
  public var task: RestorationTask { content.task }
  /// The error of the chosen model's configuration.
  public var validationError: String? { content.validationError }
  /// Builds the chosen model.
  public func makeModel(_ scope: ParameterScope) -> any RestorationModel { content.makeModel(scope) }
  /// The chosen model's family, such as "SwinIR".
  public var family: String { content.family }
  /// The chosen model's name, such as "SwinIR-light".
  public var modelName: String { content.modelName }

  /// The families of all cases, RAMiT first.
  public static var families: [ArchitectureFamily] { kinds.flatMap(\.families) }

  /// The model of the first case that has the name.
  public init?(named name: String, task: RestorationTask) {
    guard let found = Self.kinds.lazy.compactMap({ $0.named(name, task) }).first else { return nil }
    self = found
  }

  // MARK: Weights

  /// Fits the weights of every case.
  public static var weightRequest: WeightRequest { WeightRequest(anyOf: kinds.map(\.weightRequest)) }

  /// The architecture that has most of the names, where the file's notes do not tell.
  public static func inferred(
    from tensors: NamedTensors, task: RestorationTask?, path: String
  ) throws -> BuiltInArchitecture {
    if let json = tensors.metadata["model"] { return try BuiltInArchitecture(json: json, path: path) }
    let fits = kinds.map { $0.weightRequest.fit(of: tensors) ?? 0 }
    guard let best = fits.indices.max(by: { (fits[$0], $1) < (fits[$1], $0) }), fits[best] > 0 else {
      let names = tensors.names.first.map { ", the first of them \($0.prefix(80))" } ?? ""
      throw InputError(
        path, expected: "the weights of a model (\(title))",
        found: "\(tensors.count.counted("tensor")) of other names\(names)")
    }
    return try kinds[best].inferred(tensors, task, path)
  }

  /// The chosen model's JSON.
  public var json: String { get throws { try content.json } }

  // MARK: Configurations

  private enum CodingKeys: String, CodingKey { case architecture }

  /// The name of the family, or of one of its models, stands in one group with the architecture's own keys. Without a
  /// name it is a RAMiT's, as in the files of the first versions.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decodeIfPresent(String.self, forKey: .architecture)
    guard let kind = name.map({ name in Self.kinds.first { $0.has(name) } }) ?? Self.kinds[0] else {
      throw DecodingError.dataCorruptedError(
        forKey: .architecture, in: container, debugDescription: "none of \(Self.families.map(\.name))")
    }
    self = try kind.decoded(decoder)
  }

  /// Writes the family's name beside the case's own keys.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(family, forKey: .architecture)
    try content.encode(to: encoder)
  }
}
