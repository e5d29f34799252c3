import Foundation
import RAMiTAutograd
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTModels
import RAMiTNN
import RAMiTOptimizers
import RAMiTSerialization
import RAMiTTensorCore
import Testing

@testable import RAMiTExperiments
@testable import RAMiTTraining

@Suite struct TrainStepTests {
  private func configuration(_ settings: [String] = []) throws -> RAMiTRun {
    let yaml = """
      task: x2
      seed: 5
      model: {dim: 16, depths: [1, 1, 1, 1], heads: 2, window: 2, wide: {groups: 1}}
      data: {train: {type: procedural, samplesPerEpoch: 60, patch: 8, batch: 6}}
      schedule: {epochs: 2, learningRate: 0.001, warmupEpochs: 0, milestones: []}
      """
    return try RAMiTRun(yaml: yaml, file: "c.yaml", settings: settings)
  }

  private func trainStep(_ configuration: RAMiTRun) throws -> TrainStep {
    try TrainStep(RAMiT(configuration.model.architecture, seed: configuration.seed), configuration.training)
  }

  /// Takes a few steps; returns the losses.
  private func train(_ trainStep: TrainStep, _ configuration: RAMiTRun, steps: Int) throws -> [Double] {
    let data = try TrainingData(configuration.training)
    let plan = TrainingPlan(configuration.training, samplesPerEpoch: data.samples.samplesPerEpoch)
    let batches = data.batches(of: plan)
    return try (0..<steps).map {
      let result = try trainStep.run(batches($0), iteration: $0, at: plan.position($0), location: "test")
      guard case .taken(let loss) = result else {
        Issue.record("\(result)")
        return .nan
      }
      return loss
    }
  }

  private func difference(_ a: Tensor, _ b: Tensor) -> Float {
    zip(a.array, b.array).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  private func largest(_ a: Tensor) -> Float { a.array.reduce(0) { max($0, abs($1)) } }

  /// Parts of equal and of unequal size, down to single patches.
  @Test(arguments: [2, 4, 6]) func accumulatedGradientsAreTheBatchs(parts: Int) throws {
    let whole = try configuration(), parted = try configuration(["gradients.accumulate=\(parts)"])
    let (one, other, again) = (try trainStep(whole), try trainStep(parted), try trainStep(parted))
    let losses = try train(one, whole, steps: 1), partedLosses = try train(other, parted, steps: 1)
    #expect(abs(losses[0] - partedLosses[0]) < 1e-7)
    let (gradients, accumulated) = (one.model.parameters.gradients, other.model.parameters.gradients)
    #expect(difference(gradients, accumulated) < 2e-6 * largest(gradients))
    // The same bits every time.
    #expect(try train(again, parted, steps: 1) == partedLosses)
    #expect(again.model.parameters.gradients.array == accumulated.array)
    #expect(again.model.parameters.values.array == other.model.parameters.values.array)
  }

  /// The gradients of the parts, each computed alone, are added as the tree says, bit for bit.
  @Test(arguments: [1, 2, 3, 5, 6]) func partsAreAddedInATree(parts: Int) throws {
    let parted = try configuration(["gradients.accumulate=\(parts)", "model.projectionDropout=0.3"])
    let trainStep = try trainStep(parted), alone = RAMiT(parted.model.architecture, seed: parted.seed)
    let data = try TrainingData(parted.training)
    let plan = TrainingPlan(parted.training, samplesPerEpoch: 60)
    let batch = try data.batches(of: plan)(0)
    var sums = (0..<parts).map { part in
      alone.parameters.zeroGradients()
      let range = part * 6 / parts..<(part + 1) * 6 / parts
      let tape = Tape()
      let loss = tape.record {
        let context = TrainingContext(seed: parted.seed, iteration: part)
        let output = alone(Variable(constant: batch.input.slice(range)), context: context)
        return parted.training.loss.value(output, batch.target.slice(range))
      }
      tape.backward(from: loss, seed: parts == 1 ? nil : Tensor(Float(Double(range.count) / 6)))
      return alone.parameters.gradients.array
    }
    while sums.count > 1 {
      sums = stride(from: 0, to: sums.count, by: 2).map { left in
        left + 1 < sums.count ? zip(sums[left], sums[left + 1]).map { $0 + $1 } : sums[left]
      }
    }
    _ = try trainStep.run(batch, iteration: 0, at: plan.position(0), location: "test")
    #expect(trainStep.model.parameters.gradients.array == sums[0])
  }

  /// Adam turns rounding errors of small gradients into whole steps, so runs are compared by what they reach.
  @Test func accumulatedStepsLearnAlike() throws {
    let whole = try configuration(), parted = try configuration(["gradients.accumulate=3"])
    let losses = try train(trainStep(whole), whole, steps: 6)
    let partedLosses = try train(trainStep(parted), parted, steps: 6)
    for (loss, other) in zip(losses, partedLosses) { #expect(abs(loss - other) < 1e-3 * loss) }
  }

  @Test func eachPartDropsOutOtherValues() throws {
    let dropping = ["model.projectionDropout=0.5", "gradients.accumulate=2"]
    let configuration = try configuration(dropping)
    let trainStep = try trainStep(configuration)
    let plan = TrainingPlan(configuration.training, samplesPerEpoch: 60)
    // Two parts that are equal: were their choices equal too, each would give half of the gradient.
    let part = Tensor(repeating: 0.25, [1, 8, 8, 3]), target = Tensor(repeating: 0.5, [1, 16, 16, 3])
    func twice(_ x: Tensor) -> Tensor { Tensor(x.array + x.array, x.shape.replacing(0, with: 2)) }
    _ = try trainStep.run(
      Batch(input: twice(part), target: twice(target)), iteration: 3, at: plan.position(3), location: "test")
    let both = trainStep.model.parameters.gradients.copy()

    let alone = RAMiT(configuration.model.architecture, seed: configuration.seed)
    alone.parameters.zeroGradients()
    let tape = Tape()
    let loss = tape.record {
      let output = alone(
        Variable(constant: part), context: TrainingContext(seed: configuration.seed, iteration: 6))
      return l1Loss(output, target)
    }
    tape.backward(from: loss)
    #expect(difference(both, alone.parameters.gradients) > 0.01 * largest(both))
  }

  @Test func clippingBoundsTheStepAndLeavesTheDirection() throws {
    let free = try configuration(), bound = try configuration(["gradients.clipNorm=0.001"])
    let (one, other) = (try trainStep(free), try trainStep(bound))
    _ = try train(one, free, steps: 1)
    _ = try train(other, bound, steps: 1)
    let norm = one.model.parameters.gradients.norm()
    #expect(norm > 0.01)
    #expect(abs(other.model.parameters.gradients.norm() - 0.001) < 1e-8)
    let scaled = one.model.parameters.gradients.array.map { $0 * Float(0.001 / norm) }
    #expect(difference(other.model.parameters.gradients, Tensor(scaled, [scaled.count])) < 1e-9)
  }

  @Test(arguments: [Loss.Kind.l1, .mse, .charbonnier, .psnr]) func lossesAreTheirFormulas(kind: Loss.Kind) {
    let (output, target) = lossOperands
    let values = [Loss(kind).value(output, target), LossConfiguration(Loss(kind)).value(output, target)]
    for value in values {
      #expect(abs(Double(value.value.scalar) - Self.expectedLoss(Loss(kind))) < 1e-7)
    }
  }

  @Test func lossesOfMapsAreTheOperations() {
    let shape: Shape = [2, 11, 12, 3]
    var random = RandomNumbers(seed: 4)
    func map() -> Tensor { Tensor((0..<shape.count).map { _ in random.uniform() }, shape) }
    let output = Variable(constant: map()), target = map()
    func value(_ loss: Loss) -> Float { LossConfiguration(loss).value(output, target).value.scalar }
    #expect(value(Loss(.ssim)) == ssimLoss(output, target).value.scalar)
    #expect(value(Loss(.fourier)) == fourierAmplitudeLoss(output, target).value.scalar)
    #expect(value(Loss(.edge, epsilon: 0.01)) == edgeLoss(output, target, epsilon: 0.01).value.scalar)
  }

  private var lossOperands: (output: Variable, target: Tensor) {
    (Variable(constant: Tensor([0.5, -1, 2, 0.25], [1, 1, 4, 1])), Tensor([0.25, 1, 2, 0.5], [1, 1, 4, 1]))
  }

  private static func expectedLoss(_ loss: Loss) -> Double {
    let errors = [0.25, -2, 0, -0.25]
    return switch loss.kind {
    case .l1: errors.map(abs).reduce(0, +) / 4
    case .mse: errors.map { $0 * $0 }.reduce(0, +) / 4
    case .charbonnier: errors.map { ($0 * $0 + loss.epsilon! * loss.epsilon!).squareRoot() }.reduce(0, +) / 4
    case .psnr: 10 * log10(errors.map { $0 * $0 }.reduce(0, +) / 4 + 1e-8)
    case .ssim, .fourier, .edge: .nan
    }
  }

  /// The value and the gradients of a weighted sum are the weighted sums of the terms'.
  @Test func lossesAddWithTheirWeights() {
    let terms = [
      LossTerm(Loss(.l1), weight: 0.5), LossTerm(Loss(.charbonnier, epsilon: 0.25), weight: 2), LossTerm(Loss(.mse)),
    ]
    let expected = terms.reduce(0) { $0 + $1.weight * Self.expectedLoss($1.loss) }
    let (output, target) = lossOperands
    #expect(abs(Double(LossConfiguration(terms).value(output, target).value.scalar) - expected) < 1e-6)
    func gradient(_ loss: LossConfiguration) -> [Float] {
      let tape = Tape()
      let gradient = Tensor(zeros: output.shape)
      tape.backward(from: tape.record { loss.value(Variable(leaf: output.value, gradient: gradient), target) })
      return gradient.array
    }
    let sum = gradient(LossConfiguration(terms)), parts = terms.map { gradient(LossConfiguration($0.loss)) }
    for i in sum.indices {
      let expected = zip(terms, parts).reduce(Float(0)) { $0 + Float($1.0.weight) * $1.1[i] }
      #expect(abs(sum[i] - expected) < 1e-6)
    }
  }

  // MARK: Warm start

  private func weights(of model: RAMiT) -> NamedTensors { model.parameters.stateDict }

  private func small(_ task: RestorationTask, seed: UInt64) throws -> RAMiT {
    var architecture = try configuration().model.architecture
    architecture.task = task
    return RAMiT(architecture, seed: seed)
  }

  @Test(arguments: WarmStartConfiguration.Reinitialised.allCases)
  func aWarmStartLoadsAllButWhatIsReinitialised(reinitialised: WarmStartConfiguration.Reinitialised) throws {
    let x2 = try small(.x2, seed: 1), x4 = try small(.x4, seed: 2), untouched = try small(.x4, seed: 2)
    var settings = WarmStartConfiguration()
    settings.reinitialised = reinitialised
    var file = weights(of: x2)
    file["mean"] = Tensor([0, 0, 0], [1, 3, 1, 1])
    let names = try x4.parameters.warmStart(file, from: "x2.pth", settings)
    if reinitialised == .mismatched {
      // The last convolution works on image channels, whatever the scale.
      #expect(names == ["to_target.conv.weight", "to_target.conv.bias"])
    } else {
      #expect(names == x4.parameters.parameters.map(\.name).filter { $0.hasPrefix("to_target.") })
      #expect(names.count > 6)
    }
    let (loaded, before) = (weights(of: x4), weights(of: untouched))
    for (name, tensor) in loaded {
      #expect(tensor.array == (names.contains(name) ? before : file)[name]!.array, "\(name)")
    }
  }

  @Test func weightsOfAnotherModelAreRefused() throws {
    let x4 = try small(.x4, seed: 2)
    let before = x4.parameters.values.array
    func refusal(_ change: (inout NamedTensors) -> Void, module: String = "to_target") throws -> String {
      var file = weights(of: try small(.x2, seed: 1))
      change(&file)
      var settings = WarmStartConfiguration()
      settings.module = module
      let error = #expect(throws: InputError.self) {
        try x4.parameters.warmStart(file, from: "x2.pth", settings)
      }
      #expect(x4.parameters.values.array == before)
      return error?.description ?? ""
    }
    #expect(try refusal { $0["shallow.conv.bias"] = nil }.contains("1 missing (shallow.conv.bias)"))
    #expect(try refusal { $0["more.weight"] = Tensor(1) }.contains("1 unexpected (more.weight)"))
    #expect(
      try refusal { $0["shallow.conv.bias"] = Tensor(zeros: [3]) }.contains("1 of another shape (shallow.conv.bias "))
    #expect(
      try refusal({ _ in }, module: "to_taget").contains(
        "warmStart.module: expected a module of the model (attn_mix, bottleneck, down1"))
  }

  @Test func frozenParametersGetNoGradient() throws {
    let model = try small(.x2, seed: 1)
    let image = Tensor(repeating: 0.3, [1, 8, 8, 3]), target = Tensor(repeating: 0.5, [1, 16, 16, 3])
    func gradients(only module: String?) -> (all: [Float], operations: Int) {
      for parameter in model.parameters.parameters {
        parameter.requiresGradient = module.map { parameter.name.hasPrefix($0) } ?? true
      }
      model.parameters.zeroGradients()
      let tape = Tape()
      let loss = tape.record {
        l1Loss(model(Variable(constant: image), context: TrainingContext(seed: 0, iteration: 0)), target)
      }
      let count = tape.count
      tape.backward(from: loss)
      return (model.parameters.gradients.array, count)
    }
    let all = gradients(only: nil), module = gradients(only: "to_target.")
    for (parameter, range) in zip(model.parameters.parameters, model.parameters.ranges) {
      if parameter.name.hasPrefix("to_target.") {
        #expect(Array(module.all[range]) == Array(all.all[range]), "\(parameter.name)")
      } else {
        #expect(module.all[range].allSatisfy { $0 == 0 }, "\(parameter.name)")
      }
    }
    #expect(module.operations < all.operations / 2, "what leads to frozen parameters alone is not recorded")
  }
}
