import Diagnostics
import Models
import Optimizers
import Yams

extension TrainingConfiguration {
  /// Reads a YAML file, with overrides `key.path=value` laid over it; of two for the same key the last one holds.
  /// - Throws: `InputError` with the file and line, or the override, that is wrong: an unknown key (with the nearest known
  ///   one), a value of another type or outside of its range, a key that comes twice, an alias.
  public init(readingFile path: String, settings: [String] = []) throws {
    try self.init(ConfigurationNode(readingFile: path), settings: settings)
  }

  /// Reads YAML; `file` is for messages.
  public init(yaml: String, file: String, settings: [String] = []) throws {
    try self.init(ConfigurationNode(yaml: yaml) { "\(file):\($0)" }, settings: settings)
  }

  private init(_ file: ConfigurationNode, settings: [String]) throws {
    let schema = try TrainingConfiguration(task: .x2).node()
    let given = try settings.reduce(file.withCurrentNames()) {
      try $0.overlaid(by: ConfigurationNode(setting: $1, schema: schema).withCurrentNames())
    }
    if let task = given["model"]?["task"] {
      throw InputError(task.location, expected: "the task at the top level", found: "model.task")
    }
    // The defaults depend on the task and the variant, and on what else is chosen, so these come first.
    let choice = try ConfigurationDecoder.decode(Choice.self, from: given, refusesUnknownKeys: false)
    var defaults = TrainingConfiguration(task: choice.task ?? .x2, variant: choice.model?.variant ?? .ramit)
    if let kind = choice.optimizer?.type { defaults.optimizer = OptimizerConfiguration(kind) }
    if choice.schedule?.iterations != nil { defaults.schedule = .ofIterations }
    if choice.validation?.everyIterations != nil { defaults.validation.everyEpochs = nil }
    let whole = try defaults.node().overlaid(by: given)
    self = try ConfigurationDecoder.decode(TrainingConfiguration.self, from: whole).withExpandedPaths
    try check(at: given.location)
  }

  private struct Choice: Decodable {
    struct Model: Decodable { let variant: RAMiTVariant? }
    struct Optimizer: Decodable { let type: OptimizerConfiguration.Kind? }
    struct Schedule: Decodable { let iterations: Int? }
    struct Validation: Decodable { let everyIterations: Int? }
    let task: RestorationTask?
    let model: Model?
    let optimizer: Optimizer?
    let schedule: Schedule?
    let validation: Validation?
  }

  func node() throws -> ConfigurationNode {
    try ConfigurationNode(yaml: YAMLEncoder().encode(self)) { _ in "the defaults" }
  }

  /// The whole configuration as YAML that reads back as the same configuration.
  public func yaml() throws -> String {
    guard var node = try Yams.compose(yaml: YAMLEncoder().encode(self)) else { return "" }
    // The model's task is the run's.
    if let model = node["model"]?.mapping {
      node["model"] = Node(model.filter { $0.key != "task" }.map { ($0.key, $0.value) })
    }
    return try Yams.serialize(node: node)
  }
}
