import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTEvaluation
@testable import RAMiTInference

struct TestSetTests {
  @Test func inputsOfTheirOwn() throws {
    try withTemporaryFolder { folder in
      try write(picture(width: 65, height: 64, channels: 3), to: folder + "/HR/b.png")
      try write(picture(width: 48, height: 40, channels: 3, seed: 1), to: folder + "/HR/a.jpg")
      try write(picture(width: 33, height: 32, channels: 3), to: folder + "/LR_bicubic/X2/bx2.png")
      try write(picture(width: 24, height: 20, channels: 3), to: folder + "/LR_bicubic/X2/ax2.png")
      let set = try TestSet(folder + "/", task: .x2)
      #expect(set.inputs == .files && set.count == 2)
      #expect((0..<2).map(set.imageName) == ["a", "b"])
      #expect(set.name == URL(fileURLWithPath: folder).lastPathComponent)
      // The input was rounded up: the target keeps its size.
      let image = try set.image(1, sigma: nil)
      #expect(image.input.shape == [32, 33, 3] && image.target.width == 65 && image.target.height == 64)
      // No file for this scale, but others: the inputs are made.
      #expect(try TestSet(folder, task: .x4).inputs == .bicubic)
    }
  }

  /// What is left over at the right and at the bottom has no input, and is not scored.
  @Test func madeInputs() throws {
    try withTemporaryFolder { folder in
      let photo = picture(width: 50, height: 47, channels: 3)
      try write(photo, to: folder + "/HR/a.png")
      let set = try TestSet(folder, task: .x3)
      #expect(set.inputs == .bicubic)
      let image = try set.image(0, sigma: nil)
      #expect(Image(image.input) == bicubicDownscale(photo, by: 3))
      #expect(image.target == photo.cropped(x: 0, y: 0, width: 48, height: 45))
    }
  }

  @Test func noiseIsAdded() throws {
    try withTemporaryFolder { folder in
      let photo = picture(width: 20, height: 16, channels: 3)
      try write(photo, to: folder + "/HQ/a.png")
      let image = try TestSet(folder, task: .dn).image(0, sigma: 25)
      #expect(image.target == photo)
      #expect(image.input.array == photo.tensor().addingPublishedNoise(sigma: 25).array)
      let gray = try TestSet(folder, task: .graydn).image(0, sigma: 25)
      #expect(gray.target == photo.grayscale() && gray.input.shape == [16, 20, 1])
    }
  }

  /// Gray is replicated, alpha dropped, of 16 bits the upper 8 are kept.
  @Test func kindsOfImages() throws {
    try withTemporaryFolder { folder in
      let gray = picture(width: 16, height: 16, channels: 1)
      try write(gray, to: folder + "/HQ/a.png")
      try write(picture(width: 16, height: 16, channels: 4), to: folder + "/HQ/b.png")
      let deep = Image(
        width: 16, height: 16, channels: 3, samples: .uint16((0..<768).map { UInt16($0 * 85) }))
      try write(deep, to: folder + "/HQ/c.png")
      let set = try TestSet(folder, task: .dn)
      let targets = try (0..<3).map { try set.image($0, sigma: 0).target }
      #expect(targets[0] == gray.rgb() && targets[1].channels == 3)
      let rounded = (0..<768).map { (place: Int) -> UInt8 in UInt8(place * 85 / 256) }
      #expect(targets[2].samples == .uint8(rounded))
    }
  }

  /// A folder that is no set of the task says which trees are.
  @Test func wrongTrees() throws {
    func fault(_ path: String, _ task: RestorationTask) -> String {
      do {
        _ = try TestSet(path, task: task)
        return "none"
      } catch { return "\(error)" }
    }
    try withTemporaryFolder { folder in
      #expect(
        fault(folder + "/none", .x2) == "\(folder)/none: expected a folder of images, found no such folder")
      try FileManager.default.createDirectory(atPath: folder + "/HQ", withIntermediateDirectories: true)
      #expect(fault(folder, .dn).hasPrefix("\(folder)/HQ: expected images, found an empty folder"))
      try write(picture(width: 16, height: 16, channels: 3), to: folder + "/HQ/a.png")
      #expect(
        fault(folder, .dr).hasPrefix("\(folder): expected a folder of targets and one of inputs in it (HQ/ and LQ/,"))
    }
  }

  @Test func imagesThatDoNotFit() throws {
    try withTemporaryFolder { folder in
      try write(picture(width: 64, height: 64, channels: 3), to: folder + "/HR/alone.png")
      try write(picture(width: 64, height: 64, channels: 3), to: folder + "/HR/other.png")
      try write(picture(width: 12, height: 12, channels: 3), to: folder + "/HR/small.png")
      try write(picture(width: 30, height: 32, channels: 3), to: folder + "/LR_bicubic/X2/otherx2.png")
      try write(picture(width: 6, height: 6, channels: 3), to: folder + "/LR_bicubic/X2/smallx2.png")
      let set = try TestSet(folder, task: .x2)
      #expect(set.errors.map(\.location) == [folder + "/HR/alone.png"])
      #expect(set.errors[0].expected.hasPrefix("an input named alone or alonex2"))
      #expect((0..<set.count).map(set.imageName) == ["other", "small"])
      let faults = (0..<2).map { index in
        do {
          _ = try set.image(index, sigma: nil)
          return "none"
        } catch { return "\(error)" }
      }
      #expect(faults[0].hasPrefix(folder + "/LR_bicubic/X2/otherx2.png: expected 32 x 32 pixels"))
      #expect(faults[1].hasPrefix(folder + "/HR/small.png: expected at least"))
      // A training wants to know before it begins.
      #expect(throws: set.errors[0]) { try set.check() }
    }
  }

  /// Inputs that lie beside the targets are scored, and never such as the program makes.
  @Test(arguments: [
    ("HR/a.png", "LR/a.png"), ("HR/a.png", "LR_bicubic/X2/a.png"), ("hr/a.png", "lr/ax2.png"),
    ("GTmod12/a.png", "LRbicx2/a.png"), ("HR/a.png", "LR/X2/ax2.png"), ("HR/a.png", "LR_x2/a.png"),
    ("GT/a.png", "LR/a.png"), ("HR/a.png", "LR_bicubic_X2/a.png"), ("HR/a.png", "LR_bicubic/ax2.png"),
    ("HR_x2/a.png", "LR_x2/a.png"), ("HR/x2/a.png", "LR/x2/a.png"), ("HR/X2/a.png", "LR_bicubic/X2/ax2.png"),
    ("image_SRF_2/a_SRF_2_HR.png", "image_SRF_2/a_SRF_2_LR.png"), ("a_SRF_2_HR.png", "a_SRF_2_LR.png"),
    ("Set5_HR/a.png", "Set5_LR_x2/a.png"), ("DIV2K_valid_HR/0801.png", "DIV2K_valid_LR_bicubic/X2/0801x2.png"),
    ("GTmod2/a.png", "LRbicx2/a.png"), ("a.png", "ax2.png"),
  ])
  func inputsOfManyLayouts(target: String, input: String) throws {
    try withTemporaryFolder { folder in
      let low = picture(width: 20, height: 20, channels: 3, seed: 3)
      try write(picture(width: 40, height: 40, channels: 3), to: "\(folder)/\(target)")
      try write(low, to: "\(folder)/\(input)")
      let set = try TestSet(folder, task: .x2)
      #expect(set.inputs == .files && set.count == 1 && set.errors.isEmpty)
      #expect(try Image(set.image(0, sigma: nil).input) == low)
    }
  }

  /// Rain and light as their sets are packed, in folders that are named directly or by the set.
  @Test(arguments: [
    (RestorationTask.dr, "norain/norain-001.png", "rain/rain-001.png", nil as String?),
    (.dr, "norain/norain-001.png", "rain/X2/norain-001x2.png", nil),
    (.dr, "norain/norain-1.png", "rain/norain-1.png", nil), (.dr, "norain-001.png", "rainy/rain-001.png", nil),
    (.dr, "norain-001.png", "rain-001.png", nil), (.dr, "norm-1.png", "rain-1.png", nil),
    (.dr, "gt/norain-001.png", "rainy/rain-001.png", nil), (.dr, "target/1.png", "input/1.jpg", nil),
    (.dr, "test/Rain100H/target/1.png", "test/Rain100H/input/1.png", "Rain100H"),
    (
      .dr, "rain_data_test_Light/rain_light_test/norain/norain-1.png",
      "rain_data_test_Light/rain_light_test/rain/X2/norain-1x2.png", "Rain100L"
    ),
    (.lle, "high/1.png", "low/1.png", nil), (.lle, "High/normal00001.png", "Low/low00001.png", nil),
    (.lle, "normal00001.png", "low00001.png", nil), (.lle, "high1.png", "low1.png", nil),
    (.lle, "eval15/high/1.png", "eval15/low/1.png", "LOL-test"),
    (.lle, "VE-LOL-L-Cap-Normal_test/normal00001.png", "VE-LOL-L-Cap-Low_test/low00001.png", "VE-LOL-cap"),
    (.lle, "Real_captured/Test/Normal/normal1.png", "Real_captured/Test/Low/low1.png", "LOL-v2-real"),
  ])
  func rainAndLightAsDistributed(task: RestorationTask, target: String, input: String, published: String?) throws {
    try withTemporaryFolder { folder in
      let (bright, dark) = (0, 1)
      try write(picture(width: 20, height: 20, channels: 3, seed: bright), to: "\(folder)/set/\(target)")
      try write(picture(width: 20, height: 20, channels: 3, seed: dark), to: "\(folder)/set/\(input)")
      let set = try TestSet(folder + "/set", task: task)
      #expect(set.inputs == .files && set.count == 1 && set.errors.isEmpty && set.name == published ?? "set")
      #expect(set.location(0) == "\(folder)/set/\(target)")
      guard input.hasSuffix("png") else { return }
      let restored = try Image(set.image(0, sigma: nil).input)
      #expect(restored == picture(width: 20, height: 20, channels: 3, seed: dark))
    }
  }

  /// Names of light and of rain mean pairs only for their task.
  @Test func namesOfPhotosAreNoSides() throws {
    try withTemporaryFolder { folder in
      for name in ["high tide", "low tide", "normal day", "rainy day"] {
        try write(picture(width: 40, height: 40, channels: 3), to: "\(folder)/\(name).png")
      }
      let set = try TestSet(folder, task: .x2)
      #expect(set.inputs == .bicubic && set.count == 4 && set.errors.isEmpty)
      #expect(try TestSet(folder, task: .dn).count == 4)
      // One image without a partner: photos, not pairs of which one is missing.
      try write(picture(width: 20, height: 20, channels: 3), to: "\(folder)/high tidex2.png")
      #expect(try TestSet(folder, task: .x2).inputs == .bicubic)
    }
  }

  /// Other methods' results beside both sides are left out, and a line says so.
  @Test func imagesOfOtherNames() throws {
    try withTemporaryFolder { folder in
      for name in ["a_SRF_2_HR", "a_SRF_2_LR", "a_SRF_2_bicubic", "a_SRF_2_SRCNN"] {
        let side = name.hasSuffix("LR") ? 20 : 40
        try write(picture(width: side, height: side, channels: 3), to: "\(folder)/image_SRF_2/\(name).png")
      }
      for path in [folder, folder + "/image_SRF_2"] {
        let set = try TestSet(path, task: .x2)
        #expect(set.count == 1 && set.errors.isEmpty)
        let last = try #require(set.remarks(path).last)
        #expect(last.hasPrefix("left out: 2 images of other names ("), "\(last)")
      }
    }
  }

  /// A pair of which one side is missing is named, where others tell that the folder holds both sides.
  @Test func missingPartnersInOneFolder() throws {
    try withTemporaryFolder { folder in
      for name in ["norain-1", "norain-2", "rain-2", "rain-3"] {
        try write(picture(width: 20, height: 20, channels: 3), to: "\(folder)/\(name).png")
      }
      let set = try TestSet(folder, task: .dr)
      #expect(set.count == 1 && set.imageName(0) == "norain-2")
      #expect(set.errors.map(\.location) == [folder + "/norain-1.png", folder + "/rain-3.png"])
    }
  }

  @Test func inputsElsewhere() throws {
    try withTemporaryFolder { folder in
      try write(picture(width: 40, height: 40, channels: 3), to: folder + "/GT_crops/a.png")
      let low = picture(width: 20, height: 20, channels: 3, seed: 3)
      try write(low, to: folder + "/LQ_crops/a.png")
      let set = try TestSet(folder + "/GT_crops", inputs: folder + "/LQ_crops", task: .x2)
      #expect(try set.name == "GT_crops" && Image(set.image(0, sigma: nil).input) == low)
      #expect(throws: InputError.self) { try TestSet(folder + "/GT_crops", inputs: folder + "/LQ_crops", task: .dn) }
    }
  }

  /// The tree of several sets: one has to be named.
  @Test func severalPublishedSetsInOneFolder() throws {
    try withTemporaryFolder { folder in
      for set in ["Rain100H", "Test100"] {
        for side in ["target", "input"] {
          try write(picture(width: 20, height: 20, channels: 3), to: "\(folder)/test/\(set)/\(side)/1.png")
        }
      }
      let error = #expect(throws: InputError.self) { try TestSet(folder, task: .dr) }
      #expect(error?.found.hasPrefix("Rain100H and Test100") == true, "\(String(describing: error))")
      #expect(try TestSet(dataset: "Test100", root: folder, task: .dr).count == 1)
    }
  }

  /// Gray denoising of sets that only have colours, and of Huang's folders, whose targets are named by a scale.
  @Test func graySetsFromColours() throws {
    try withTemporaryFolder { folder in
      let photo = picture(width: 40, height: 40, channels: 3)
      try write(photo, to: folder + "/CBSD68/101085.png")
      try write(photo, to: folder + "/Urban100/image_SRF_2/img_001_SRF_2_HR.png")
      try write(photo, to: folder + "/Urban100/image_SRF_2/img_001_SRF_2_LR.png")
      for name in ["BSD68", "Urban100"] {
        let set = try TestSet(dataset: name, root: folder, task: .graydn)
        #expect(try set.count == 1 && set.name == name && set.image(0, sigma: 0).target == photo.grayscale())
      }
      for path in ["Urban100", "Urban100/image_SRF_2"] {
        let set = try TestSet(folder + "/" + path, task: .graydn)
        #expect(set.count == 1 && set.imageName(0) == "img_001_SRF_2_HR" && set.inputs == .noise)
      }
    }
  }

  /// CBSD68 as it is distributed with noisy copies beside its photos.
  @Test(arguments: [(RestorationTask.dn, "CBSD68"), (.graydn, "BSD68")])
  func noisyCopiesAreNoTargets(task: RestorationTask, name: String) throws {
    try withTemporaryFolder { folder in
      for part in ["original_png", "noisy15", "noisy50"] {
        try write(picture(width: 20, height: 20, channels: 3), to: "\(folder)/set/\(part)/0000.png")
      }
      let set = try TestSet(folder + "/set", task: task)
      #expect(set.count == 1 && set.name == name && set.location(0) == folder + "/set/original_png/0000.png")
    }
  }

  /// Inputs of another scale are none of this one.
  @Test(arguments: ["LR", "LR_bicubic"]) func inputsOfAnotherScale(folderOfInputs: String) throws {
    try withTemporaryFolder { folder in
      try write(picture(width: 48, height: 48, channels: 3), to: folder + "/HR/a.png")
      try write(picture(width: 16, height: 16, channels: 3), to: folder + "/\(folderOfInputs)/X3/ax3.png")
      #expect(try TestSet(folder, task: .x3).inputs == .files)
      let set = try TestSet(folder, task: .x2)
      #expect(set.inputs == .bicubic && set.count == 1 && set.errors.isEmpty)
    }
  }

  @Test func photosMayShareAStem() throws {
    try withTemporaryFolder { folder in
      for name in ["a.png", "a.jpg", "b.png"] {
        try write(picture(width: 20, height: 20, channels: 3), to: "\(folder)/\(name)")
      }
      let set = try TestSet(folder, task: .dn)
      #expect((0..<set.count).map(set.imageName) == ["a.jpg", "a.png", "b"])
      let evaluator = Evaluator(Restorer(smallModel(.dn)), modelName: "small")
      let report = evaluator.evaluate(set, sigma: 15, saveTo: folder + "/out")
      #expect(report.rows.map(\.name) == ["a.jpg", "a.png", "b"])
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder + "/out").sorted() == [
          "a.jpg_s15.png", "a.png_s15.png", "b_s15.png",
        ])
    }
  }

  /// Denoising makes its inputs from the targets, and says what it leaves alone.
  @Test func noisyFilesAreNoTargets() throws {
    try withTemporaryFolder { folder in
      try write(picture(width: 20, height: 20, channels: 3), to: folder + "/target/a.png")
      try write(picture(width: 20, height: 20, channels: 3, seed: 2), to: folder + "/input/a.png")
      for task in [RestorationTask.dn, .graydn] {
        let set = try TestSet(folder, task: task)
        #expect(set.count == 1 && set.inputs == .noise && set.unusedInputs == "input")
        #expect(set.location(0) == folder + "/target/a.png")
      }
    }
  }

  @Test func publishedSetsAreFoundByName() throws {
    try withTemporaryFolder { folder in
      try write(picture(width: 40, height: 40, channels: 3), to: folder + "/Set5/image_SRF_2/img_001_SRF_2_HR.png")
      try write(picture(width: 20, height: 20, channels: 3), to: folder + "/Set5/image_SRF_2/img_001_SRF_2_LR.png")
      let set = try TestSet(dataset: "set5", root: folder, task: .x2)
      #expect(set.name == "Set5" && set.inputs == .files && set.count == 1 && set.publishedCount == 5)
    }
  }
}
