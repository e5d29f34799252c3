import Testing

@testable import RAMiTTraining

@Suite struct ConfigurationChangesTests {
  private func configuration(_ settings: [String] = []) throws -> BuiltInRun {
    try BuiltInRun(yaml: ConfigurationTests.small, file: "c.yaml", settings: settings)
  }

  /// The keys that may not change, and those that may where a person says so.
  private func changes(_ settings: [String], since: [String] = [], comparesLocations: Bool = false) throws -> [[String]]
  {
    let changes = try configuration(settings).changes(since: configuration(since), comparesLocations: comparesLocations)
    return [changes.refused.map(\.key), changes.allowable.map(\.key)]
  }

  @Test func onlyWhatChangesTheTrainingCounts() throws {
    let free = [
      "name=other", "output=elsewhere", "logging.everyIterations=1", "checkpoints.keep=9", "memory.recompute=stages",
      "memory.limit=8 GB", "validation.everyEpochs=7", "data.validation={type: procedural, images: 3}",
      "data.loader.threads=1", "schedule.epochs=300", "initialWeights=a.pth",
    ]
    #expect(try changes(free) == [[], []])
    #expect(try changes(["data.train.patch=32", "model.dim=128"]) == [["data.train.patch", "model.dim"], []])
    #expect(
      try changes(["schedule.learningRate=0.1", "gradients.clipNorm=1", "optimizer.epsilon=1e-6"]) == [
        ["optimizer.epsilon"], ["gradients.clipNorm", "schedule.learningRate"],
      ])
    #expect(try changes([], since: ["gradients.clipNorm=1"]) == [[], ["gradients.clipNorm"]])
  }

  /// The length of a cosine is its shape.
  @Test func epochsOfACosineAreItsRate() throws {
    let cosine = "schedule.decay=cosine"
    #expect(
      try changes([cosine, "schedule.epochs=30"], since: [cosine, "schedule.epochs=40"]) == [[], ["schedule.epochs"]])
  }

  /// Whether there is a warm start, not where its weights are.
  @Test func weightsOfAWarmStartMayMove() throws {
    #expect(try changes(["warmStart.weights=a/x2.pth"], since: ["warmStart.weights=b/x2.pth"]) == [[], []])
    #expect(try changes(["warmStart.weights=a/x2.pth"]) == [["warmStart.weights"], []])
  }

  @Test func placesCountWithoutAFingerprint() throws {
    func photos(_ path: String) -> [String] { ["data.train={type: folder, path: \(path), samplesPerEpoch: 640}"] }
    #expect(try changes(photos("/a"), since: photos("/b")) == [[], []])
    #expect(try changes(photos("/a"), since: photos("/b"), comparesLocations: true) == [["data.train.path"], []])
    let change = try #require(
      try configuration(photos("/a")).changes(since: configuration(photos("/b")), comparesLocations: true).refused.first
    )
    #expect(change.description == "data.train.path /a (was /b)")
  }
}
