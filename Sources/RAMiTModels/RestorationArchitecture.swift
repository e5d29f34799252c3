import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore

// Whoever writes a model names its task.
@_exported import enum RAMiTImaging.RestorationTask

/// What defines a model: the sizes and choices that its network is built from, and the task that it is for.
///
/// Configurations write it as a group of keys, weight files as JSON in their notes. Every property has a default, so
/// that older files can be read when one is added. A user's type needs `init(task:)`, `task` and `makeModel`.
public protocol RestorationArchitecture: Codable, Equatable, Sendable {
  /// The defaults for a task.
  init(task: RestorationTask)

  /// What the model is for. Encoded under this name.
  var task: RestorationTask { get }

  /// Why no model can be built, in one line that begins with the key at fault: "dim must be positive, not -1". Nil when
  /// a model can be built.
  var validationError: String? { get }

  /// Builds the model.
  /// - Parameter scope: names the parameters and gives them their initial values.
  /// - Precondition: `validationError` is nil.
  func makeModel(_ scope: ParameterScope) -> any RestorationModel

  /// The kinds of networks that this type describes, each with the names of its models; by default one of the type's
  /// name, with one model.
  static var families: [ArchitectureFamily] { get }

  /// The name of this one's family.
  var family: String { get }

  /// The model of a name; a family's own name gives its first model. Nil for a name that is in none of `families`.
  init?(named name: String, task: RestorationTask)

  /// The name of the model that this is, or "custom".
  var modelName: String { get }

  /// Weights that come with the program; by default none.
  static var pretrained: [PretrainedWeights] { get }

  /// What to look for in a weight file: any model of this type.
  static var weightRequest: WeightRequest { get }

  /// The architecture of weights: the one in the file's notes or, in a bare state dictionary, what names and shapes
  /// tell.
  /// - Parameters:
  ///   - tensors: those of more than 4096 values may be without them (`Tensor.isMeta`), to be read later.
  ///   - task: what the model is for; nil where the weights tell it.
  ///   - path: the file that they are from, for messages.
  /// - Throws: `InputError` when the weights are not of this type, or not for `task`.
  static func inferred(from tensors: NamedTensors, task: RestorationTask?, path: String) throws -> Self

  /// Reads what `json` writes. A key that is missing, because the file is older than it, has its default.
  /// - Parameter path: the file that the text is from, for messages.
  init(json: String, path: String) throws

  /// The architecture as JSON, keys in order: what weight files carry in their notes under "model".
  var json: String { get throws }
}

/// A kind of network, by the name that configurations and files have for it.
public struct ArchitectureFamily: Equatable, Sendable {
  /// The name in configurations and files, under the key `architecture`.
  public let name: String
  /// The names of its published models; the first is the default.
  public let models: [String]

  /// - Precondition: there is a model.
  public init(_ name: String, models: [String]) {
    require(!models.isEmpty, "\(name) has no model")
    self.name = name
    self.models = models
  }
}

extension RestorationArchitecture {
  /// No limits.
  public var validationError: String? { nil }

  /// One family of one model, both with the type's name.
  public static var families: [ArchitectureFamily] {
    let name = String(describing: Self.self)
    return [ArchitectureFamily(name, models: [name])]
  }

  /// None.
  public static var pretrained: [PretrainedWeights] { [] }

  /// The first of `families`.
  public var family: String { Self.families[0].name }

  /// The defaults, for a family or its first model.
  public init?(named name: String, task: RestorationTask) {
    guard Self.families.contains(where: { $0.name == name || $0.models.first == name }) else { return nil }
    self.init(task: task)
  }

  /// The first of `modelNames` that gives this configuration.
  public var modelName: String {
    Self.modelNames.first { Self(named: $0, task: task) == self } ?? "custom"
  }

  /// The names of all models.
  public static var modelNames: [String] { families.flatMap(\.models) }

  /// What to call these models in a message.
  static var title: String { families.map(\.name).joined(separator: ", ") }

  /// Builds the model with random parameters, the same for the same seed.
  public func makeModel(seed: UInt64 = 0) -> any RestorationModel { makeModel(ParameterScope(seed: seed)) }
}

/// The message of a value that is not sound.
func check(_ isSound: Bool, _ message: @autoclosure () -> String) -> String? { isSound ? nil : message() }

/// The message of a feed-forward network's width that is not sound: `hiddenRatio` times `dim` channels.
/// - Parameter hiddenDim: asked for only where the ratio is in its range; a larger one may not fit into an integer.
func hiddenRatioError(_ hiddenRatio: Double, hiddenDim: @autoclosure () -> Int) -> String? {
  let isSound = hiddenRatio > 0 && hiddenRatio <= 64 && hiddenDim() > 0
  return isSound ? nil : "hiddenRatio must be in (0, 64], not \(hiddenRatio)"
}
