import Foundation
import RAMiTImaging
import Testing

/// The weights that come with the program.
@Suite(.enabled(if: Program.path != nil, "the program is not beside the tests"))
struct PretrainedTests {
  private struct Entry: Decodable {
    let name, task: String
    let parameters, bytes: Int
    let card: Card

    struct Card: Decodable {
      let description, license, trainingData, training: String
      let scores: [Score]
    }

    struct Score: Decodable { let psnr, ssim, baseline: Double }
  }

  @Test func everyTaskHasSmallWeightsWithACard() throws {
    let run = try Program.run("models", "--json", "-")
    #expect(run.code == 0, "\(run.errors)")
    let entries = try JSONDecoder().decode([Entry].self, from: Data(run.output.utf8))
    for task in RestorationTask.allCases {
      #expect(entries.contains { $0.name == task.rawValue && $0.task == task.rawValue }, "\(task)")
    }
    #expect(Set(entries.map(\.name)).count == entries.count)
    #expect(entries.reduce(0) { $0 + $1.bytes } <= 6_000_000)
    for entry in entries {
      #expect(entry.bytes <= 1_000_000 && entry.parameters <= 350_000, "\(entry.name)")
      let scores = entry.card.scores
      #expect(!scores.isEmpty && scores.allSatisfy { $0.psnr > $0.baseline + 0.5 }, "\(entry.name)")
    }
    let table = try Program.run("models")
    for entry in entries { #expect(table.output.contains("\n\(entry.name) ") || table.output.hasPrefix(entry.name)) }
    #expect(try Program.run("models", "x2").output.contains("license   MIT"))
    let unknown = try Program.run("models", "x5")
    #expect(unknown.code == 1 && unknown.errors.hasPrefix("ramit: x5: expected one of x2, "))
  }

  /// On drawn images, which they have not learned from.
  @Test(arguments: RestorationTask.allCases)
  func theyRestore(_ task: RestorationTask) throws {
    struct Report: Decodable {
      let psnr: Double
      let baseline: Score
      struct Score: Decodable { let psnr: Double }
    }
    try Folder.temporary { folder in
      let set = folder.file("set"), scores = folder.file("scores.json")
      let drawn = try Program.run(
        "data", "synthesize", "--task", task.rawValue, "--count", "2", "--seed", "3", "--output", set)
      #expect(drawn.code == 0, "\(drawn.errors)")
      let run = try Program.run(
        "evaluate", "--task", task.rawValue, "--testset", set, "--json", scores, "--quiet")
      #expect(run.code == 0, "\(run.errors)")
      let report = try #require(try JSONDecoder().decode([Report].self, from: folder.data("scores.json")).first)
      #expect(report.psnr > report.baseline.psnr + 0.5)
    }
  }

  @Test func aPhotoAlone() throws {
    try Folder.temporary { folder in
      let photo = try folder.picture("photo.png", width: 40, height: 30)
      for (options, width) in [([], 80), (["--task", "dn"], 40), (["--weights", "x2-photo"], 80)] {
        let output = folder.file("out-\(options.joined())")
        let run = try Program.run(["restore", photo, "--output", output] + options)
        #expect(run.code == 0 && run.output.contains("1 restored"), "\(run.errors)")
        #expect(try ImageFile.size(output + "/photo.png").width == width)
      }
    }
  }

  /// The name of the weights is the only thing that is wrong.
  @Test func anUnknownNameIsToldTheKnownOnes() throws {
    try Folder.temporary { folder in
      let photo = try folder.picture("photo.png")
      let known = "ramit: x5: expected a weight file, or one of x2, "
      let restored = try Program.run("restore", photo, "--weights", "x5", "--output", folder.file("out"))
      #expect(restored.code == 1 && restored.errors.hasPrefix(known) && restored.errorLines.count == 1)
      let configuration = try folder.write(
        "data: {train: {type: procedural, samplesPerEpoch: 2, patch: 8, batch: 2}}\ninitialWeights: x5\n".utf8,
        to: "c.yaml")
      let trained = try Program.run("train", configuration, "--output", folder.file("run"))
      #expect(trained.code == 1 && trained.errors.hasPrefix(known), "\(trained.errors)")
    }
  }

  @Test func modelsWithoutANameSayTheirFamily() throws {
    let shown = try Program.run("models", "dn")
    #expect(shown.output.contains("\n  model     RAMiT (custom sizes), "), "\(shown.output)")
  }

  @Test func trainingGoesOnFromThem() throws {
    try Folder.temporary { folder in
      let configuration = try folder.write(
        """
        name: mine
        task: x3
        model:
          {variant: RAMiT-slimSR, dim: 48, heads: 3, depths: [2, 2, 2, 2], mobivari: {version: 1},
           wide: {expansion: 1.2, groups: 2}}
        data: {train: {type: procedural, samplesPerEpoch: 2, patch: 8, batch: 2}}
        schedule: {iterations: 1, learningRate: 0.001, milestones: []}
        """.utf8, to: "mine.yaml")
      let plan = try Program.run("train", configuration, "--dry-run", "--set", "warmStart.weights=x2")
      #expect(plan.output.contains("\nweights the program's weights x2\n"), "\(plan.errors)\(plan.output)")
      let own = try Program.run(
        "train", configuration, "--output", folder.file("run"), "--set", "initialWeights=x3")
      #expect(own.code == 0 && own.output.contains("begins with x3"), "\(own.errors)\(own.output)")
      let other = try Program.run(
        "train", configuration, "--output", folder.file("other"), "--set", "initialWeights=x4")
      #expect(other.code == 1 && other.errors.contains("the program's weights x4: expected "), "\(other.errors)")
    }
  }
}
