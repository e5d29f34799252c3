import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTImaging
import Testing

@testable import RAMiTTraining

/// Several folders of a person's own as one set, each as often as it says.
@Suite struct FoldersTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Photos of one gray level each: 10, 11, 12 in the first folder, 100, 101 in the second.
  private func photos() throws {
    for (name, levels) in [("first", [10, 11, 12]), ("second", [100, 101])] {
      for level in levels {
        let image = Image(
          width: 24, height: 24, channels: 3, samples: .uint8(Array(repeating: UInt8(level), count: 24 * 24 * 3)))
        try FileManager.default.createDirectory(
          atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        try ImageFile.write(image, to: "\(folder.path)/\(name)/\(level).png")
      }
    }
  }

  private func yaml(_ repeats: [Double], more: String = "") -> String {
    """
    task: x2
    data:
      train:
        type: folders
        members:
          - path: \(folder.path)/first
            repeat: \(repeats[0])
          - {path: \(folder.path)/second, repeat: \(repeats[1])}
        patch: 8
        batch: 1
    \(more)
    """
  }

  /// The levels of the photos that an epoch sees.
  private func levels(_ repeats: [Double], epoch: Int = 0) throws -> [Int: Int] {
    let data = try TrainingData(ToyRun(yaml: yaml(repeats), file: "c.yaml").training)
    let samples = data.samples.samplesPerEpoch
    var counts: [Int: Int] = [:]
    for iteration in epoch * samples..<(epoch + 1) * samples {
      let value = try data.samples.batch(iteration: iteration).target.array[0]
      counts[Int((value * 255).rounded()), default: 0] += 1
    }
    return counts
  }

  @Test func eachComesAsOftenAsItSays() throws {
    try photos()
    #expect(try levels([1, 1]) == [10: 1, 11: 1, 12: 1, 100: 1, 101: 1])
    #expect(try levels([1, 3]) == [10: 1, 11: 1, 12: 1, 100: 3, 101: 3])
    // What is not whole goes on in the next round.
    #expect(try levels([1, 0.5]).values.reduce(0, +) == 4)
    let second = try (0..<2).map { try levels([1, 0.5], epoch: $0).keys.filter { $0 >= 100 } }
    #expect(Set(second.flatMap { $0 }) == [100, 101])
  }

  @Test func itIsResumedExactlyAndKnowsItsRepeats() throws {
    try photos()
    func configuration(_ name: String, _ repeats: [Double]) throws -> ToyRun {
      try ToyRun(
        yaml: yaml(
          repeats,
          more: "schedule: {epochs: 2, learningRate: 0.01, warmupEpochs: 0, milestones: []}\n"
            + "output: \(folder.path)/\(name)"),
        file: "c.yaml")
    }
    _ = try toyTrainer(configuration("whole", [1, 2])).run()
    _ = try runToy(configuration("run", [1, 2])) { $0 >= 3 }
    let error = #expect(throws: InputError.self) { try toyTrainer(configuration("run", [2, 1]), resume: true) }
    #expect(error?.found == "the same files in a different order or number")
    _ = try toyTrainer(configuration("run", [1, 2]), resume: true).run()
    let weights = try ["whole", "run"].map {
      try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\($0)/weights/last.safetensors"))
    }
    #expect(weights[0] == weights[1])
  }

  @Test(arguments: [
    ("data.train.members=null", "expected data.train.members: a list of folders, found no folder in it"),
    ("data.train.members=[]", "expected data.train.members: a list of folders, found no folder in it"),
    ("data.train.members=[{path: a, repeat: 0}]", "expected data.train.members.0.repeat: a positive factor, found 0.0"),
    ("data.train.members=[{path: ''}]", "expected data.train.members.0.path: a folder of photos, found an empty text"),
    ("data.train.members=[{repeat: 2}]", "expected a value for data.train.members.0.path, found a group without it"),
    (
      "data.train.members=[{path: a, weight: 2}]",
      "expected a key of data.train.members.0, one of path, inputs, repeat, found 'weight'"
    ),
    (
      "data.train={type: folders, path: a}", "expected data.train.path: none: the folders are found by members, found a"
    ),
    ("data.train.decoded=a", "expected data.train.decoded: none: a cache holds one folder or data set, found a"),
  ])
  func faultsAreNamed(setting: String, expected: String) {
    let found = message(yaml([1, 1]), settings: [setting])
    #expect(found.hasSuffix(expected), "\(found)")
  }
}
