import Diagnostics
import Models

extension TrainingConfiguration {
  /// Checks every value's range, and that values go together.
  /// - Parameter place: the location of a key, by its dotted path.
  /// - Throws: `InputError` for the first that is wrong.
  func check(at place: @escaping (String) -> String) throws {
    let checks = Checks(place: place)
    try checks.require(
      !name.isEmpty && !name.contains("/") && !name.hasPrefix("."), "name", "a name that can be a folder's",
      name.isEmpty ? "an empty text" : name)
    if let output { try checks.text(output, "output", "a folder") }
    if let initialWeights { try checks.text(initialWeights, "initialWeights", "a weight file") }
    try model.check(checks)
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
    if let decay = ema.decay { try checks.require((0..<1) ~= decay, "ema.decay", "0 or more, below 1", decay) }
    for beta in optimizer.betas { try checks.require((0..<1) ~= beta, "optimizer.betas", "0 or more, below 1", beta) }
    try checks.require(optimizer.betas.count == 2, "optimizer.betas", "two numbers", optimizer.betas)
    try checks.require(optimizer.epsilon > 0, "optimizer.epsilon", "a positive number", optimizer.epsilon)
    try checks.require(
      0...1 ~= optimizer.weightDecay, "optimizer.weightDecay", "0 to 1", optimizer.weightDecay)
    try checks.positive(validation.everyEpochs, "validation.everyEpochs")
    try checks.require(0...1000 ~= validation.samples, "validation.samples", "0 to 1000", validation.samples)
    try checks.positive(checkpoints.everyIterations, "checkpoints.everyIterations")
    try checks.positive(checkpoints.keep, "checkpoints.keep")
    try checks.positive(logging.everyIterations, "logging.everyIterations")
  }
}

/// Turns a failed check into an error at the key's place.
struct Checks {
  let place: (String) -> String

  func require(_ holds: Bool, _ path: String, _ expected: String, _ found: Any) throws {
    if !holds { throw InputError(place(path), expected: "\(path): \(expected)", found: "\(found)") }
  }

  /// Text that must be there, and not be empty.
  func text(_ value: String?, _ path: String, _ expected: String) throws {
    try require(value?.isEmpty == false, path, expected, value == nil ? "no value" : "an empty text")
  }

  /// Counts are bounded so that no product of them can overflow.
  func positive(_ value: Int, _ path: String, upTo limit: Int = 1_000_000_000) throws {
    try require(1...limit ~= value, path, "a positive whole number up to \(limit)", value)
  }
}

extension Checks {
  /// Checks `patch` and `batch` of a group of keys.
  func batch(_ batch: Int, patch: Int, _ group: String) throws {
    try positive(patch, "\(group).patch", upTo: 4096)
    try positive(batch, "\(group).batch", upTo: 65536)
    // One feature map of 64 channels would have 16 GiB.
    try require(
      batch * patch * patch <= 1 << 26, "\(group).batch", "at most \(1 << 26) pixels in a batch",
      "\(batch) patches of \(patch) x \(patch)")
  }
}

extension ModelConfiguration {
  /// The model knows what it can be built with; its message begins with the key.
  fileprivate func check(_ checks: Checks) throws {
    guard let fault = architecture.fault else { return }
    let key = fault.prefix { $0 != " " }
    throw InputError(checks.place("model.\(key)"), expected: "a model that can be built", found: "model.\(fault)")
  }
}

extension ScheduleConfiguration {
  fileprivate func check(_ checks: Checks) throws {
    try checks.positive(epochs, "schedule.epochs", upTo: 1_000_000)
    if case .value(let rate) = rate {
      try checks.require(rate > 0 && rate <= 1, "schedule.rate", "paper, or a number above 0 and at most 1", rate)
    }
    try checks.require(
      0...1_000_000 ~= warmupEpochs, "schedule.warmupEpochs", "0 or more", warmupEpochs)
    try checks.require(
      halveAtEpochs.allSatisfy { $0 >= 0 } && zip(halveAtEpochs, halveAtEpochs.dropFirst()).allSatisfy { $0 < $1 },
      "schedule.halveAtEpochs", "epochs in ascending order", halveAtEpochs)
    try checks.require(finalRate >= 0 && finalRate <= 1, "schedule.finalRate", "0 to 1", finalRate)
    try checks.require(
      decay == .halving || epochs > warmupEpochs, "schedule.epochs",
      "more than warmupEpochs, \(warmupEpochs), for cosine", epochs)
    for (index, stage) in stages.enumerated() {
      let path = "schedule.stages.\(index)"
      let before = index == 0 ? 0 : stages[index - 1].epoch
      try checks.require(
        before + 1...1_000_000 ~= stage.epoch, "\(path).epoch", "more than the stage before, \(before)", stage.epoch)
      try checks.batch(stage.batch, patch: stage.patch, path)
    }
  }
}

extension WarmStartConfiguration {
  fileprivate func check(_ checks: Checks) throws {
    if let weights { try checks.text(weights, "warmStart.weights", "a weight file") }
    try checks.require(0...1_000_000 ~= epochs, "warmStart.epochs", "0 or more", epochs)
    try checks.text(module, "warmStart.module", "a module's name")
  }
}
