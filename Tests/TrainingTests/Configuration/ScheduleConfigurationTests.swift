import RAMiTDiagnostics
import RAMiTOptimizers
import Testing

@testable import RAMiTExperiments
@testable import RAMiTTraining

/// Schedules of every kind, by epoch and by iteration, from YAML to the rate of a step.
@Suite struct ScheduleConfigurationTests {
  private func configuration(_ yaml: String) throws -> BuiltInRun {
    try BuiltInRun(yaml: ConfigurationTests.small + yaml + "\n", file: "c.yaml")
  }

  /// Ten iterations an epoch.
  private func plan(_ schedule: String, more: String = "") throws -> TrainingPlan {
    TrainingPlan(try configuration("schedule: \(schedule)\n\(more)").training, samplesPerEpoch: 640)
  }

  @Test(arguments: [(64, 4e-4), (32, 2e-4), (16, 1e-4), (128, 8e-4)])
  func paperRateIsProportionalToTheBatch(batch: Int, rate: Double) {
    #expect(BaseLearningRate.paper.value(batch: batch, firstBatch: 64) == rate)
  }

  @Test func countsIterations() throws {
    let plan = try plan(
      """
      {iterations: 47, learningRate: 1e-3, warmupIterations: 4, decay: milestones, milestones: [20, 40], gamma: 0.1,
        stages: [{iteration: 25, patch: 96, batch: 32}]}
      """)
    #expect(plan.countsIterations && plan.iterations == 47)
    // Three epochs of at most 10 iterations, then two of at most 20.
    #expect(plan.stages.map(\.epochs) == [0..<3, 3..<5] && plan.stages.map(\.iterations) == [0..<25, 25..<47])
    #expect(plan.samples == 25 * 64 + 22 * 32)
    func rate(_ iteration: Int) -> Double { plan.position(iteration).learningRate }
    #expect(rate(0) == 0 && abs(rate(3) - 0.75e-3) < 1e-18 && rate(4) == 1e-3 && rate(19) == 1e-3)
    #expect(abs(rate(20) - 1e-4) < 1e-18)
    #expect(abs(rate(25) - 0.5e-4) < 1e-18, "the rate follows the batch")
    #expect(abs(rate(40) - 0.5e-5) < 1e-18)
    let position = plan.position(46)
    #expect(position.epoch == 4 && position.iterationInEpoch == 1 && position.iteration == 46)
    #expect(plan.epochsDone(after: 25) == (3, true) && plan.epochsDone(after: 24) == (2, false))
    #expect(plan.epochsDone(after: 47) == (5, true))
    #expect(plan.rows.map(\.span) == [1...4, 5...20, 21...25, 26...40, 41...47])
    #expect(plan.table[0].hasPrefix("iterations  trains  patch  batch  an epoch"))
    #expect(plan.table[2] == "5-20        all     64     64     10        1.00e-03")
  }

  /// A warm start is counted in epochs and comes before the schedule's iterations.
  @Test func aWarmStartComesBefore() throws {
    let plan = try plan(
      "{iterations: 12, learningRate: 1e-3, warmupIterations: 5, decay: constant}",
      more: "warmStart: {weights: a.pth, epochs: 2}")
    #expect(plan.iterations == 32 && plan.stages.map(\.iterations) == [0..<20, 20..<32])
    #expect(plan.position(19).learningRate == 1e-3 && plan.position(20).learningRate == 0)
    #expect(plan.position(20).beginsSchedule && !plan.position(21).beginsSchedule && !plan.position(0).beginsSchedule)
    #expect(plan.position(25).learningRate == 1e-3)
    #expect(plan.rows.map(\.span) == [1...20, 21...25, 26...32])
  }

  /// BasicSR's way to write a Restormer's schedule.
  @Test func restartsByIteration() throws {
    let plan = try plan(
      """
      {iterations: 300, learningRate: 3e-4, decay: cosineRestarts, periods: [92, 208], restartWeights: [1, 1],
        finalLearningRates: [0.0003, 0.000001]}
      """)
    for iteration in [0, 1, 50, 91, 92] { #expect(abs(plan.position(iteration).learningRate - 3e-4) < 1e-18) }
    let half = plan.position(92 + 104).learningRate
    #expect(abs(half - (1e-6 + (3e-4 - 1e-6) / 2)) < 1e-15)
    #expect(plan.rows.map(\.span) == [1...92, 93...300])
  }

  @Test func constantAndPolynomialByEpoch() throws {
    let constant = try plan("{epochs: 4, learningRate: 1e-3, warmupEpochs: 0, decay: constant}")
    #expect(constant.position(39).learningRate == 1e-3 && constant.rows.count == 1)
    let line = try plan("{epochs: 4, learningRate: 1e-3, warmupEpochs: 0, decay: polynomial, finalLearningRate: 2e-4}")
    #expect(abs(line.position(20).learningRate - 6e-4) < 1e-15)
    #expect(abs(line.position(5).learningRate - 9e-4) < 1e-15, "iteration by iteration")
  }

  @Test func validationsAreDueByEpochOrIteration() throws {
    let configuration = try configuration(
      "schedule: {iterations: 25, decay: constant}\nvalidation: {everyIterations: 10}")
    let plan = TrainingPlan(configuration.training, samplesPerEpoch: 640)
    #expect((1...25).filter { plan.isTime(for: configuration.validation, after: $0) } == [10, 20, 25])
    #expect(plan.validations(configuration.validation, after: 20) == (2, 3))
    let byEpoch = try self.configuration("schedule: {epochs: 5}\nvalidation: {everyEpochs: 2}")
    let epochs = TrainingPlan(byEpoch.training, samplesPerEpoch: 640)
    #expect((1...50).filter { epochs.isTime(for: byEpoch.validation, after: $0) } == [20, 40, 50])
    #expect(epochs.validations(byEpoch.validation, after: 40) == (2, 3))
  }

  @Test(arguments: [
    (
      "schedule: {iterations: 5, epochs: 6}",
      "c.yaml:6:35: expected schedule.epochs: none beside schedule.iterations, found 6"
    ),
    (
      "schedule: {iterations: 5}",
      "c.yaml:6:11: expected schedule.milestones: a list of iterations (or decay: constant), found no value"
    ),
    (
      "schedule: {iterations: 5, warmupEpochs: 1, decay: constant}",
      "c.yaml:6:41: expected schedule.warmupEpochs: none beside schedule.iterations (warmupIterations), found 1"
    ),
    (
      "schedule: {warmupIterations: 1}",
      "c.yaml:6:30: expected schedule.warmupIterations: none without schedule.iterations (warmupEpochs), found 1"
    ),
    (
      "schedule: {iterations: 5, decay: constant, stages: [{epoch: 1, patch: 8, batch: 2}]}",
      "c.yaml:6:61: expected schedule.stages.0.epoch: none: the schedule is counted in iterations, found 1"
    ),
    (
      "schedule: {iterations: 5, warmupIterations: 5, decay: cosine}",
      "c.yaml:6:24: expected schedule.iterations: more than warmupIterations, 5, for cosine, found 5"
    ),
    ("schedule: {decay: cosineRestarts}", "c.yaml:6:11: expected schedule.periods: lengths in epochs, found no value"),
    (
      "schedule: {decay: cosineRestarts, epochs: 30, periods: [10, 10]}",
      "c.yaml:6:56: expected schedule.periods: 30 epochs or more in all, the schedule's length, found 20"
    ),
    (
      "schedule: {decay: cosineRestarts, epochs: 30, periods: [10, 20], restartWeights: [1]}",
      "c.yaml:6:82: expected schedule.restartWeights: 2 numbers in 0 to 1, one for each period, found [1.0]"
    ),
    ("schedule: {gamma: 0}", "c.yaml:6:19: expected schedule.gamma: above 0, at most 1, found 0.0"),
    ("schedule: {iteration: 5}", "c.yaml:6:12: expected a key of schedule, perhaps 'iterations', found 'iteration'"),
    ("schedule: {mileston: [5]}", "c.yaml:6:12: expected a key of schedule, perhaps 'milestones', found 'mileston'"),
    (
      "schedule: {learningrte: 5}",
      "c.yaml:6:12: expected a key of schedule, perhaps 'learningRate', found 'learningrte'"
    ),
    (
      "validation: {everyIterations: 5, everyEpochs: 1}",
      "c.yaml:6:47: expected validation.everyEpochs: none beside validation.everyIterations, found 1"
    ),
    (
      "validation: {earlyStopping: {patience: 3}}",
      "c.yaml:6:29: expected validation.earlyStopping: none without data.validation, found a value"
    ),
    (
      "validation: {earlyStopping: {pateince: 3}}",
      "c.yaml:6:30: expected a key of validation.earlyStopping, perhaps 'patience', found 'pateince'"
    ),
    (
      "validation: {earlyStopping: {metric: loss}}",
      "c.yaml:6:38: expected one of psnr, ssim for validation.earlyStopping.metric, found 'loss'"
    ),
    (
      "optimizer: {type: adma}",
      "c.yaml:6:19: expected one of adam, adamW, sgd, lion, muon for optimizer.type, found 'adma'"
    ),
    (
      "optimizer: {type: muon, momentum: 1}",
      "c.yaml:6:35: expected optimizer.momentum: 0 or more, below 1, found 1.0"
    ),
    (
      "optimizer: {type: sgd, momentm: 0.9}",
      "c.yaml:6:24: expected a key of optimizer, perhaps 'momentum', found 'momentm'"
    ),
    (
      "optimizer: {type: sgd, betas: [0.9, 0.9]}",
      "c.yaml:6:24: expected a key of optimizer, one of type, momentum, dampening, nesterov, weightDecay, found 'betas'"
    ),
    (
      "optimizer: {type: sgd, nesterov: true}",
      "c.yaml:6:34: expected optimizer.nesterov: false, or a momentum without dampening, found true"
    ),
    (
      "parameters: {groups: [{names: ['*.bias'], weigthDecay: 0}]}",
      "c.yaml:6:43: expected a key of parameters.groups.0, perhaps 'weightDecay', found 'weigthDecay'"
    ),
    ("parameters: {frosen: ['*.bias']}", "c.yaml:6:14: expected a key of parameters, perhaps 'frozen', found 'frosen'"),
    (
      "parameters: {groups: [{weightDecay: 0}]}",
      "c.yaml:6:23: expected a value for parameters.groups.0.names, found a group without it"
    ),
    ("loss: []", "c.yaml:6:7: expected loss: \(LossConfiguration.choices), found an empty list"),
    ("loss: [{type: l1, wieght: 2}]", "c.yaml:6:19: expected a key of loss.0, perhaps 'weight', found 'wieght'"),
    (
      "loss: [{type: l2}]",
      "c.yaml:6:15: expected one of l1, mse, charbonnier, psnr, ssim, fourier, edge for loss.0.type, found 'l2'"
    ),
    (
      "loss: [{type: edge, epsilon: 0}]", "c.yaml:6:30: expected loss.0.epsilon: 1e-18 to 1, found 0.0"
    ),
    (
      "loss: [{type: l1}, {type: ssim, weight: 0.1}]\nschedule: {stages: [{epoch: 9, patch: 5, batch: 4}]}",
      "c.yaml:6:7: expected loss: ssim with targets of at least 11 pixels a side, found patches with targets of 10"
    ),
    ("loss: [{type: l1, epsilon: 0.1}]", "c.yaml:6:19: expected a key of loss.0, one of type, weight, found 'epsilon'"),
    ("loss: [{type: l1, weight: 0}]", "c.yaml:6:27: expected loss.0.weight: above 0, at most 1000000, found 0.0"),
  ])
  func faultsAreNamed(addition: String, expected: String) {
    #expect(message(ConfigurationTests.small + addition + "\n") == expected)
  }

  @Test func everyChoiceReadsBack() throws {
    let texts = [
      "optimizer: {type: adamW, weightDecay: 0.05}", "optimizer: {type: sgd, momentum: 0.9, nesterov: true}",
      "optimizer: {type: lion}", "optimizer: {type: adam, weightDecay: 0.1}",
      "optimizer: {type: muon, momentum: 0.9, nesterov: false}",
      "loss: [{type: l1}, {type: charbonnier, weight: 0.5, epsilon: 0.01}]", "loss: mse", "loss: psnr",
      "loss: [{type: ssim, weight: 0.2}, {type: fourier, weight: 0.1}, {type: edge, epsilon: 0.1}, {type: edge}]",
      "schedule: {iterations: 500, decay: cosineRestarts, periods: [200, 300], finalLearningRates: [1e-6, 0]}",
      "schedule: {iterations: 50, warmupIterations: 5, milestones: [20], gamma: 0.2, decay: milestones}",
      "schedule: {epochs: 50, decay: polynomial, power: 0.9}",
      "parameters: {frozen: [a.*], groups: [{names: ['*.bias', '*norm*'], weightDecay: 0}]}",
      "validation: {everyIterations: 7}",
      "validation: {earlyStopping: {metric: ssim}}\ndata: {train: {type: procedural, samplesPerEpoch: 64}, "
        + "validation: {type: procedural, images: 1}}",
    ]
    for text in texts {
      let small = text.contains("data:") ? "task: x2\n" : ConfigurationTests.small
      let configuration = try BuiltInRun(yaml: small + text + "\n", file: "c.yaml")
      let again = try BuiltInRun(yaml: configuration.yaml(), file: "resolved.yaml")
      #expect(again == configuration, "\(text)")
    }
  }

  /// PyTorch's Adam has an L2 penalty; a configuration without a type means what it always has.
  @Test func adamsWeightDecayFollowsTheType() throws {
    func optimizer(_ text: String) throws -> OptimizerConfiguration {
      try configuration("optimizer: \(text)").optimizer
    }
    guard case .adam(let plain) = try optimizer("{weightDecay: 0.1}"),
      case .adam(let named) = try optimizer("{type: adam, weightDecay: 0.1}"),
      case .adamW(let decoupled) = try optimizer("{type: adamW}")
    else {
      Issue.record("another optimizer")
      return
    }
    #expect(plain.weightDecayKind == .decoupled && named.weightDecayKind == .l2)
    #expect(decoupled.weightDecay == 0.01 && decoupled.betas == [0.9, 0.999])
    // Without a decay, its kind is no change.
    let adam = try configuration("optimizer: {type: adam}")
    let changes = try adam.changes(since: configuration(""), comparesLocations: true)
    #expect(changes == ConfigurationChanges())
  }
}
