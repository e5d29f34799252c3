import ArgumentParser
import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTMachine
import RAMiTModels
import RAMiTNN
import RAMiTTraining

extension RestorationTask: ExpressibleByArgument {}
extension ActivationCheckpointing: ExpressibleByArgument {}

/// The name of one of the models that a program has.
struct ModelName<Architecture: RestorationArchitecture>: ExpressibleByArgument {
  let name: String

  init?(argument: String) {
    guard Architecture.modelNames.contains(argument) else { return nil }
    name = argument
  }

  /// The default model's.
  init() { name = Architecture.modelNames[0] }

  static var allValueStrings: [String] { Architecture.modelNames }
  var defaultValueDescription: String { name }

  /// The model for a task.
  func architecture(for task: RestorationTask) -> Architecture {
    guard let architecture = Architecture(named: name, task: task) else {
      preconditionFailure("\(name) is a name without a model")
    }
    return architecture
  }
}

/// Width and height as they are written: `1280x720`.
struct ImageSize: ExpressibleByArgument {
  let width, height: Int

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  init?(argument: String) {
    let sides = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count == 2, let width = sides[0], let height = sides[1] else { return nil }
    self.init(width: width, height: height)
  }

  var defaultValueDescription: String { "\(width)x\(height)" }
}

/// How many threads compute, and how much is printed.
package struct CommonOptions: ParsableArguments {
  @Option(help: "Threads that compute (default: all processors).")
  package var threads: Int?

  @Flag(help: "Print errors only.")
  package var quiet = false

  package init() {}

  /// Sets the number of threads, and checks that the program fits the machine.
  package func apply() throws { try apply(on: Ranks()) }

  /// - Parameter ranks: share their machine's processors; the first speaks.
  func apply(on ranks: Ranks) throws {
    try Program.prepare(threads: threads, quiet: quiet, ranks)
  }

  package func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1, not \(threads)") }
  }
}

extension MemorySize: ExpressibleByArgument {
  /// From `4 GB`, `512 MiB` and the like.
  public init?(argument: String) { self.init(argument) }
}

/// The memory that may be used.
package struct MemoryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The most memory to use, such as \"4 GB\" (default: most of what is free). Larger images are restored in tiles.",
      valueName: "size"))
  package var memory: MemorySize?

  package init() {}

  package var budget: MemoryBudget { budget(on: Ranks()) }

  /// - Parameter ranks: those of a machine share what is free there; a limit is each rank's.
  func budget(on ranks: Ranks) -> MemoryBudget {
    var budget = MemoryBudget(limit: memory?.bytes)
    budget.sharers = ranks.placement.neighbours(of: ranks.rank)
    return budget
  }
}

/// Weights, and what a bare PyTorch checkpoint does not say about their model.
struct WeightOptions<Architecture: RestorationArchitecture>: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The weights: .safetensors or PyTorch's .pth, or a name of those that come with the program (default: those for \
      the task).
      """, valueName: "file"),
    completion: .file(extensions: ["safetensors", "pth"]))
  var weights: String?

  @Option(help: "The model (default: what the weights say).")
  var model: ModelName<Architecture>?

  @Option(help: "The task (default: what the weights say; without weights x2).")
  var task: RestorationTask?

  func validate() throws {
    if weights == nil { _ = try Architecture.pretrainedName(for: task) }
  }

  /// What was given, or the name of what is taken in its place.
  var name: String { weights ?? (task ?? .x2).rawValue }

  /// - Parameter quiet: false says on standard error which weights were taken, where the file holds several.
  /// - Throws: `InputError` that names the file.
  func load(quiet: Bool) throws -> PretrainedModel<Architecture> {
    try PretrainedModel(weights: name.expandingTilde, task: task, named: model?.name) {
      if !quiet { Program.report($0) }
    }
  }
}

extension RestorationArchitecture {
  /// The name of the weights that come with the program for a task; nil stands for x2.
  /// - Throws: `ValidationError` when there are none.
  static func pretrainedName(for task: RestorationTask?) throws -> String {
    let name = (task ?? .x2).rawValue
    if pretrained.contains(where: { $0.name == name }) { return name }
    throw ValidationError("--weights is missing: none for \(name) come with the program")
  }
}
