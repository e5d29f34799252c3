import Foundation
import RAMiTFiles
import RAMiTImaging
import RAMiTMetrics
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTTestSupport
import Testing

@testable import RAMiTEvaluation
@testable import RAMiTInference

struct EvaluatorTests {
  /// A file that cannot be read is reported, and the others are scored.
  @Test func oneFailsTheOthersAreScored() throws {
    try withTemporaryFolder { folder in
      for name in ["a", "c"] { try write(picture(width: 40, height: 36, channels: 3), to: folder + "/HQ/\(name).png") }
      try Data("not an image".utf8).write(to: URL(fileURLWithPath: folder + "/HQ/b.png"))
      let evaluator = Evaluator(Restorer(smallModel(.dn)), modelName: "small")
      var failures: [String] = []
      let report = evaluator.evaluate(
        try TestSet(folder, task: .dn), sigma: 15, saveTo: folder + "/out"
      ) {
        if case .failed(let error) = $0 { failures.append("\(error)") }
      }
      #expect(report.rows.map(\.name) == ["a", "c"])
      #expect(failures.count == 1 && failures[0].hasPrefix(folder + "/HQ/b.png: expected "))
      #expect(report.score.psnr == (report.rows[0].score.psnr + report.rows[1].score.psnr) / 2)
      // What was saved scores what was reported.
      let saved = try ImageFile.read(folder + "/out/a_s15.png")
      let target = try ImageFile.read(folder + "/HQ/a.png")
      #expect(RestorationTask.dn.score(saved, against: target).psnr == report.rows[0].score.psnr)
    }
  }

  /// A set's own files are never replaced by what is made of them.
  @Test func imagesAreNotSavedOverTheSet() throws {
    try withTemporaryFolder { folder in
      let target = picture(width: 40, height: 36, channels: 3)
      for name in ["a", "b"] { try write(target, to: folder + "/\(name).png") }
      try FileManager.default.moveItem(atPath: folder + "/b.png", toPath: folder + "/b.tga")
      var failures: [String] = []
      let report = Evaluator(Restorer(smallModel(.x2)), modelName: "small").evaluate(
        try TestSet(folder, task: .x2), saveTo: folder
      ) {
        if case .failed(let error) = $0 { failures.append("\(error)") }
      }
      #expect(failures.count == 1 && failures[0].hasSuffix("found \(folder)/a.png"), "\(failures)")
      #expect(report.rows.map(\.name) == ["b"])
      #expect(try ImageFile.read(folder + "/a.png") == target && ImageFile.read(folder + "/b.tga") == target)
      #expect(FileManager.default.fileExists(atPath: folder + "/b.png"))
    }
  }

  /// An image that lies where a restored one is to be saved.
  @Test func otherImagesAreKept() throws {
    try withTemporaryFolder { folder in
      let target = picture(width: 40, height: 36, channels: 3), other = folder + "/out/a.png"
      for name in ["a", "b"] { try write(target, to: folder + "/HR/\(name).png") }
      try write(target, to: other)
      var evaluator = Evaluator(Restorer(smallModel(.x2)), modelName: "small")
      var failures: [String] = []
      func names() throws -> [String] {
        failures = []
        let set = try TestSet(folder + "/HR", task: .x2)
        return evaluator.evaluate(set, saveTo: folder + "/out") {
          if case .failed(let error) = $0 { failures.append("\(error)") }
        }.rows.map(\.name)
      }
      #expect(try names() == ["b"])
      #expect(failures.count == 1 && failures[0].contains("(--overwrite replaces it) to save it"), "\(failures)")
      #expect(try ImageFile.read(other) == target)
      evaluator.overwrites = true
      #expect(try names() == ["a", "b"])
      #expect(failures.isEmpty)
      #expect(try ImageFile.read(other) != target)
    }
  }

  @Test func reportsAsJSON() throws {
    let report = ScoreReport(
      variant: "RAMiT", task: .x2, testset: "Set5", sigma: nil,
      rows: [
        .init(name: "a", score: Score(psnr: 30.5, ssim: 0.75), baseline: Score(psnr: 25, ssim: 0.25)),
        .init(name: "b", score: Score(psnr: .infinity, ssim: 1), baseline: Score(psnr: 27, ssim: 0.5)),
      ])
    let object = try JSONSerialization.jsonObject(with: Data(JSON.encode(report).utf8)) as? [String: Any]
    // The mean is that of the finite ones, and says how many are not.
    #expect(object?["sigma"] is NSNull && object?["psnr"] as? Double == 30.5 && object?["infinite"] as? Int == 1)
    #expect(object?["images"] as? Int == 2 && object?["ssim"] as? Double == 0.875)
    let rows = try #require(object?["rows"] as? [[String: Any]])
    #expect(rows[0]["name"] as? String == "a" && rows[0]["psnr"] as? Double == 30.5)
    #expect(rows[1]["psnr"] as? String == "Infinity")
    let baseline = try #require(object?["baseline"] as? [String: Any])
    #expect(baseline["psnr"] as? Double == 26 && baseline["infinite"] as? Int == 0)
    #expect((rows[1]["baseline"] as? [String: Any])?["ssim"] as? Double == 0.5)
    let exact = ScoreReport(variant: "RAMiT", task: .x2, testset: "a", sigma: nil, rows: Array(report.rows.suffix(1)))
    #expect(try JSON.encode(exact).contains(#""psnr":"Infinity""#))
    let noisy = ScoreReport(variant: "RAMiT", task: .dn, testset: "Set5", sigma: 15, rows: [])
    let text = try JSON.encode(noisy)
    #expect(text.contains(#""sigma":15,"#) && text.contains(#""psnr":null"#))
  }

  /// A result that is not finite is a failed image, not one of 6 dB.
  @Test(arguments: [Float.nan, .infinity, -.infinity]) func resultsThatAreNotFinite(value: Float) throws {
    try withTemporaryFolder { folder in
      try write(picture(width: 20, height: 20, channels: 3), to: folder + "/HQ/a.png")
      let model = smallModel(.dn)
      let name = try #require(model.parameters.parameters.last?.name)
      let parameter = try #require(model.parameters.parameters.first { $0.name == name })
      parameter.variable.value.pointer[0] = value
      var failures: [String] = []
      let report = Evaluator(Restorer(model), modelName: "small").evaluate(
        try TestSet(folder, task: .dn), sigma: 15, saveTo: folder + "/out"
      ) { if case .failed(let error) = $0 { failures.append("\(error)") } }
      #expect(report.rows.isEmpty && failures.count == 1)
      #expect(failures[0].hasPrefix("\(folder)/HQ/a.png: expected finite values from the model, found "))
      #expect(!FileManager.default.fileExists(atPath: folder + "/out"))
    }
  }

  /// The published checkpoints on a few small images: scores as published, to 0.005 dB and 0.00005.
  @Test(
    .needsReference,
    arguments: [
      ("RAMiT-1_X2", RAMiTVariant.ramit1, RestorationTask.x2, "Set5", "img_003"),
      ("RAMiT-1_X3", .ramit1, .x3, "Set5", "img_005"),
      ("RAMiT-slimSR_X2", .slimSR, .x2, "Set5", "img_004"), ("RAMiT-slimSR_X4", .slimSR, .x4, "Set14", "img_001"),
      ("RAMiT-1_CDN", .ramit1, .dn, "CBSD68", "101085"),
    ])
  func published(_ weights: String, _ variant: RAMiTVariant, _ task: RestorationTask, _ name: String, _ image: String)
    throws
  {
    let model = try PretrainedModel<RAMiTConfiguration>(
      weights: referenceFile("weights/\(weights).pth"), task: task, named: variant.rawValue
    ).model
    let scores = try JSONSerialization.jsonObject(
      with: Data(
        contentsOf: URL(fileURLWithPath: referenceFile("scores/\(variant.rawValue)_\(task.rawValue)_\(name).json"))
      ))
    let sets = try #require(scores as? [[String: Any]])
    let set = try TestSet(referenceFile("testsets/\(name)"), task: task)
    let index = try #require((0..<set.count).first { set.imageName($0) == image })
    for published in sets {
      let rows = try #require(published["rows"] as? [[String: Any]])
      let row = try #require(rows.first { $0["name"] as? String == image })
      let test = try set.image(index, sigma: published["sigma"] as? Double)
      let score = task.score(Image(Restorer(model)(test.input)), against: test.target)
      #expect(abs(score.psnr - (row["psnr"] as? Double ?? 0)) < 0.005)
      #expect(abs(score.ssim - (row["ssim"] as? Double ?? 0)) < 0.00005)
    }
  }
}
