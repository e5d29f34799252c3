import RAMiTExperiments
import RAMiTModels

extension BuiltInRun {
  /// Makes the model, the schedule and the data small. The kind of each stays: stages, milestones, a warm start, an
  /// average of the weights.
  mutating func shrink() {
    model.architecture = model.architecture.tiny
    training.shrink()
  }
}

extension TrainingConfiguration {
  /// Epochs of a tiny schedule, before which the paper's are shortened in proportion.
  private static var tinyEpochs: Int { 4 }
  private static var tinySamples: Int { 64 }
  private static var tinyBatch: Int { 4 }
  /// The input patch that stands for the paper's 64 pixels.
  private static var tinyPatch: Int { 16 }

  fileprivate mutating func shrink() {
    let full = self
    (data.train.type, data.train.name, data.train.root) = (.procedural, nil, nil)
    (data.train.memberRepeat, data.train.repeat) = (nil, 1)
    data.train.samplesPerEpoch = Self.tinySamples
    (data.train.patch, data.train.batch) = (Self.tinyPatch, Self.tinyBatch)
    data.loader.threads = 1
    (data.validation.type, data.validation.name, data.validation.root) = (.procedural, nil, nil)
    data.validation.images = 1
    schedule = full.schedule.tiny(
      epochs: Self.tinyEpochs, iterations: Self.tinyEpochs * Self.tinySamples / Self.tinyBatch,
      patch: { max(8, $0 * Self.tinyPatch / full.data.train.patch / 8 * 8) },
      batch: { max(1, $0 * Self.tinyBatch / full.data.train.batch) })
    warmStart.epochs = min(full.warmStart.epochs, 1)
    validation.samples = 1
    if schedule.countsIterations {
      (validation.everyEpochs, validation.everyIterations) = (nil, schedule.length)
    } else {
      (validation.everyEpochs, validation.everyIterations) = (Self.tinyEpochs + warmStart.leadingEpochs, nil)
    }
    logging.everyIterations = 16
  }
}

extension ScheduleConfiguration {
  /// The same kind of schedule, shortened.
  fileprivate func tiny(
    epochs: Int, iterations: Int, patch: (Int) -> Int, batch: (Int) -> Int
  ) -> ScheduleConfiguration {
    let full = Double(length), short = countsIterations ? iterations : epochs
    func scaled(_ position: Int) -> Int { max(1, Int((Double(position * short) / full).rounded())) }
    var result = self
    if countsIterations { result.iterations = iterations } else { result.epochs = epochs }
    // What would learn nothing in so few steps learns a little.
    result.learningRate = .value(0.002)
    result.warmupEpochs = warmupEpochs.map { min($0, 1) }
    result.warmupIterations = warmupIterations.map { min($0, 4) }
    result.milestones = milestones.map { milestones in
      milestones.map(scaled).reduce(into: [Int]()) { list, next in
        let last = list.last ?? 0
        if last < next && next < short { list.append(next) }
      }
    }
    if let periods {
      result.periods = periods.map(scaled)
      let others = result.periods!.dropLast().reduce(0, +)
      result.periods![periods.count - 1] = max(1, short - others)
    }
    result.stages = stages.map { stage in
      var stage = stage
      stage.epoch = stage.epoch.map(scaled)
      stage.iteration = stage.iteration.map(scaled)
      (stage.patch, stage.batch) = (patch(stage.patch), batch(stage.batch))
      return stage
    }
    return result
  }
}

extension BuiltInArchitecture {
  /// The same kind of model, with few channels and blocks.
  fileprivate var tiny: BuiltInArchitecture {
    switch self {
    case .ramit(var model):
      // The helper, and blocks that alternate, need two blocks a stage.
      (model.dim, model.depths, model.window) = (16, [2, 1, 1, 2], 4)
      // The bottleneck's and H-RAMi's channels, 21 and 37, have no common divisor.
      model.wide.groups = 1
      return .ramit(model)
    case .swinIR(var model):
      (model.dim, model.depths, model.heads) = (12, [2, 2], [2, 2])
      return .swinIR(model)
    case .ngswin(var model):
      (model.dim, model.depths, model.heads, model.window) = (16, [1, 1, 1, 1], [2, 2, 2, 2], 4)
      return .ngswin(model)
    case .elan(var model):
      (model.dim, model.blocks, model.windows) = (12, 2, [2, 4, 8])
      return .elan(model)
    case .edsr(var model):
      (model.features, model.blocks) = (8, 2)
      return .edsr(model)
    case .nafNet(var model):
      (model.width, model.middleBlocks) = (4, 1)
      (model.encoderBlocks, model.decoderBlocks) = ([1, 1], [1, 1])
      return .nafNet(model)
    case .restormer(var model):
      (model.dim, model.blocks, model.refinementBlocks) = (8, [1, 1, 1, 1], 1)
      return .restormer(model)
    }
  }
}
