import Foundation
import RAMiTImaging
import RAMiTModels
import RAMiTTestSupport
import Testing

@testable import RAMiTEvaluation
@testable import RAMiTInference

/// The published weights of other papers' models, found from the weights alone: scores as published code gives them, to
/// 0.005 dB and 0.00005.
struct PublishedPeersTests {
  @Test(
    .needsReference,
    arguments: [
      ("NGswin_x2", "Set5", "img_003"), ("NGswin_x2", "Set14", "img_001"), ("NGswin_x3", "Set5", "img_005"),
    ])
  func published(_ weights: String, _ name: String, _ image: String) throws {
    let found = try PretrainedModel<BuiltInArchitecture>(weights: referenceFile("weights/\(weights).pth"))
    let task = found.architecture.task
    #expect(weights == "\(found.architecture.modelName)_\(task)")
    let data = try Data(contentsOf: URL(fileURLWithPath: referenceFile("scores/\(weights)_\(name).json")))
    let sets = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    let rows = try #require(sets.first?["rows"] as? [[String: Any]])
    let row = try #require(rows.first { $0["name"] as? String == image })
    let set = try TestSet(referenceFile("testsets/\(name)"), task: task)
    let index = try #require((0..<set.count).first { set.imageName($0) == image })
    let test = try set.image(index, sigma: nil)
    let score = task.score(Image(Restorer(found.model)(test.input)), against: test.target)
    #expect(abs(score.psnr - (row["psnr"] as? Double ?? 0)) < 0.005)
    #expect(abs(score.ssim - (row["ssim"] as? Double ?? 0)) < 0.00005)
  }
}
