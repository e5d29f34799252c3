import Foundation
import Testing

/// `ramit train --dry-run`.
@Suite(.enabled(if: Program.path != nil, "the program is not beside the tests"))
struct DryRunTests {
  private static let model = "task: x4\nmodel: {dim: 16, depths: [1, 1, 1, 1], window: 2, wide: {groups: 1}}\n"

  @Test func tellsThePlanAndWritesNothing() throws {
    try Folder.temporary { folder in
      let yaml =
        Self.model + "data: {train: {type: procedural, samplesPerEpoch: 40, patch: 8, batch: 4}}\n"
        + "schedule: {epochs: 3, warmupEpochs: 1, milestones: []}\n"
      let configuration = try folder.write(yaml.utf8, to: "c.yaml")
      let run = try Program.run("train", configuration, "--output", folder.file("run"), "--dry-run")
      #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
      #expect(run.output.contains("2-3     all     8      4      10          2.50e-05\n"), "\(run.output)")
      #expect(run.output.contains("total   3 epochs, 30 iterations, 120 samples\n"))
      #expect(!folder.exists("run"))
    }
  }

  @Test func absentDataEndItWithTheirLine() throws {
    try Folder.temporary { folder in
      let yaml =
        Self.model + "data: {train: {type: dataset, name: DIV2K, root: \(folder.path), repeat: 80, patch: 8}}\n"
      let configuration = try folder.write(yaml.utf8, to: "c.yaml")
      let run = try Program.run("train", configuration, "--output", folder.file("run"), "--dry-run")
      #expect(run.code == 1 && run.errorLines.count == 1)
      #expect(run.errors.hasPrefix("ramit: \(folder.path): expected DIV2K, 800 images"), "\(run.errors)")
      #expect(run.output.contains("64,000 samples per epoch (published count: the data cannot be read)\n"))
      #expect(!folder.exists("run"))
    }
  }
}
