import Autograd
import Datasets
import Diagnostics
import Foundation
import Imaging
import Models
import NN
import Optimizers
import Serialization
import TensorCore

/// How a run ended.
public enum TrainingOutcome: Equatable, Sendable {
  /// All epochs are done; the validation is nil when the run has none.
  case finished(best: ValidationRecord?)
  /// It was asked to stop, and saved; iterations done.
  case stopped(iteration: Int)
}

/// Trains a model as a configuration says, in a folder that can be resumed from at any time.
///
/// The same configuration gives the same weights, bit for bit, however often the run is interrupted: what a batch holds, what
/// dropout leaves out and how fast the model learns depend on the seed and the iteration alone, and a checkpoint holds the rest.
public final class Trainer<Model: TrainableModel> {
  private let configuration: TrainingConfiguration
  private let resolved: String
  private let model: Model
  private let adam: Adam
  private let rates: LearningRateSchedule
  private let data: TrainingData
  private let validator: Validator<Model>?
  private let folder: RunFolder
  private let checkpoints: CheckpointStore
  private let log, metrics: LineFile
  private let display: ProgressDisplay
  private var state = TrainingState()
  private var savedIteration: Int?
  private var speed = Speed()

  /// Opens the data and the run's folder; with `resume`, takes up the newest whole checkpoint in it, if there is one.
  /// - Parameter makeModel: the model that is to learn, with its first weights.
  /// - Throws: `InputError` for data that is missing or does not fit, a folder that is in use, a run that is already there,
  ///   or a configuration unlike the one that the run began with.
  public init(
    _ configuration: TrainingConfiguration, resume: Bool, display: ProgressDisplay,
    makeModel: (TrainingConfiguration) throws -> Model
  ) throws {
    self.configuration = configuration
    self.display = display
    resolved = try configuration.yaml()
    data = try TrainingData(configuration)
    folder = try RunFolder(configuration.folder)
    checkpoints = CheckpointStore(folder: folder.checkpointsFolder, keep: configuration.checkpoints.keep)
    guard try resume || !folder.holdsRun else {
      throw InputError(
        folder.path, expected: "a folder without a run (--resume goes on with it, --output names another)",
        found: "a run that has begun")
    }
    model = try makeModel(configuration)
    adam = Adam(count: model.parameters.count, configuration.optimizer)
    rates = configuration.schedule.learningRate(batch: configuration.data.train.batch)
    validator = data.validation.map { [model] in Validator(model, $0) }
    log = try LineFile(folder.logFile)
    metrics = try LineFile(folder.metricsFile)
    try takeUp()
    try folder.write(resolved, to: folder.configurationFile)
  }

  private var iterationsPerEpoch: Int { data.samples.iterationsPerEpoch }
  private var epochs: Int { configuration.schedule.epochs }
  private var lastIteration: Int { epochs * iterationsPerEpoch }

  // MARK: Going on

  /// Goes on from the newest whole checkpoint, or begins.
  private func takeUp() throws {
    let found = try checkpoints.latest()
    if let found {
      try refuseChanges(since: found.checkpoint.configuration)
      try refuseOtherData(than: found.checkpoint.state)
      try found.checkpoint.restore(model.parameters, adam)
      state = found.checkpoint.state
      savedIteration = state.iteration
      try checkpoints.setAside(after: state.iteration)
    } else if let began = try? String(contentsOfFile: folder.configurationFile, encoding: .utf8) {
      try refuseChanges(since: began)
    }
    state.data = data.size
    try log.cut(to: state.logBytes)
    try metrics.cut(to: state.metricsBytes)
    for damage in found?.damage ?? [] { try say("damaged, and set aside: \(damage)") }
    let size = "\(model.parameters.count) parameters, \(lastIteration) iterations"
    try say(
      state.iteration == 0 ? "\(configuration.name): \(size)" : "resumed after iteration \(state.iteration): \(size)")
  }

  private func refuseChanges(since began: String) throws {
    let before = try TrainingConfiguration(yaml: began, file: folder.configurationFile)
    let changed = try configuration.differences(from: before)
    guard changed.isEmpty else {
      throw InputError(
        folder.path, expected: "the configuration that the run began with",
        found: "other values of \(changed.joined(separator: ", "))")
    }
  }

  /// Other images would be other samples under the same numbers.
  private func refuseOtherData(than state: TrainingState) throws {
    if let before = state.data, before != data.size {
      throw InputError(
        folder.path, expected: "the training data that the run began with, \(before)", found: "\(data.size)")
    }
    guard state.isPossible(iterationsPerEpoch: iterationsPerEpoch) else {
      throw InputError(
        checkpoints.path(iteration: state.iteration),
        expected: "a position in epochs of \(iterationsPerEpoch) iterations",
        found: "iteration \(state.iteration) as number \(state.iterationInEpoch) after \(state.epoch) epochs")
    }
  }

  // MARK: Training

  /// Trains until all epochs are done, or until `isStopRequested` says so: it is asked after each step, and before each
  /// image of a validation.
  /// - Throws: `InputError` for a photo that cannot be read, a file that cannot be written, or a loss that is not finite.
  public func run(isStopRequested: () -> Bool = { false }) throws -> TrainingOutcome {
    try train(isStopRequested)
    display.clear()
    return isComplete ? .finished(best: state.best) : .stopped(iteration: state.iteration)
  }

  private var isComplete: Bool { state.iteration >= lastIteration && !isValidationDue }

  private func train(_ isStopRequested: () -> Bool) throws {
    let loader = BatchLoader(
      state.iteration..<max(state.iteration, lastIteration), threads: configuration.data.loader.threads,
      ahead: configuration.data.loader.ahead
    ) { [samples = data.samples] in try samples.batch(iteration: $0) }
    speed.start()
    while true {
      if isValidationDue, try !validate(isStopRequested) { return }
      guard let batch = try next(of: loader) else { return }
      let rate = rates.rate(
        epoch: state.epoch, iteration: state.iterationInEpoch, iterationsPerEpoch: iterationsPerEpoch)
      let loss = try step(batch, rate: rate)
      try advance(loss: loss, rate: rate)
      let stops = isStopRequested()
      if stops || state.iteration == lastIteration || state.iteration % configuration.checkpoints.everyIterations == 0 {
        try save()
      }
      if stops { return }
    }
  }

  private func next(of loader: BatchLoader<Batch>) throws -> Batch? {
    do {
      return try loader.next()
    } catch {
      // A photo that cannot be read may be put right; what has been learned before it stays.
      if state.iteration > 0 { try save() }
      throw error
    }
  }

  /// One step: the loss of the batch before it.
  private func step(_ batch: Batch, rate: Double) throws -> Double {
    let parameters = model.parameters
    parameters.zeroGradients()
    let tape = Tape()
    let output = model.restore(
      tape.constant(batch.lowQuality), seed: configuration.seed, iteration: state.iteration)
    let loss = l1Loss(output, batch.target)
    let value = Double(loss.value.scalar)
    guard value.isFinite else {
      throw InputError(
        "\(folder.path), iteration \(state.iteration + 1)", expected: "a finite loss (a lower schedule.rate may help)",
        found: "\(value)")
    }
    tape.backward(from: loss)
    adam.step(parameters.values, gradients: parameters.gradients, rate: rate)
    return value
  }

  /// Counts an iteration, and logs where it is time.
  private func advance(loss: Double, rate: Double) throws {
    state.iteration += 1
    state.iterationInEpoch += 1
    state.lossSum += loss
    state.lossCount += 1
    speed.count()
    display.show(progress(rate: rate))
    if state.iteration % configuration.logging.everyIterations == 0 { try logLoss(rate: rate) }
    guard state.iterationInEpoch == iterationsPerEpoch else { return }
    state.epoch += 1
    state.iterationInEpoch = 0
  }

  private func progress(rate: Double) -> ProgressDisplay.Iteration {
    let seconds = speed.seconds ?? 0
    return ProgressDisplay.Iteration(
      epoch: state.epoch + 1, epochs: epochs, done: state.iterationInEpoch, iterationsPerEpoch: iterationsPerEpoch,
      loss: state.lossSum / Double(max(state.lossCount, 1)), rate: rate,
      imagesPerSecond: seconds > 0 ? Double(data.samples.batch) / seconds : 0,
      secondsLeft: seconds * Double(lastIteration - state.iteration))
  }

  private func logLoss(rate: Double) throws {
    let epoch = (state.iteration - 1) / iterationsPerEpoch
    let loss = state.lossSum / Double(state.lossCount)
    (state.lossSum, state.lossCount) = (0, 0)
    try metrics.append(MetricsLine(epoch: epoch, iteration: state.iteration, loss: loss, rate: rate).json)
    let now = progress(rate: rate)
    try say(
      "epoch \(epoch + 1)/\(epochs)  iteration \(state.iteration)  loss \(decimals(loss, 5))  rate \(scientific(rate))"
        + "  \(decimals(now.imagesPerSecond, 1)) images/s  \(duration(now.secondsLeft)) left")
  }

  /// A line for people: to the log with the time, and to the display.
  private func say(_ line: String) throws {
    try log.append("\(Date.now.formatted(.iso8601))  \(line)")
    display.line(line)
  }

  // MARK: Validation

  private var isValidationDue: Bool {
    guard validator != nil, state.iterationInEpoch == 0, state.epoch > 0, state.latest?.epoch != state.epoch else {
      return false
    }
    return state.epoch % configuration.validation.everyEpochs == 0 || state.epoch == epochs
  }

  /// - Returns: false when it was asked to stop; the next run begins the validation again.
  private func validate(_ isStopRequested: () -> Bool) throws -> Bool {
    guard let validator else { return true }
    // With the training's last step on the disk, a validation that ends early costs no more than its own time.
    try save()
    let result = try validator.run(isStopRequested: isStopRequested, progress: display.showValidation) {
      index, image, baseline, restored in
      guard index < configuration.validation.samples else { return }
      let sheet = SampleSheet.image(
        input: image.input, baseline: configuration.task.isSuperResolution ? baseline : nil, restored: restored,
        target: image.target, scale: configuration.task.scale)
      try ImageFile.write(sheet, to: "\(folder.samplesFolder)/\(image.name.replacing("/", with: "-")).png")
    }
    guard let result else { return false }
    let record = ValidationRecord(epoch: state.epoch, iteration: state.iteration, result: result)
    state.latest = record
    try metrics.append(MetricsLine(record).json)
    let isBest = result.psnr > state.best?.result.psnr ?? -.infinity
    if isBest {
      state.best = record
      try writeWeights(to: folder.bestWeights)
    }
    try say(
      "epoch \(state.epoch)/\(epochs)  validation PSNR \(decimals(result.psnr, 3)) dB, SSIM \(decimals(result.ssim, 4))"
        + "  (\(configuration.task.baselineName) \(decimals(result.baselinePSNR, 3)) dB,"
        + " \(decimals(result.baselineSSIM, 4)))" + (isBest ? "  best" : ""))
    savedIteration = nil
    try save()
    speed.start()
    return true
  }

  // MARK: Saving

  /// Writes a checkpoint of this very moment, the weights, and the curves.
  private func save() throws {
    guard savedIteration != state.iteration else { return }
    try refuseNonFiniteValues()
    state.steps = adam.steps
    state.logBytes = try log.flush()
    state.metricsBytes = try metrics.flush()
    try writeWeights(to: folder.lastWeights)
    let chart = CurveChart(title: configuration.name, metrics: MetricsLine.read(folder.metricsFile))
    try folder.write(chart.svg, to: folder.curveFile)
    // The checkpoint comes last: once it is there, so is all that belongs to it.
    try Checkpoint.write(
      model.parameters, adam, state: state, configuration: resolved, model: model.configurationJSON,
      to: checkpoints.path(iteration: state.iteration))
    savedIteration = state.iteration
    try checkpoints.prune()
  }

  private func writeWeights(to path: String) throws {
    try refuseNonFiniteValues()
    var weights = model.parameters.stateDict
    weights.metadata = ["model": try model.configurationJSON, "iteration": "\(state.iteration)"]
    try SafeTensors.write(weights, to: path)
  }

  /// A checkpoint that is not finite would take the place of one that is.
  private func refuseNonFiniteValues() throws {
    let store = model.parameters
    for (parameter, range) in zip(store.parameters, store.ranges) {
      for (tensor, name) in [(store.values, ""), (adam.first, "Adam's mean of "), (adam.second, "Adam's square of ")] {
        let values = UnsafeBufferPointer(start: tensor.pointer + range.lowerBound, count: range.count)
        guard values.allSatisfy(\.isFinite) else {
          throw InputError(
            "\(folder.path), iteration \(state.iteration)",
            expected: "finite weights and moments (a lower schedule.rate may help)",
            found: "others in \(name)\(parameter.name)")
        }
      }
    }
  }
}

extension Trainer {
  /// What to tell a person at the end: how good the model is, where things are, and how to go on.
  public func summary(of outcome: TrainingOutcome) -> String {
    let path = folder.path
    switch outcome {
    case .stopped(let iteration):
      return "stopped after iteration \(iteration) of \(lastIteration); go on with --resume"
    case .finished(let best):
      var lines = ["\(path) is complete: \(lastIteration) iterations"]
      if let best {
        let gain = best.result.psnr - best.result.baselinePSNR
        lines.append(
          "best    \(decimals(best.result.psnr, 2)) dB after epoch \(best.epoch), \(configuration.task.baselineName)"
            + " \(decimals(best.result.baselinePSNR, 2)) dB: \(decimals(abs(gain), 2)) dB \(gain < 0 ? "less" : "more")"
        )
        lines.append("weights \(folder.bestWeights)")
        if configuration.validation.samples > 0 { lines.append("images  \(folder.samplesFolder)") }
      } else {
        lines.append("weights \(folder.lastWeights)")
      }
      lines.append("curves  \(folder.curveFile)")
      lines.append("To start anew, remove the folder or name another with --output.")
      return lines.joined(separator: "\n")
    }
  }
}

extension RestorationTask {
  /// What restored images are compared with.
  var baselineName: String { isSuperResolution ? "bicubic" : isDenoising ? "noisy" : "input" }
}
