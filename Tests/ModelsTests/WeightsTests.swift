import Diagnostics
import Foundation
import Models
import NN
import Serialization
import TensorCore
import TestSupport
import Testing

/// Models from weight files: what names and shapes tell, what a file's notes tell, and what is refused.
@Suite struct WeightsTests {
  /// A path in a folder that goes when the test ends.
  private func withPath(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder + "/weights.safetensors")
  }

  /// Every model of the paper, and one that is unlike all of them, is told by its bare state dictionary.
  @Test func configurationsAreToldByShapes() throws {
    var configurations = RAMiTVariant.allCases.flatMap { variant in
      RestorationTask.allCases.map { variant.configuration(for: $0) }
    }
    var odd = RAMiTConfiguration(task: .x3)
    (odd.dim, odd.depths, odd.heads, odd.channelHeads) = (32, [1, 2, 3, 1], 2, 1)
    (odd.window, odd.hiddenRatio, odd.reconstructionLayers, odd.hrami) = (4, 1.5, 3, false)
    odd.mobivari.width = MobiVariWidth(expansion: 1.5, groups: 2)
    odd.wide = MobiVariWidth(expansion: 1.3, groups: 1)
    configurations.append(odd)
    for heads in [0, 4] {
      var pure = RAMiTConfiguration(task: .x2)
      (pure.channelHeads, pure.depths) = (heads, [1, 1, 1, 1])
      configurations.append(pure)
    }
    for configuration in configurations {
      let bare = RAMiT(configuration).parameters.stateDict
      let found = try RAMiTConfiguration.inferred(from: bare, task: configuration.task, path: "bare")
      // Shapes give the channels after an expansion, and several expansions give the same ones.
      #expect(RAMiT(found).parameters.stateDict.names == bare.names)
      #expect(found.mobivari.width.channels(found.dim) == configuration.mobivari.width.channels(found.dim))
      var same = found
      (same.mobivari, same.wide) = (configuration.mobivari, configuration.wide)
      #expect(same == configuration)
    }
  }

  @Test func aTaskIsAskedForOnlyWhereShapesDoNotTell() throws {
    func told(_ task: RestorationTask, given: RestorationTask?) throws -> RestorationTask {
      let bare = RAMiT(RAMiTVariant.ramit1.configuration(for: task)).parameters.stateDict
      return try RAMiTConfiguration.inferred(from: bare, task: given, path: "bare.pth").task
    }
    for task in [RestorationTask.x2, .x3, .x4, .graydn] { #expect(try told(task, given: nil) == task) }
    let asked = #expect(throws: InputError.self) { try told(.dn, given: nil) }
    #expect(asked?.description.contains("--task dn, lle, dr") == true)
    #expect(try told(.dn, given: .dr) == .dr)
    let refused = #expect(throws: InputError.self) { try told(.x2, given: .x3) }
    #expect(refused?.description == "bare.pth: expected weights for the task x3, found weights for x2")
  }

  @Test func aFileTellsItsModel() throws {
    try withPath { path in
      var configuration = RAMiTVariant.slimLLE.configuration(for: .lle)
      configuration.depths = [1, 1, 1, 1]
      configuration.helper = false
      let model = RAMiT(configuration, seed: 4)
      try model.write(to: path, notes: ["iteration": "7"])
      let read = try RAMiT(weights: path)
      #expect(read.configuration == configuration)
      #expect(read.parameters.values.array == model.parameters.values.array)
      #expect(try WeightFile.read(path).metadata["iteration"] == "7")
      #expect(throws: InputError.self) { try RAMiT(weights: path, task: .dn) }
      #expect(throws: InputError.self) { try RAMiT(weights: path, variant: .ramit) }
    }
  }

  /// Keys that came later than a file have their defaults; what is no configuration is refused.
  @Test func olderNotesAreRead() throws {
    let old = try RAMiTConfiguration(json: #"{"task": "x2", "dim": 48, "mobivari": {"version": 1}}"#, path: "old")
    var expected = RAMiTConfiguration(task: .x2)
    expected.dim = 48
    expected.mobivari.version = 1
    #expect(old == expected)
    for text in ["", "{}", "[]", #"{"task": "x9"}"#, #"{"task": "x2", "dim": "wide"}"#] {
      #expect(throws: InputError.self) { try RAMiTConfiguration(json: text, path: "old") }
    }
  }

  @Test func otherWeightsAreNamed() throws {
    try withPath { path in
      try SafeTensors.write(NamedTensors([("conv1.weight", Tensor(zeros: [64, 3, 7, 7]))]), to: path)
      let error = #expect(throws: InputError.self) { try RAMiT(weights: path) }
      #expect(
        error?.description == "\(path): expected the weights of a RAMiT, found 1 tensors, and no shallow.conv.weight")
      var configuration = RAMiTVariant.ramit.configuration(for: .x2)
      configuration.depths = [1, 1, 1, 1]
      for (name, shape): (String, Shape) in [
        ("shallow.conv.weight", [0, 3, 3, 3]), ("shallow.conv.weight", [1 << 40, 3, 3, 3]),
        ("to_target.conv.weight", [5, 64, 3, 3]), ("stage1.blocks.block0.ffn.hidden.weight", [7, 1, 1, 1]),
        ("bottleneck.mobivari.exp_conv.weight", [1, 1, 1, 1]), ("stage2.blocks.block0.norm1.norm.weight", [3]),
      ] where shape.count <= 1 << 20 {
        var tensors = RAMiT(configuration).parameters.stateDict
        tensors[name] = Tensor(zeros: shape)
        try SafeTensors.write(tensors, to: path)
        #expect(throws: InputError.self, "\(name) \(shape)") { try RAMiT(weights: path) }
      }
    }
  }

  @Test(
    .enabled(if: referenceFolder != nil, "RAMIT_REFERENCE is not set"),
    arguments: [
      ("RAMiT-1_X2", RestorationTask.x2, RAMiTVariant.ramit1), ("RAMiT-1_X3", .x3, .ramit1),
      ("RAMiT-1_CDN", .dn, .ramit1),
      ("RAMiT-slimSR_X2", .x2, .slimSR), ("RAMiT-slimSR_X4", .x4, .slimSR),
    ])
  func publishedCheckpointsAreRead(file: String, task: RestorationTask, variant: RAMiTVariant) throws {
    let model = try RAMiT(weights: "\(referenceFolder!)/weights/\(file).pth", task: task == .dn ? .dn : nil)
    #expect(model.configuration == variant.configuration(for: task))
    #expect(model.configuration.modelName == variant.rawValue)
  }
}
