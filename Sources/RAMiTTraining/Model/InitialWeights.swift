import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTModels
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore

extension ParameterStore {
  /// Loads the weights that a warm start begins with, and leaves the reinitialised parameters as they are.
  ///
  /// - Parameters:
  ///   - tensors: of a model that differs only in the module, as x4 differs from x2.
  ///   - path: the file they came from, for messages.
  /// - Returns: the names of the reinitialised parameters.
  /// - Throws: `InputError` when parameters outside the module are missing, unexpected or of another shape; nothing has
  ///   changed then.
  func warmStart(
    _ tensors: NamedTensors, from path: String, _ warmStart: WarmStartConfiguration
  ) throws -> [String] {
    let prefix = warmStart.module + "."
    guard parameters.contains(where: { $0.name.hasPrefix(prefix) }) else {
      let modules = Set(parameters.map { $0.name.prefix { $0 != "." } }).sorted().joined(separator: ", ")
      throw InputError("warmStart.module", expected: "a module of the model (\(modules))", found: warmStart.module)
    }
    func isReinitialised(_ name: String, _ shape: Shape) -> Bool {
      warmStart.reinitialised == .module || tensors[name]?.shape != shape
    }
    let names = parameters.filter { $0.name.hasPrefix(prefix) && isReinitialised($0.name, $0.fileShape) }.map(\.name)
    var fitting = NamedTensors()
    for (name, tensor) in tensors where !name.hasPrefix(prefix) { fitting[name] = tensor }
    for parameter in parameters where parameter.name.hasPrefix(prefix) {
      // Reinitialised parameters are loaded from their own values, so that the rest is checked strictly.
      fitting[parameter.name] = names.contains(parameter.name) ? parameter.exported : tensors[parameter.name]
    }
    for buffer in buffers where buffer.name.hasPrefix(prefix) {
      fitting[buffer.name] =
        isReinitialised(buffer.name, buffer.shape) ? buffer.value.copy() : tensors[buffer.name]
    }
    try load(fitting, from: path, ignoring: isTrainingState)
    return names
  }
}

extension RestorationModel {
  /// Loads the initial weights that the configuration names.
  /// - Parameter pretrained: the weights that come with the program under a name; nil for a file's path.
  /// - Returns: a line for the log; nil when the initial weights are random.
  /// - Throws: `InputError` that names the file.
  func loadInitialWeights(
    _ configuration: TrainingConfiguration, pretrained: (_ name: String) throws -> PretrainedWeights?
  ) throws -> String? {
    var taken = ""
    func read(_ path: String) throws -> NamedTensors {
      if let weights = try pretrained(path) { return try weights.tensors(for: parameters.request) }
      return try WeightFile.read(path, for: parameters.request) { taken = "; \($0)" }
    }
    if let path = configuration.initialWeights {
      try load(read(path), from: pretrained(path)?.path ?? path)
      return "begins with \(path)\(taken)"
    }
    guard let path = configuration.warmStart.weights else { return nil }
    let reinitialised = try parameters.warmStart(
      read(path), from: pretrained(path)?.path ?? path, configuration.warmStart)
    if reinitialised.isEmpty { return "begins with \(path)\(taken)" }
    let isWhole = configuration.warmStart.reinitialised == .module
    return "begins with \(path)\(taken); reinitialised: "
      + (isWhole ? "all of \(configuration.warmStart.module)" : reinitialised.joined(separator: ", "))
  }
}
