import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTImaging
import RAMiTInference
import RAMiTMetrics
import RAMiTModelTestSupport
import RAMiTModels
import Testing

@testable import RAMiTTraining

/// A training's validation and `ramit evaluate` find the same images and give them the same scores.
@Suite struct SameScoresTests {
  private static let superResolution: [(targets: String, inputs: String?)] = [
    (".", nil), ("HR", nil), ("hr", nil), ("HR", "LR"), ("HR", "LR_bicubic/X2"), ("GTmod12", "LRbicx2"), ("GT", "LQ"),
    ("target", "input"), ("HR", "LR/x2"), ("S_HR", "S_LR_bicubic/X2"),
  ]
  private static let sameSize: [(targets: String, inputs: String?)] = [
    ("high", "low"), ("HQ", "LQ"), ("GT", "LQ"), ("norain", "rain"), ("normal", "low"),
    ("gt", "rainy"), ("eval15/high", "eval15/low"),
  ]

  static let cases: [(RestorationTask, String, String?)] =
    superResolution.map { (.x2, $0.targets, $0.inputs) } + sameSize.map { (.lle, $0.targets, $0.inputs) }
    + [(.dr, "GT", "input"), (.dn, "HQ", nil), (.dn, ".", nil), (.graydn, "HQ", nil), (.graydn, "GT", "LQ")]

  @Test(arguments: cases) func inEveryLayout(task: RestorationTask, targets: String, inputs: String?) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/set"
    for number in 0..<3 {
      let target = DeadLeaves(seed: 4).image(number, width: 48, height: 40)
      try write(target, "\(path)/\(targets)/t\(number).png")
      guard let inputs else { continue }
      // Other inputs than the program would make.
      let input = DeadLeaves(seed: 5).image(number, width: 48 / task.scale, height: 40 / task.scale)
      try write(input, "\(path)/\(inputs)/t\(number).png")
    }
    let model = RAMiT(.small(task), seed: 1)
    let set = try TestSet(path, task: task)
    #expect(set.inputs == (task.isDenoising ? .noise : inputs == nil ? .bicubic : .files))
    let sigma: Double? = task.isDenoising ? 25 : nil
    let report = Evaluator(Restorer(model), modelName: "small").evaluate(set, sigma: sigma)
    let yaml = """
      task: \(task)
      data:
        train: {type: procedural, samplesPerEpoch: 8, patch: 8, batch: 2}
        validation: {type: folder, path: "\(path)"}
      """
    let configuration = try BuiltInRun(yaml: yaml, file: "c.yaml")
    let validated = try #require(try TrainingData(configuration.training).validation)
    var names: [String] = []
    let result = try Validator(model, validated, sigma: configuration.data.validation.sigma).run(
      isStopRequested: { false }, progress: { _, _ in }, visit: { names.append($1.name) })
    #expect(names == report.rows.map(\.name) && names.count == 3)
    #expect(result?.psnr == report.score.psnr && result?.ssim == report.score.ssim)
    #expect(result?.baselinePSNR == report.baseline.psnr && result?.baselineSSIM == report.baseline.ssim)
  }

  /// Both sides in folders of names that no layout knows.
  @Test func inputsElsewhere() throws {
    let folder = try TemporaryFolder()
    try write(DeadLeaves(seed: 4).image(0, width: 48, height: 40), folder.path + "/GT_crops/a.png")
    try write(DeadLeaves(seed: 5).image(0, width: 48, height: 40), folder.path + "/rain_crops/a.png")
    let (path, inputs) = (folder.path + "/GT_crops", folder.path + "/rain_crops")
    func yaml(_ task: RestorationTask) -> String {
      """
      task: \(task)
      data:
        train: {type: procedural, samplesPerEpoch: 8, patch: 8, batch: 2}
        validation: {type: folder, path: "\(path)", inputs: "\(inputs)"}
      """
    }
    let validated = try #require(
      try TrainingData(BuiltInRun(yaml: yaml(.dr), file: "c.yaml").training) { _ in }.validation)
    let own = try TestSet(path, inputs: inputs, task: .dr)
    #expect(try validated.image(0, sigma: nil).input.array == own.image(0, sigma: nil).input.array)
    #expect(throws: InputError.self) { try BuiltInRun(yaml: yaml(.dn), file: "c.yaml") }
  }

  private func write(_ image: Image, _ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
    try ImageFile.write(image, to: path)
  }
}
