import RAMiTModels

/// A whole YAML file: the model, and how it is trained. Every key has a default, so a file says only what differs.
@dynamicMemberLookup
public struct RunConfiguration<Architecture: RestorationArchitecture>: Codable, Equatable, Sendable {
  /// The keys under `model`, and all others.
  public var model: ModelConfiguration<Architecture>, training: TrainingConfiguration

  /// The defaults: the paper's x2 schedule for any task and model.
  /// - Parameter name: of the model, as in `ModelConfiguration.variant`; nil for the default one.
  /// - Precondition: the architecture has a model of this name.
  public init(task: RestorationTask, named name: String? = nil) {
    let name = name ?? Architecture.modelNames[0]
    guard let model = ModelConfiguration<Architecture>(named: name, task: task) else {
      preconditionFailure("no model is called \(name)")
    }
    self.model = model
    training = TrainingConfiguration(task: task)
  }

  /// The keys of the training stand beside `model`.
  public subscript<Value>(dynamicMember key: WritableKeyPath<TrainingConfiguration, Value>) -> Value {
    get { training[keyPath: key] }
    set { training[keyPath: key] = newValue }
  }

  /// The same for values that are derived from keys.
  public subscript<Value>(dynamicMember key: KeyPath<TrainingConfiguration, Value>) -> Value { training[keyPath: key] }

  private enum CodingKeys: String, CodingKey { case model }

  /// Defaults are not filled in: reading YAML lays a file over them before.
  public init(from decoder: any Decoder) throws {
    training = try TrainingConfiguration(from: decoder)
    model = try decoder.container(keyedBy: CodingKeys.self).decode(ModelConfiguration.self, forKey: .model)
  }

  /// Writes defaults too.
  public func encode(to encoder: any Encoder) throws {
    try training.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(model, forKey: .model)
  }
}

/// A model that has a name, and whatever of its sizes a run changes.
public struct ModelConfiguration<Architecture: RestorationArchitecture>: Codable, Equatable, Sendable {
  /// The model whose sizes are the defaults.
  public var variant: String
  /// The model that is built.
  public var architecture: Architecture

  /// - Parameter name: of a model or, for its first model, of a family; nil for any other.
  public init?(named name: String, task: RestorationTask) {
    guard let architecture = Architecture(named: name, task: task) else { return nil }
    variant = Architecture.families.first { $0.name == name }?.models[0] ?? name
    self.architecture = architecture
  }

  private enum CodingKeys: String, CodingKey { case architecture, variant }

  /// The names of the family and of the model share one group with the architecture's own keys.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    _ = try container.decodeIfPresent(String.self, forKey: .architecture)
    variant = try container.decode(String.self, forKey: .variant)
    architecture = try Architecture(from: decoder)
  }

  /// The family's name becomes `architecture`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(architecture.family, forKey: .architecture)
    try container.encode(variant, forKey: .variant)
    try architecture.encode(to: encoder)
  }
}
