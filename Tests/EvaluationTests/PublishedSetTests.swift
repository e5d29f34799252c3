import Foundation
import RAMiTModels
import RAMiTTestSupport
import Testing

@testable import RAMiTEvaluation
@testable import RAMiTInference

/// The published weights on Set5, whole: the scores of the paper's tables.
@Suite(.needsReference) struct PublishedSetTests {
  private static let weights = [
    ("RAMiT-slimSR_X4", RAMiTVariant.slimSR, RestorationTask.x4), ("RAMiT-1_X2", .ramit1, .x2),
    ("RAMiT-1_X3", .ramit1, .x3), ("RAMiT-slimSR_X2", .slimSR, .x2),
  ]

  @Test(arguments: weights.prefix(testSize(1, full: 4)))
  func scoresOfSet5(_ weights: String, _ variant: RAMiTVariant, _ task: RestorationTask) throws {
    let model = try PretrainedModel<RAMiTConfiguration>(
      weights: referenceFile("weights/\(weights).pth"), task: task, named: variant.rawValue
    ).model
    let scores = try JSONSerialization.jsonObject(
      with: Data(
        contentsOf: URL(fileURLWithPath: referenceFile("scores/\(variant.rawValue)_\(task.rawValue)_Set5.json"))))
    let published = try #require((scores as? [[String: Any]])?.first)
    let set = try TestSet(referenceFile("testsets/Set5"), task: task)
    let score = Evaluator(Restorer(model), modelName: weights).evaluate(set).score
    #expect(abs(score.psnr - (published["psnr"] as? Double ?? 0)) < 0.01, "\(score.psnr)")
    #expect(abs(score.ssim - (published["ssim"] as? Double ?? 0)) < 0.0002, "\(score.ssim)")
  }
}
