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
  /// - Returns: the loss of the batch before the step.
  /// - Throws: `InputError` when the loss or a gradient is not finite; the parameters are as they were then.
  ///   `SharedError` for what another rank has met.
  func run(
    _ batch: Batch, of size: Int? = nil, iteration: Int, at position: TrainingPlan.Position,
    checkpointing: ActivationCheckpointing = .none, location: String
  ) throws -> Double {
    train(only: position.stage.module)
    // After a warm start all parameters begin to learn together.
    if position.beginsSchedule { optimizer.reset() }
    let parameters = model.parameters
    let size = size ?? batch.target.shape[0]
    let loss = try accumulateGradients(batch, of: size, iteration: iteration, checkpointing, location: location)
    let norm = parameters.gradients.norm(in: trained)
    guard norm.isFinite else { throw notFinite("a gradient", parameters.gradients, location) }
    if let limit = configuration.gradients.clipNorm { parameters.gradients.clip(norm: norm, to: limit, in: trained) }
    optimizer.step(
      parameters.values, gradients: parameters.gradients, learningRate: position.learningRate, groups: groups)
    average?.update(with: parameters.values, step: iteration)
    return loss
  }

  /// Computes the gradients of the whole batch's mean loss, part by part, and returns that loss.
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
    var losses: [Double] = []
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
      guard value.isFinite else { throw notFinite(loss: value, input: input, output: output.value, location) }
      let share = Double(range.count) / Double(size)
      losses.append(parts == 1 ? value : value * share)
      tape.backward(from: loss, seed: parts == 1 ? nil : Tensor(Float(share)))
      tree.push(PartTree.Block(first: part, gradients))
    }
    try refuseChanges(since: buffers, location)
    let all = try ranks.gather(losses).joined()
    if ranks.count > 1 {
      try GradientExchange(ranks, parts: parts, count: gradients.count).add(tree.blocks, into: gradients)
    }
    return all.reduce(0, +)
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

  // MARK: Values that are not finite

  private static var advice: String {
    "a lower learning rate may help: --resume --allow-changes --set schedule.learningRate=NUMBER"
  }

  /// The error for a loss that is not finite; it names the first tensor of the pass that is not.
  private func notFinite(loss: Double, input: Tensor, output: Tensor, _ location: String) -> InputError {
    let parameters = model.parameters
    let source: String
    if !input.isFinite {
      source = " from an input that is not finite"
    } else if let name = parameters.firstNotFinite(in: parameters.values) {
      source = " from \(name), which is not finite"
    } else if !output.isFinite {
      source = " from an output that is not finite"
    } else {
      source = ""
    }
    return InputError(
      location, expected: "a finite loss (\(Self.advice))", found: "\(loss)" + source)
  }

  private func notFinite(_ what: String, _ values: Tensor, _ location: String) -> InputError {
    let name = model.parameters.firstNotFinite(in: values)
    return InputError(
      location, expected: "finite gradients (\(Self.advice))",
      found: name.map { "\(what) of \($0) that is not finite" } ?? "a norm that is not finite")
  }

  /// A checkpoint that is not finite would replace one that is.
  /// - Throws: `InputError` that names the first tensor of parameters or moments that is not.
  func refuseNonFiniteValues(location: String) throws {
    let parameters = model.parameters
    if let buffer = parameters.buffers.first(where: { !$0.value.isFinite }) {
      throw InputError(
        location, expected: "finite buffers (\(Self.advice))", found: "values that are not finite in \(buffer.name)")
    }
    let tensors = [(parameters.values, "")] + optimizer.state.map { ($0.values, "\($0.title) of ") }
    for (tensor, title) in tensors + (average.map { [($0.values, "the average of ")] } ?? []) {
      if let name = parameters.firstNotFinite(in: tensor) {
        throw InputError(
          location, expected: "finite weights and moments (\(Self.advice))",
          found: "values that are not finite in \(title)\(name)")
      }
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

extension Tensor {
  fileprivate var isFinite: Bool {
    UnsafeBufferPointer(start: pointer, count: count).allSatisfy(\.isFinite)
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

  /// The name of the first parameter that is not finite in a vector over all parameters.
  fileprivate func firstNotFinite(in tensor: Tensor) -> String? {
    zip(parameters, ranges).first { !tensor.slice($0.1).isFinite }?.0.name
  }
}
