import RAMiTAutograd
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTModels
import RAMiTNN
import RAMiTOptimizers
import RAMiTTensorCore

/// A model and everything that training changes: parameters, the optimizer's state, and the average.
final class TrainStep {
  let model: any RestorationModel
  let optimizer: any Optimizer
  /// Nil without averaging.
  let average: ExponentialMovingAverage?
  private let configuration: TrainingConfiguration
  private let ranks: Ranks
  let trainedParameters: TrainedParameters
  /// The only module that learns; nil where all do.
  private var module: String?
  private var groups: [ParameterGroup]
  /// The elements that learn; nil means all.
  private var trained: [Range<Int>]?

  /// Whether a step has shown that training leaves the model's buffers alone.
  private var hasCheckedBuffers = false

  /// - Parameters:
  ///   - model: with its initial weights.
  ///   - ranks: which compute the parts of a batch together.
  /// - Throws: `InputError` when the configuration names parameters that the model does not have.
  init(_ model: any RestorationModel, _ configuration: TrainingConfiguration, ranks: Ranks = Ranks()) throws {
    self.model = model
    self.configuration = configuration
    self.ranks = ranks
    optimizer = configuration.optimizer.optimizer(
      count: model.parameters.count, matrices: model.parameters.matrices)
    average = configuration.ema.decay.map { ExponentialMovingAverage(of: model.parameters.values, decay: $0) }
    trainedParameters = try TrainedParameters(configuration.parameters, of: model.parameters)
    (groups, trained) = trainedParameters.train(only: nil)
  }

  /// Lets all parameters learn, or those of one module alone.
  private func train(only module: String?) {
    guard module != self.module else { return }
    self.module = module
    (groups, trained) = trainedParameters.train(only: module)
  }

  /// Takes one step.
  /// - Parameters:
  ///   - batch: of its patches those of this rank's parts.
  ///   - size: the patches of the whole batch; nil for those of `batch`.
  ///   - iteration: the number of iterations done, at `position`.
  ///   - checkpointing: what the backward pass computes again.
  ///   - location: for messages.
  /// - Returns: the loss of the batch before the step or, where the configuration lets steps be skipped, what was not
  ///   finite. Parameters, moments, average and buffers are as they were then.
  /// - Throws: `InputError` when the loss or a gradient is not finite and the step cannot be skipped; parameters,
  ///   moments and average are as they were then. `SharedError` for what another rank has met.
  func run(
    _ batch: Batch, of size: Int? = nil, iteration: Int, at position: TrainingPlan.Position,
    checkpointing: ActivationCheckpointing = .none, location: String
  ) throws -> StepResult {
    train(only: position.stage.module)
    // After a warm start all parameters begin to learn together.
    if position.beginsSchedule { optimizer.reset() }
    let parameters = model.parameters
    let size = size ?? batch.target.shape[0]
    let buffers = skips ? parameters.buffers.map { $0.value.copy() } : []
    let loss: Double
    do {
      loss = try accumulateGradients(batch, of: size, iteration: iteration, checkpointing, location: location)
    } catch let value as NonFiniteValue {
      return try skip(value, restoring: buffers, location)
    }
    let norm = parameters.gradients.norm(in: trained)
    guard norm.isFinite else {
      return try skip(.gradient(parameters.firstNotFinite(in: parameters.gradients)), restoring: buffers, location)
    }
    if let limit = configuration.gradients.clipNorm { parameters.gradients.clip(norm: norm, to: limit, in: trained) }
    optimizer.step(
      parameters.values, gradients: parameters.gradients, learningRate: position.learningRate, groups: groups)
    average?.update(with: parameters.values, step: iteration)
    return .taken(loss: loss)
  }

  /// Whether a step may be skipped.
  private var skips: Bool { configuration.gradients.onNonFinite == .skip }

  /// - Parameter buffers: the values before the step.
  private func skip(
    _ value: NonFiniteValue, restoring buffers: [Tensor], _ location: String
  ) throws -> StepResult {
    guard skips, !value.isLasting else { throw value.error(location) }
    for (buffer, before) in zip(model.parameters.buffers, buffers) {
      buffer.value.pointer.update(from: before.pointer, count: before.count)
    }
    return .skipped(value)
  }

  /// Computes the gradients of the whole batch's mean loss, part by part, and returns that loss.
  /// - Throws: `NonFiniteValue` for the first part with a loss that is not finite: on all ranks where steps are
  ///   skipped, and otherwise as an `InputError` on the rank that has met it.
  private func accumulateGradients(
    _ batch: Batch, of size: Int, iteration: Int, _ checkpointing: ActivationCheckpointing, location: String
  ) throws -> Double {
    let parts = configuration.gradients.accumulate, own = ranks.parts(of: parts)
    let gradients = model.parameters.gradients
    let buffers = ranks.count > 1 && !hasCheckedBuffers ? model.parameters.buffers.map { $0.value.copy() } : []
    var tree = PartTree<Tensor>(parts: parts) { left, right in
      right.add(left)
      return right
    }
    var losses = PartLosses()
    let first = own.lowerBound * size / parts
    for part in own {
      // The sum so far makes room for the next part's gradients.
      tree.moveLast { $0.copy() }
      model.parameters.zeroGradients()
      let range = part * size / parts - first..<(part + 1) * size / parts - first
      let tape = Tape()
      let input = batch.input.slice(range)
      // Each forward pass has a dropout context of its own.
      let context = TrainingContext(
        seed: configuration.seed, iteration: iteration * parts + part, checkpointing: checkpointing)
      let (output, loss) = tape.record {
        let output = model(Variable(constant: input), context: context)
        return (output, configuration.loss.value(output, batch.target.slice(range)))
      }
      let value = Double(loss.value.scalar)
      guard value.isFinite else {
        let found = NonFiniteValue.loss(value, input: input, output: output.value, model.parameters)
        guard skips else { throw found.error(location) }
        losses.notFinite = found
        break
      }
      let share = Double(range.count) / Double(size)
      losses.values.append(parts == 1 ? value : value * share)
      tape.backward(from: loss, seed: parts == 1 ? nil : Tensor(Float(share)))
      tree.push(PartTree.Block(first: part, gradients))
    }
    if losses.notFinite == nil { try refuseChanges(since: buffers, location) }
    let all = try ranks.gather(losses)
    if let value = all.lazy.compactMap(\.notFinite).first { throw value }
    if ranks.count > 1 {
      try GradientExchange(ranks, parts: parts, count: gradients.count).add(tree.blocks, into: gradients)
    }
    return all.lazy.flatMap(\.values).reduce(0, +)
  }

  /// Buffers that training changes, such as batch norm's, depend on the parts before, which other ranks compute.
  private func refuseChanges(since before: [Tensor], _ location: String) throws {
    hasCheckedBuffers = true
    for (buffer, value) in zip(model.parameters.buffers, before) where buffer.value.checksum != value.checksum {
      throw InputError(
        location, expected: "a model whose buffers training leaves alone, where there are \(ranks.count) ranks",
        found: "\(buffer.name), which every part of a batch changes")
    }
  }

  // MARK: The average

  /// Runs `body` with the average's values in the model, if there is an average: for validation and for saved weights.
  func withAverage<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let average else { return try body() }
    let values = model.parameters.values
    let own = values.copy()
    values.pointer.update(from: average.values.pointer, count: values.count)
    defer { values.pointer.update(from: own.pointer, count: values.count) }
    return try body()
  }
}

extension ParameterStore {
  /// The weights of linear layers and convolutions, outputs x all that an output sees, with at least 16 of both: the
  /// first and the last layer of a network, which Muon is not for, have fewer on their side of the image.
  fileprivate var matrices: [ParameterMatrix] {
    zip(parameters, ranges).compactMap { parameter, range in
      guard parameter.name.hasSuffix("weight"), parameter.shape.rank >= 2, parameter.layout != .depthwise else {
        return nil
      }
      let rows = parameter.shape[0], columns = range.count / rows
      return min(rows, columns) < 16 ? nil : ParameterMatrix(start: range.lowerBound, rows: rows, columns: columns)
    }
  }
}
