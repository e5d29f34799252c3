import RAMiTDiagnostics
import RAMiTModels
import RAMiTOptimizers

extension TrainingConfiguration {
  /// Checks every value's range, and that values go together.
  /// - Parameter location: the location of a key, by its dotted path.
  /// - Throws: `InputError` for the first that is wrong.
  package func check(at location: @escaping (String) -> String) throws {
    let checks = Checks(location: location)
    try checks.require(
      !name.isEmpty && !name.contains("/") && !name.hasPrefix("."), "name", "a name that a folder can have",
      name.isEmpty ? "an empty text" : name)
    if let output { try checks.text(output, "output", "a folder") }
    if let initialWeights { try checks.text(initialWeights, "initialWeights", "a weight file") }
    try data.train.check(checks, task: task)
    try data.validation.check(checks, task: task)
    try checks.require(1...64 ~= data.loader.threads, "data.loader.threads", "1 to 64", data.loader.threads)
    try checks.require(1...1024 ~= data.loader.ahead, "data.loader.ahead", "1 to 1024", data.loader.ahead)
    try checks.require(0...(1 << 24) ~= data.loader.cache, "data.loader.cache", "a size in MiB", data.loader.cache)
    try schedule.check(checks)
    try warmStart.check(checks)
    try checks.require(
      initialWeights == nil || warmStart.weights == nil, "initialWeights", "none beside warmStart.weights",
      initialWeights ?? "")
    let smallest = ([data.train.batch] + schedule.stages.map(\.batch)).min() ?? 1
    try checks.require(
      1...smallest ~= gradients.accumulate, "gradients.accumulate", "1 to the smallest batch, \(smallest)",
      gradients.accumulate)
    if let norm = gradients.clipNorm { try checks.require(norm > 0, "gradients.clipNorm", "a positive number", norm) }
    try checks.require(
      0...1_000_000_000 ~= gradients.maximumSkipped, "gradients.maximumSkipped", "0 or more", gradients.maximumSkipped)
    if let decay = ema.decay { try checks.require((0..<1) ~= decay, "ema.decay", "0 or more, below 1", decay) }
    try optimizer.check(checks)
    try parameters.check(checks)
    let patch = ([data.train.patch] + schedule.stages.map(\.patch)).min() ?? 1
    try loss.check(checks, targetSide: patch * task.scale)
    try validation.check(checks)
    try checks.require(
      validation.earlyStopping == nil || data.validation.type != .none, "validation.earlyStopping",
      "none without data.validation", "a value")
    try checks.positive(checkpoints.everyIterations, "checkpoints.everyIterations")
    try checks.positive(checkpoints.keep, "checkpoints.keep")
    try checks.positive(logging.everyIterations, "logging.everyIterations")
  }
}

/// Turns a failed check into an error at the key's location.
package struct Checks {
  package let location: (String) -> String

  package func require(_ holds: Bool, _ path: String, _ expected: String, _ found: Any) throws {
    if !holds { throw InputError(location(path), expected: "\(path): \(expected)", found: "\(found)") }
  }

  /// Text that must be present and not empty.
  package func text(_ value: String?, _ path: String, _ expected: String) throws {
    try require(value?.isEmpty == false, path, expected, value == nil ? "no value" : "an empty text")
  }

  /// Counts are bounded so that no product of them can overflow.
  package func positive(_ value: Int, _ path: String, upTo limit: Int = 1_000_000_000) throws {
    try require(1...limit ~= value, path, "a positive whole number up to \(limit)", value)
  }
}

extension Checks {
  /// Checks `patch` and `batch` of a group of keys.
  package func batch(_ batch: Int, patch: Int, _ group: String) throws {
    try positive(patch, "\(group).patch", upTo: 4096)
    try positive(batch, "\(group).batch", upTo: 65536)
    // One feature map of 64 channels would have 16 GiB.
    try require(
      batch * patch * patch <= 1 << 26, "\(group).batch", "at most \(1 << 26) pixels in a batch",
      "\(batch) patches of \(patch) x \(patch)")
  }
}

extension WarmStartConfiguration {
  fileprivate func check(_ checks: Checks) throws {
    if let weights { try checks.text(weights, "warmStart.weights", "a weight file") }
    try checks.require(0...1_000_000 ~= epochs, "warmStart.epochs", "0 or more", epochs)
    try checks.text(module, "warmStart.module", "a module's name")
  }
}

extension OptimizerConfiguration {
  fileprivate func check(_ checks: Checks) throws {
    if let betas {
      for beta in betas { try checks.require((0..<1) ~= beta, "optimizer.betas", "0 or more, below 1", beta) }
      try checks.require(betas.count == 2, "optimizer.betas", "two numbers", betas)
    }
    switch self {
    case .adam(let settings): try checks.epsilon(settings.epsilon)
    case .adamW(let settings): try checks.epsilon(settings.epsilon)
    case .lion: break
    case .muon(let settings):
      try checks.epsilon(settings.epsilon)
      try checks.require((0..<1) ~= settings.momentum, "optimizer.momentum", "0 or more, below 1", settings.momentum)
    case .sgd(let settings):
      try checks.require(0...1 ~= settings.momentum, "optimizer.momentum", "0 to 1", settings.momentum)
      try checks.require(0...1 ~= settings.dampening, "optimizer.dampening", "0 to 1", settings.dampening)
      try checks.require(
        !settings.nesterov || settings.momentum > 0 && settings.dampening == 0, "optimizer.nesterov",
        "false, or a momentum without dampening", settings.nesterov)
    }
    try checks.require(0...1 ~= weightDecay, "optimizer.weightDecay", "0 to 1", weightDecay)
  }
}

extension Checks {
  fileprivate func epsilon(_ epsilon: Double) throws {
    try require(epsilon >= 1e-30, "optimizer.epsilon", "a number of at least 1e-30", epsilon)
  }
}
