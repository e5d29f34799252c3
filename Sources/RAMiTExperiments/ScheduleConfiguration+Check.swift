extension ScheduleConfiguration {
  package func check(_ checks: Checks) throws {
    try checkLength(checks)
    if case .value(let rate) = learningRate {
      try checks.require(
        rate > 0 && rate <= 1, "schedule.learningRate", "paper, or a number above 0 and at most 1", rate)
    }
    try checkDecay(checks)
    for (index, stage) in stages.enumerated() {
      let path = "schedule.stages.\(index)"
      let (key, other) = countsIterations ? ("iteration", "epoch") : ("epoch", "iteration")
      let (start, unused) = countsIterations ? (stage.iteration, stage.epoch) : (stage.epoch, stage.iteration)
      try checks.require(
        unused == nil, "\(path).\(other)", "none: the schedule is counted in \(key)s", unused ?? 0)
      let before = index == 0 ? 0 : stages[index - 1].start
      try checks.require(
        start.map { before + 1...1_000_000_000 ~= $0 } ?? false, "\(path).\(key)",
        "more than the stage before, \(before)",
        start.map { "\($0)" } ?? "no value")
      try checks.batch(stage.batch, patch: stage.patch, path)
    }
  }

  /// The unit in which everything is counted.
  private var unit: String { countsIterations ? "iterations" : "epochs" }

  private func checkLength(_ checks: Checks) throws {
    if let iterations {
      try checks.require(epochs == nil, "schedule.epochs", "none beside schedule.iterations", epochs ?? 0)
      try checks.positive(iterations, "schedule.iterations")
      try checks.require(
        warmupEpochs == nil, "schedule.warmupEpochs", "none beside schedule.iterations (warmupIterations)",
        warmupEpochs ?? 0)
    } else {
      try checks.require(epochs != nil, "schedule.epochs", "a number of epochs, or schedule.iterations", "no value")
      try checks.positive(epochs ?? 1, "schedule.epochs", upTo: 1_000_000)
      try checks.require(
        warmupIterations == nil, "schedule.warmupIterations", "none without schedule.iterations (warmupEpochs)",
        warmupIterations ?? 0)
    }
    let key = countsIterations ? "schedule.warmupIterations" : "schedule.warmupEpochs"
    let warmup = warmupIterations ?? warmupEpochs ?? 0
    try checks.require(0...1_000_000_000 ~= warmup, key, "0 or more", warmup)
    try checks.require(
      decay == .constant || decay == .milestones || length > warmup, "schedule.\(unit)",
      "more than \(key.dropFirst("schedule.".count)), \(warmup), for \(decay)", length)
  }

  private func checkDecay(_ checks: Checks) throws {
    if decay == .milestones {
      try checks.require(
        milestones != nil, "schedule.milestones", "a list of \(unit) (or decay: constant)", "no value")
    }
    if let milestones {
      try checks.require(
        milestones.allSatisfy { 0...1_000_000_000 ~= $0 }
          && zip(milestones, milestones.dropFirst()).allSatisfy { $0 < $1 },
        "schedule.milestones", "\(unit) in ascending order", milestones)
    }
    try checks.require(gamma > 0 && gamma <= 1, "schedule.gamma", "above 0, at most 1", gamma)
    try checks.require(0...1 ~= finalLearningRate, "schedule.finalLearningRate", "0 to 1", finalLearningRate)
    try checks.require(power > 0 && power <= 100, "schedule.power", "above 0, at most 100", power)
    if decay == .cosineRestarts { try checkPeriods(checks) }
  }

  private func checkPeriods(_ checks: Checks) throws {
    let periods = periods ?? []
    try checks.require(
      !periods.isEmpty && periods.allSatisfy { 1...1_000_000_000 ~= $0 }, "schedule.periods",
      "lengths in \(unit)", periods.isEmpty ? "no value" : "\(periods)")
    let total = periods.reduce(0, +)
    try checks.require(
      total >= length, "schedule.periods", "\(length) \(unit) or more in all, the schedule's length", "\(total)")
    for (key, values) in [("restartWeights", restartWeights), ("finalLearningRates", finalLearningRates)] {
      guard let values else { continue }
      try checks.require(
        values.count == periods.count && values.allSatisfy { 0...1 ~= $0 }, "schedule.\(key)",
        "\(periods.count) numbers in 0 to 1, one for each period", values)
    }
  }
}
