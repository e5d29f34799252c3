import Foundation
import RAMiTModels
import RAMiTNN
import RAMiTReproduction
import RAMiTTestSupport
import Testing

/// Weights are taken by their name and their shapes.
@Suite struct WeightLibraryTests {
  private let experiment = try! paperConfigurations.experiment("x2/RAMiT.yaml")

  private func found(
    _ folder: String, _ experiment: Experiment? = nil, relatives: [String] = [], note: (String) -> Void = { _ in }
  ) throws -> WeightLibrary.Found? {
    let library = try WeightLibrary(folder: folder, runs: [])
    return try library.weights(of: experiment ?? self.experiment, relatives: relatives, note: note)
  }

  @Test(arguments: ["RAMiT_X2.pth", "RAMiT-x2.pth", "ramit_x2.safetensors"]) func spellingsOfAName(name: String) throws
  {
    try withTemporaryFolder { folder in
      let model = experiment.run.model.architecture.makeModel(seed: 3)
      let path = "\(folder)/\(name)"
      if name.hasSuffix("pth") { try model.writePyTorch(to: path) } else { try model.write(to: path) }
      let found = try #require(try found(folder))
      #expect(found.file == path && found.isOwn && found.modelName == "RAMiT")
      #expect(found.model.parameters.values.array == model.parameters.values.array)
    }
  }

  @Test func runsAreFoundByTheirFolders() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/RAMiT-x2/weights"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try experiment.run.model.architecture.makeModel(seed: 3).write(to: path + "/best.safetensors")
      #expect(try found(folder)?.file == path + "/best.safetensors")
      let library = try WeightLibrary(folder: nil, runs: [folder])
      #expect(try library.weights(of: experiment, relatives: []) != nil)
      // A run of another seed is another run.
      let other = try paperConfigurations.experiment("x2/RAMiT.yaml", seed: 1)
      #expect(other.name == "RAMiT-x2-seed1")
      #expect(try library.weights(of: other, relatives: ["RAMiT-1"]) == nil)
    }
  }

  @Test func anotherModelsWeightsAreLeftAlone() throws {
    try withTemporaryFolder { folder in
      let other = BuiltInArchitecture(named: "RAMiT-slimSR", task: .x2)!
      try other.makeModel(seed: 3).writePyTorch(to: "\(folder)/RAMiT-x2.pth")
      var notes: [String] = []
      #expect(try found(folder) { notes.append($0) } == nil)
      #expect(notes == ["\(folder)/RAMiT-x2.pth is left alone: it has not the names and shapes of this model"])
      // The notes of a file tell what shapes do not: this one is trained with the helper.
      let helper = try paperConfigurations.experiment("ablations/x2/no-helper.yaml")
      try experiment.run.model.architecture.makeModel(seed: 3).write(to: "\(folder)/RAMiT-no-helper-x2.safetensors")
      #expect(try found(folder, helper) { notes.append($0) } == nil)
      #expect(notes.last?.hasSuffix("its notes tell of another model") == true)
    }
  }

  @Test func relativesComeLast() throws {
    try withTemporaryFolder { folder in
      let relative = BuiltInArchitecture(named: "RAMiT-1", task: .x2)!
      try relative.makeModel(seed: 3).writePyTorch(to: "\(folder)/RAMiT-1_X2.pth")
      #expect(try found(folder) == nil)
      let taken = try #require(try found(folder, relatives: ["RAMiT-1"]))
      #expect(taken.modelName == "RAMiT-1" && !taken.isOwn)
      try experiment.run.model.architecture.makeModel(seed: 3).write(to: "\(folder)/RAMiT-x2.safetensors")
      #expect(try found(folder, relatives: ["RAMiT-1"])?.isOwn == true)
    }
  }

  @Test func twoFilesForOneModelAreRefused() throws {
    try withTemporaryFolder { folder in
      for name in ["RAMiT_X2.pth", "RAMiT-x2.pth"] { try Data().write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
      #expect(throws: (any Error).self) { try WeightLibrary(folder: folder, runs: []) }
      #expect(throws: (any Error).self) { try WeightLibrary(folder: folder + "/none", runs: []) }
    }
  }
}
