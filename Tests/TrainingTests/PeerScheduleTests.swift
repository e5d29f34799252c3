import RAMiTModels
import Testing

@testable import RAMiTTraining

/// The configurations of other papers' models, against what their authors published.
struct PeerScheduleTests {
  @Test(arguments: 2...4)
  func swinIR(scale: Int) throws {
    let configuration = try BuiltInRun(readingFile: "\(configsFolder)/SwinIR/x\(scale).yaml")
    #expect(configuration.model.architecture == .swinIR(SwinIRConfiguration(task: configuration.task)))
    #expect(configuration.task.rawValue == "x\(scale)" && configuration.ema.decay == 0.999)
    #expect(configuration.data.train.patch == 64 && configuration.data.train.batch == 64)
    guard case .adam(let adam) = configuration.optimizer else { throw Unexpected() }
    #expect(adam.betas == [0.9, 0.999] && adam.weightDecay == 0 && configuration.loss == LossConfiguration(.l1))
    // x3 and x4 start from x2's weights, at half the learning rate and for half as long.
    let share = scale == 2 ? 1.0 : 0.5
    let plan = TrainingPlan(
      configuration.training, samplesPerEpoch: try #require(try configuration.training.publishedSamplesPerEpoch))
    #expect(plan.iterations == Int(500_000 * share))
    func rate(_ iteration: Double) -> Double { plan.position(Int(iteration * share)).learningRate }
    for (iteration, halves) in [(0.0, 0.0), (249_998, 0), (250_002, 1), (400_002, 2), (450_002, 3), (475_002, 4)] {
      #expect(abs(rate(iteration) - 2e-4 * share / pow2(halves)) < 1e-12)
    }
    #expect((configuration.warmStart.weights == nil) == (scale == 2))
  }

  @Test(arguments: 2...4)
  func ngswin(scale: Int) throws {
    let configuration = try BuiltInRun(readingFile: "\(configsFolder)/NGswin/x\(scale).yaml")
    #expect(configuration.model.architecture == .ngswin(NGswinConfiguration(task: configuration.task)))
    // The same authors trained RAMiT in the same way.
    let ramit = try BuiltInRun(readingFile: "\(configsFolder)/x\(scale)/RAMiT.yaml")
    let samples = try #require(try configuration.training.publishedSamplesPerEpoch)
    #expect(samples == 64_000)
    #expect(
      TrainingPlan(configuration.training, samplesPerEpoch: samples).rows
        == TrainingPlan(ramit.training, samplesPerEpoch: samples).rows)
    #expect(configuration.optimizer == ramit.optimizer && configuration.loss == ramit.loss)
  }

  @Test(arguments: 2...4)
  func elan(scale: Int) throws {
    let configuration = try BuiltInRun(readingFile: "\(configsFolder)/ELAN/x\(scale).yaml")
    var published = ELANConfiguration(task: configuration.task)
    published.rgbRange = 255
    #expect(configuration.model.architecture == .elan(published) && configuration.task.rawValue == "x\(scale)")
    #expect(configuration.data.train.patch == 64 && configuration.data.train.batch == 64)
    guard case .adam(let adam) = configuration.optimizer else { throw Unexpected() }
    #expect(adam.betas == [0.9, 0.999] && adam.weightDecay == 0 && configuration.loss == LossConfiguration(.l1))
    // 800 images, 80 times each.
    let samples = try #require(try configuration.training.publishedSamplesPerEpoch)
    #expect(samples == 64_000 && configuration.warmStart.weights == nil)
    let plan = TrainingPlan(configuration.training, samplesPerEpoch: samples)
    #expect(plan.iterations == 500 * 1000)
    func rate(_ epoch: Int) -> Double { plan.position(epoch * 1000 + 500).learningRate }
    for (epoch, halves) in [(0, 0.0), (249, 0), (250, 1), (399, 1), (400, 2), (450, 3), (475, 4), (499, 4)] {
      #expect(abs(rate(epoch) - 2e-4 / pow2(halves)) < 1e-12, "epoch \(epoch)")
    }
  }

  private struct Unexpected: Error {}
  private func pow2(_ exponent: Double) -> Double { exponent == 0 ? 1 : 2 * pow2(exponent - 1) }
}
