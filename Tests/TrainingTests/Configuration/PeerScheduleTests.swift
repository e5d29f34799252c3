import RAMiTModels
import Testing

@testable import RAMiTExperiments
@testable import RAMiTTraining

/// A shipped configuration, and its plan for the published number of samples.
func publishedPlan(_ name: String) throws -> (run: BuiltInRun, plan: TrainingPlan) {
  let run = try BuiltInRun(readingFile: "\(configsFolder)/\(name).yaml")
  let samples = try #require(try run.training.publishedSamplesPerEpoch)
  return (run, TrainingPlan(run.training, samplesPerEpoch: samples))
}

/// The configurations of other papers' models, against what their authors published.
struct PeerScheduleTests {
  /// Patches of 64 in batches of 64, the L1 loss and PyTorch's Adam.
  private func checkStep(_ run: BuiltInRun) {
    #expect(run.data.train.patch == 64 && run.data.train.batch == 64 && run.loss == LossConfiguration(.l1))
    guard case .adam(let adam) = run.optimizer else {
      Issue.record("\(run.optimizer.kind) is not Adam")
      return
    }
    #expect(adam.betas == [0.9, 0.999] && adam.weightDecay == 0)
  }

  @Test(arguments: 2...4) func swinIR(scale: Int) throws {
    let (run, plan) = try publishedPlan("SwinIR/x\(scale)")
    #expect(run.model.architecture == .swinIR(SwinIRConfiguration(task: run.task)) && run.task.rawValue == "x\(scale)")
    #expect(run.ema.decay == 0.999)
    checkStep(run)
    // x3 and x4 start from x2's weights, at half the learning rate and for half as long.
    let share = scale == 2 ? 1.0 : 0.5
    #expect(plan.iterations == Int(500_000 * share))
    func rate(_ iteration: Double) -> Double { plan.position(Int(iteration * share)).learningRate }
    for (iteration, halves) in [(0.0, 0), (249_998, 0), (250_002, 1), (400_002, 2), (450_002, 3), (475_002, 4)] {
      #expect(abs(rate(iteration) - 2e-4 * share / Double(1 << halves)) < 1e-12)
    }
    #expect((run.warmStart.weights == nil) == (scale == 2))
  }

  /// The same authors trained RAMiT in the same way.
  @Test(arguments: 2...4) func ngswin(scale: Int) throws {
    let (run, plan) = try publishedPlan("NGswin/x\(scale)"), ramit = try publishedPlan("x\(scale)/RAMiT")
    #expect(run.model.architecture == .ngswin(NGswinConfiguration(task: run.task)))
    #expect(plan.rows == ramit.plan.rows && plan.samples == ramit.plan.samples)
    #expect(run.optimizer == ramit.run.optimizer && run.loss == ramit.run.loss)
  }

  @Test(arguments: 2...4) func elan(scale: Int) throws {
    let (run, plan) = try publishedPlan("ELAN/x\(scale)")
    var published = ELANConfiguration(task: run.task)
    published.rgbRange = 255
    #expect(run.model.architecture == .elan(published) && run.task.rawValue == "x\(scale)")
    #expect(run.warmStart.weights == nil)
    checkStep(run)
    // 800 images, 80 times each, in batches of 64.
    #expect(plan.iterations == 500 * 1000 && plan.samples == 500 * 64_000)
    func rate(_ epoch: Int) -> Double { plan.position(epoch * 1000 + 500).learningRate }
    for (epoch, halves) in [(0, 0), (249, 0), (250, 1), (399, 1), (400, 2), (450, 3), (475, 4), (499, 4)] {
      #expect(abs(rate(epoch) - 2e-4 / Double(1 << halves)) < 1e-12, "epoch \(epoch)")
    }
  }

  @Test(arguments: 2...4) func edsr(scale: Int) throws {
    let (run, plan) = try publishedPlan("EDSR/x\(scale)")
    #expect(run.model.architecture == .edsr(EDSRConfiguration(task: run.task)) && run.task.scale == scale)
    #expect(plan.iterations == 300_000 && plan.position(0).stage.patch == 48 && plan.position(0).stage.batch == 16)
    #expect(plan.position(199_999).learningRate == 1e-4 && plan.position(200_000).learningRate == 5e-5)
    #expect((run.warmStart.weights == nil) == (scale == 2))
  }

  @Test func nafNet() throws {
    let (run, plan) = try publishedPlan("NAFNet/dn")
    #expect(run.model.architecture == .nafNet(NAFNetConfiguration(task: .dn)))
    #expect(plan.iterations == 200_000 && plan.position(0).stage.patch == 256 && plan.position(0).stage.batch == 32)
    #expect(plan.position(0).learningRate == 1e-3 && abs(plan.position(100_000).learningRate - 5.0005e-4) < 1e-9)
    #expect(plan.position(199_999).learningRate < 1.01e-7)
    #expect(run.loss == LossConfiguration(.psnr) && run.gradients.clipNorm == 0.01)
    guard case .adamW(let adam) = run.optimizer else {
      Issue.record("\(run.optimizer.kind) is not AdamW")
      return
    }
    #expect(adam.betas == [0.9, 0.9] && adam.weightDecay == 0)
  }

  @Test(arguments: ["dr", "dn", "graydn"]) func restormer(task: String) throws {
    let (run, plan) = try publishedPlan("Restormer/\(task)")
    #expect(run.model.architecture == .restormer(RestormerConfiguration(task: run.task)) && run.task.rawValue == task)
    #expect(plan.iterations == 300_000 && run.gradients.clipNorm == 0.01)
    let stages = plan.stages.map { [$0.firstIteration, $0.patch, $0.batch] }
    #expect(
      stages == [
        [0, 128, 64], [92_000, 160, 40], [156_000, 192, 32], [204_000, 256, 16], [240_000, 320, 8], [276_000, 384, 8],
      ])
    // The learning rate does not follow the batch.
    func rate(_ iteration: Int) -> Double { plan.position(iteration).learningRate }
    #expect(abs(rate(0) - 3e-4) < 1e-12 && abs(rate(91_999) - 3e-4) < 1e-12)
    #expect(abs(rate(92_000) - 3e-4) < 1e-12 && abs(rate(299_999) - 1e-6) < 1e-9)
  }
}
