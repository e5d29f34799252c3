import RAMiTModels
import Testing

@testable import RAMiTTraining

/// The configurations of EDSR, NAFNet and Restormer, against what their authors published.
struct ConvolutionalPeerScheduleTests {
  private func plan(_ name: String) throws -> (BuiltInRun, TrainingPlan) {
    let run = try BuiltInRun(readingFile: "\(configsFolder)/\(name).yaml")
    let samples = try #require(try run.training.publishedSamplesPerEpoch)
    return (run, TrainingPlan(run.training, samplesPerEpoch: samples))
  }

  @Test(arguments: 2...4) func edsr(scale: Int) throws {
    let (run, plan) = try plan("EDSR/x\(scale)")
    #expect(run.model.architecture == .edsr(EDSRConfiguration(task: run.task)) && run.task.scale == scale)
    #expect(plan.iterations == 300_000 && plan.position(0).stage.patch == 48 && plan.position(0).stage.batch == 16)
    #expect(plan.position(199_999).learningRate == 1e-4 && plan.position(200_000).learningRate == 5e-5)
    #expect((run.warmStart.weights == nil) == (scale == 2))
  }

  @Test func nafNet() throws {
    let (run, plan) = try plan("NAFNet/dn")
    #expect(run.model.architecture == .nafNet(NAFNetConfiguration(task: .dn)))
    #expect(plan.iterations == 200_000 && plan.position(0).stage.patch == 256 && plan.position(0).stage.batch == 32)
    #expect(plan.position(0).learningRate == 1e-3 && abs(plan.position(100_000).learningRate - 5.0005e-4) < 1e-9)
    #expect(plan.position(199_999).learningRate < 1.01e-7)
    #expect(run.loss == LossConfiguration(.psnr) && run.gradients.clipNorm == 0.01)
    guard case .adamW(let optimizer) = run.optimizer else { return #expect(Bool(false), "\(run.optimizer)") }
    #expect(optimizer.betas == [0.9, 0.9] && optimizer.weightDecay == 0)
  }

  @Test(arguments: ["dr", "dn", "graydn"]) func restormer(task: String) throws {
    let (run, plan) = try plan("Restormer/\(task)")
    #expect(run.model.architecture == .restormer(RestormerConfiguration(task: run.task)) && run.task.rawValue == task)
    #expect(plan.iterations == 300_000 && run.gradients.clipNorm == 0.01)
    let stages = plan.stages.map { [$0.firstIteration, $0.patch, $0.batch] }
    #expect(
      stages == [
        [0, 128, 64], [92_000, 160, 40], [156_000, 192, 32], [204_000, 256, 16], [240_000, 320, 8], [276_000, 384, 8],
      ])
    // The learning rate follows the batch.
    func rate(_ iteration: Int) -> Double {
      let position = plan.position(iteration)
      return position.learningRate * 64 / Double(position.stage.batch)
    }
    #expect(abs(rate(0) - 3e-4) < 1e-12 && abs(rate(91_999) - 3e-4) < 1e-12)
    #expect(abs(rate(92_000) - 3e-4) < 1e-12 && rate(299_999) < 1.01e-5)
  }
}
