import RAMiTDiagnostics
import RAMiTModels
import RAMiTOptimizers
import RAMiTYAML
import Yams

extension RunConfiguration {
  /// Reads a YAML file, with overrides `key.path=value` laid over it; the last of two for a key wins.
  /// - Parameter report: called with a line for each key or value that is written by a former name.
  /// - Throws: `InputError` with the file and line, or the override, that is wrong: an unknown key (with the nearest
  ///   known one), a value of another type or outside of its range, a key that comes twice, an alias.
  public init(readingFile path: String, settings: [String] = [], report: (String) -> Void = { _ in }) throws {
    try self.init(ConfigurationNode(readingFile: path), settings: settings, report: report)
  }

  /// Reads YAML; `file` is for messages.
  public init(yaml: String, file: String, settings: [String] = [], report: (String) -> Void = { _ in }) throws {
    try self.init(ConfigurationNode(yaml: yaml) { "\(file):\($0)" }, settings: settings, report: report)
  }

  private init(_ file: ConfigurationNode, settings: [String], report: (String) -> Void) throws {
    let layers = try Layers(file, settings: settings, report: report)
    try self.init(layers)
    try check(at: layers.given.location)
  }

  /// The values as they are written; `check` looks at their ranges.
  init(_ layers: Layers) throws {
    self = try ConfigurationDecoder.decode(
      RunConfiguration.self, from: layers.defaults.overlaid(by: layers.given), derived: Self.derivedKeys)
    training = training.withExpandedPaths
  }

  /// What a configuration is laid together from: the defaults, and over them what a file and overrides give.
  struct Layers {
    let defaults, given: ConfigurationNode

    init(_ file: ConfigurationNode, settings: [String], report: (String) -> Void) throws {
      func overlaid(
        _ schema: @autoclosure () throws -> ConfigurationNode, report: (String) -> Void = { _ in }
      ) throws -> ConfigurationNode {
        let file = try file.renamed(formerNames, report: report)
        var given = file
        if !settings.isEmpty {
          let schema = try schema()
          for setting in settings {
            let setting = try ConfigurationNode(setting: setting, schema: schema)
            given = try given.overlaid(by: setting.renamed(formerNames, report: report))
          }
        }
        return DataSourceOverride.applied(to: given, file: file, report: report)
      }
      // The defaults depend on the task and the model, and on what else is chosen, so these come first.
      let choice = try Choice(overlaid(RunConfiguration(task: .x2).node()))
      defaults = try choice.defaults.node()
      given = try overlaid(defaults, report: report)
    }
  }

  /// What the defaults depend on.
  private struct Choice {
    let defaults: RunConfiguration

    private struct Keys: Decodable {
      struct Model: Decodable { let architecture, variant: String? }
      struct Optimizer: Decodable { let type: OptimizerConfiguration.Kind? }
      struct Schedule: Decodable { let iterations: Int? }
      struct Validation: Decodable { let everyIterations: Int? }
      let task: RestorationTask?
      let model: Model?
      let optimizer: Optimizer?
      let schedule: Schedule?
      let validation: Validation?
    }

    init(_ given: ConfigurationNode) throws {
      if let task = given["model"]?["task"] {
        throw InputError(task.location, expected: "the task at the top level", found: "model.task")
      }
      let keys = try ConfigurationDecoder.decode(Keys.self, from: given, refusesUnknownKeys: false)
      var defaults = try RunConfiguration(task: keys.task ?? .x2, named: Self.model(keys.model, given))
      if let kind = keys.optimizer?.type { defaults.training.optimizer = OptimizerConfiguration(kind) }
      if keys.schedule?.iterations != nil { defaults.training.schedule = .ofIterations }
      if keys.validation?.everyIterations != nil { defaults.training.validation.everyEpochs = nil }
      self.defaults = defaults
    }

    /// The name of the model that is chosen.
    private static func model(_ keys: Keys.Model?, _ given: ConfigurationNode) throws -> String {
      let families = Architecture.families
      func refusal(_ names: [String], _ key: String) -> InputError {
        let node = given["model"]?[key]
        return InputError(
          node?.location ?? given.location, expected: "one of \(names.joined(separator: ", ")) for model.\(key)",
          found: node?.summary ?? "no value")
      }
      // A model's own name says its family as well.
      let architecture = keys?.architecture ?? families[0].name
      guard let family = families.first(where: { $0.name == architecture || $0.models.contains(architecture) }) else {
        throw refusal(families.map(\.name), "architecture")
      }
      let models = family.name == architecture ? family.models : [architecture]
      let model = keys?.variant ?? models[0]
      guard models.contains(model) else { throw refusal(models, "variant") }
      return model
    }
  }

  /// The defaults of a model, with overrides laid over them.
  /// - Parameter settings: `model.key.path=value`.
  fileprivate init(named name: String, task: RestorationTask, settings: [String]) throws {
    let defaults = try RunConfiguration(task: task, named: name).node()
    let given = try settings.reduce(defaults) {
      try $0.overlaid(by: ConfigurationNode(setting: $1, schema: defaults))
    }
    self = try ConfigurationDecoder.decode(RunConfiguration.self, from: given, derived: Self.derivedKeys)
    try checkModel(at: given.location)
  }

  /// Checks every value's range, and that values go together.
  /// - Parameter location: the location of a key, by its dotted path.
  /// - Throws: `InputError` for the first that is wrong.
  func check(at location: @escaping (String) -> String) throws {
    try checkModel(at: location)
    try training.check(at: location)
  }

  private func checkModel(at location: (String) -> String) throws {
    // The model knows what it can be built with; its message begins with the key.
    if let error = model.architecture.validationError {
      let key = error.prefix { $0 != " " }
      let path = key == "task" ? "" : "model."
      throw InputError(location(path + key), expected: "a model that can be built", found: path + error)
    }
  }

  /// The model's task is the run's.
  static var derivedKeys: Set<String> { ["model.task"] }

  package func node() throws -> ConfigurationNode {
    try ConfigurationNode(yaml: YAMLEncoder().encode(self)) { _ in "the defaults" }
  }

  /// The whole configuration as YAML that reads back as the same configuration.
  public func yaml() throws -> String {
    guard let node = try Yams.compose(yaml: YAMLEncoder().encode(self)), let mapping = node.mapping else { return "" }
    var pairs = mapping.map { ($0.key, $0.value) }
    guard let index = pairs.firstIndex(where: { $0.0 == "model" }) else { return "" }
    let model = pairs.remove(at: index)
    // The model's task is the run's.
    let keys = model.1.mapping?.filter { $0.key != "task" }.map { ($0.key, $0.value) } ?? []
    let end = pairs.firstIndex { $0.0 == "data" } ?? pairs.endIndex
    pairs.insert((model.0, Node(keys)), at: end)
    pairs = pairs.map { key, value in (key, key == "schedule" ? Self.statingAbsence(in: value) : value) }
    return try Yams.serialize(node: Self.readable(Node(pairs)))
  }

  /// A schedule that says which of the keys that have defaults it goes without: left out, they would read back as the
  /// defaults.
  private static func statingAbsence(in schedule: Node) -> Node {
    guard let mapping = schedule.mapping else { return schedule }
    var pairs = mapping.map { ($0.key, $0.value) }
    for key in ["epochs", "warmupEpochs", "warmupIterations", "milestones"] where mapping[key] == nil {
      pairs.append((Node(key), Node("null")))
    }
    return Node(pairs)
  }

  /// The same with numbers as a person writes them.
  private static func readable(_ node: Node) -> Node {
    switch node {
    case .scalar(var scalar):
      if scalar.style == .any || scalar.style == .plain {
        scalar.string = ConfigurationNode.readableNumber(scalar.string)
      }
      return .scalar(scalar)
    case .sequence(var sequence):
      for index in sequence.indices { sequence[index] = readable(sequence[index]) }
      return .sequence(sequence)
    case .mapping(let mapping): return Node(mapping.map { ($0.key, readable($0.value)) }, .implicit, mapping.style)
    default: return node
    }
  }
}

extension ModelConfiguration {
  /// A model that has a name, with overrides `key.path=value` of its keys laid over it; the last of two for a key
  /// wins.
  /// - Throws: `InputError` that names the override that is wrong.
  /// - Precondition: the architecture has a model of this name.
  public init(named name: String, task: RestorationTask, settings: [String]) throws {
    self = try RunConfiguration(named: name, task: task, settings: settings.map { "model.\($0)" }).model
  }
}
