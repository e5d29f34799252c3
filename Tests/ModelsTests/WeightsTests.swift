import Foundation
import RAMiTDiagnostics
import RAMiTModels
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

private typealias PretrainedRAMiT = PretrainedModel<RAMiTConfiguration>

/// Calls `body` with a path in a folder that goes when it ends.
func withPath(_ body: (String) throws -> Void) throws {
  let folder = try TemporaryFolder()
  try withExtendedLifetime(folder) { try body(folder.path + "/weights.safetensors") }
}

/// Models from weight files: what names and shapes tell, what a file's notes tell, and what is refused.
@Suite struct WeightsTests {
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
    // A ratio and expansions that are no short decimals.
    (odd.dim, odd.hiddenRatio) = (112, 1 / 7.0.nextDown)
    odd.mobivari.width = MobiVariWidth(expansion: 1.00625, groups: 1)
    odd.wide = MobiVariWidth(expansion: 9.999, groups: 1)
    configurations.append(odd)
    for heads in [0, 4] {
      var pure = RAMiTConfiguration(task: .x2)
      (pure.channelHeads, pure.depths) = (heads, [1, 1, 1, 1])
      configurations.append(pure)
    }
    for configuration in configurations {
      let model = RAMiT(configuration)
      #expect(configuration.parameterCount == model.parameters.count)
      let bare = model.parameters.stateDict
      let found = try RAMiTConfiguration.inferred(from: bare, task: configuration.task, path: "bare")
      // Shapes give the channels after an expansion, and several expansions give the same ones.
      #expect(RAMiT(found).parameters.stateDict.names == bare.names)
      #expect(found.mobivari.width.channels(found.dim) == configuration.mobivari.width.channels(found.dim))
      var same = found
      #expect(found.hiddenDim == configuration.hiddenDim)
      (same.mobivari, same.wide) = (configuration.mobivari, configuration.wide)
      same.hiddenRatio = configuration.hiddenRatio
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

  /// Distributed training puts a prefix before all names, and PyTorch has buffers; a training's moments may be beside
  /// them.
  @Test func whatIsBesideTheParametersIsLeftOut() throws {
    var configuration = RAMiTVariant.ramit1.configuration(for: .x2)
    (configuration.dim, configuration.depths) = (16, [1, 1, 1, 1])
    let model = RAMiT(configuration, seed: 3)
    var tensors = NamedTensors(model.parameters.stateDict.map { ("module." + $0.name, $0.tensor) })
    tensors["module.stage1.blocks.block0.sp_attn.relative_position_index"] = Tensor(zeros: [64, 64])
    for name in ["mean", "std"] { tensors["module." + name] = Tensor(zeros: [1, 3, 1, 1]) }
    tensors["module.adam.m.shallow.conv.bias"] = Tensor(zeros: [16])
    let read = try PretrainedRAMiT(tensors, from: "module.pth")
    #expect(read.architecture == configuration)
    #expect(read.model.parameters.values.array == model.parameters.values.array)
    // One name without the prefix, and it is no prefix.
    tensors["more"] = Tensor(1)
    #expect(throws: InputError.self) { try PretrainedRAMiT(tensors, from: "module.pth") }
  }

  /// Other models, losses and training states beside the model have prefixes of their own; an average comes before its
  /// weights.
  @Test func theModelIsFoundBesideOthers() throws {
    var configuration = RAMiTVariant.ramit1.configuration(for: .x2)
    (configuration.dim, configuration.depths) = (16, [1, 1, 1, 1])
    let model = RAMiT(configuration, seed: 3), other = RAMiT(configuration, seed: 4)
    var tensors = NamedTensors()
    for (name, tensor) in model.stateDict { tensors["module.net_g." + name] = tensor }
    for layer in 0..<400 { tensors["module.loss.vgg.\(layer).weight"] = Tensor([.nan], [1]) }
    #expect(
      try PretrainedRAMiT(tensors, from: "lightning.pth").model.parameters.values.array == model.parameters.values.array
    )

    try withPath { path in
      // A training's checkpoint.
      tensors = other.parameters.stateDict
      for prefix in ["adam.m.", "adam.v."] {
        for (name, tensor) in other.parameters.stateDict { tensors[prefix + name] = tensor }
      }
      try SafeTensors.write(tensors, to: path)
      var notes: [String] = []
      var read = try PretrainedRAMiT(weights: path) { notes.append($0) }
      #expect(read.model.parameters.values.array == other.parameters.values.array)
      #expect(notes.isEmpty)
      for (name, tensor) in model.parameters.stateDict { tensors["ema." + name] = tensor }
      try SafeTensors.write(tensors, to: path)
      read = try PretrainedRAMiT(weights: path) { notes.append($0) }
      #expect(read.model.parameters.values.array == model.parameters.values.array)
      #expect(notes == ["\(path): 'ema', the averaged weights, taken; the weights that stand alone left"])
    }
  }

  @Test func weightsThatAreNotFiniteAreNamed() throws {
    var configuration = RAMiTVariant.ramit1.configuration(for: .x2)
    (configuration.dim, configuration.depths) = (16, [1, 1, 1, 1])
    let model = RAMiT(configuration, seed: 3)
    model.parameters.parameters.first { $0.name == "down1.norm.norm.bias" }?.value.pointer[0] = .nan
    let error = #expect(throws: InputError.self) { try PretrainedRAMiT(model.stateDict, from: "spoiled.pth") }
    #expect(
      error?.description == "spoiled.pth: expected finite weights, found 1 with values that are not finite "
        + "(down1.norm.norm.bias: 1 NaN of 64 values)")
  }

  /// The state dictionary of the published model: index buffers as int64, in both formats.
  @Test func filesHaveTheBuffersOfTheirPublishedModel() throws {
    var configuration = RAMiTVariant.ramit1.configuration(for: .dn)
    (configuration.dim, configuration.depths, configuration.window) = (16, [2, 1, 1, 1], 2)
    let model = RAMiT(configuration, seed: 3)
    let name = "stage1.blocks.block1.sp_attn.relative_position_index"
    // Row 0 looks from the top left token: rows and columns behind it have smaller numbers.
    let index: [Float] = [4, 3, 1, 0, 5, 4, 2, 1, 7, 6, 4, 3, 8, 7, 5, 4]
    #expect(model.stateDict[name]?.array == index && model.stateDict[name]?.shape == [4, 4])
    #expect(model.stateDict.int64Names.count == 5 && model.stateDict.count == model.parameters.parameters.count + 5)
    try withPath { path in
      try model.write(to: path)
      #expect(try WeightFile.read(path).metadata["format"] == "pt")
      #expect(try WeightFile.read(path).names == model.stateDict.names)
      #expect(try PretrainedRAMiT(weights: path).model.parameters.values.array == model.parameters.values.array)
      try model.writePyTorch(to: path)
      #expect(try WeightFile.read(path)[name]?.array == index)
      #expect(
        try PretrainedRAMiT(weights: path, task: .dn).model.parameters.values.array == model.parameters.values.array)
      #expect(throws: InputError.self) { try PretrainedRAMiT(weights: path) }
    }
  }

  /// A few names, or the notes, can speak of a model that no memory would hold.
  @Test func modelsLargerThanTheFileAreRefused() throws {
    let large = #"{"task":"x2","dim":4096,"depths":[100,100,100,100],"hiddenRatio":64}"#
    let noted = NamedTensors([("shallow.conv.weight", Tensor(zeros: [1]))], metadata: ["model": large])
    let error = #expect(throws: InputError.self) { try PretrainedRAMiT(noted, from: "noted") }
    #expect(error?.description.contains("values, found 1 in 1 tensor") == true)

    var configuration = RAMiTVariant.ramit1.configuration(for: .x2)
    (configuration.dim, configuration.depths) = (16, [1, 1, 1, 1])
    var named = RAMiT(configuration).parameters.stateDict
    named["shallow.conv.weight"] = Tensor(zeros: [4096, 3, 3, 3])
    for stage in 1...4 {
      for block in 0..<100 { named["stage\(stage).blocks.block\(block).x"] = Tensor(zeros: []) }
    }
    #expect(throws: InputError.self) { try PretrainedRAMiT(named, from: "named") }
  }

  @Test func aFileTellsItsModel() throws {
    try withPath { path in
      var configuration = RAMiTVariant.slimLLE.configuration(for: .lle)
      configuration.depths = [1, 1, 1, 1]
      configuration.helper = false
      let model = RAMiT(configuration, seed: 4)
      try model.write(to: path, notes: ["iteration": "7"])
      let read = try PretrainedRAMiT(weights: path)
      #expect(read.architecture == configuration)
      #expect(read.model.parameters.values.array == model.parameters.values.array)
      #expect(try WeightFile.read(path).metadata["iteration"] == "7")
      #expect(throws: InputError.self) { try PretrainedRAMiT(weights: path, task: .dn) }
      #expect(throws: InputError.self) { try PretrainedRAMiT(weights: path, named: "RAMiT") }
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
      let error = #expect(throws: InputError.self) { try PretrainedRAMiT(weights: path) }
      #expect(
        error?.description == "\(path): expected the weights of a RAMiT, found 1 tensor, and no shallow.conv.weight")
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
        #expect(throws: InputError.self, "\(name) \(shape)") { try PretrainedRAMiT(weights: path) }
      }
    }
  }

  @Test(
    .needsReference,
    arguments: [
      ("RAMiT-1_X2", RestorationTask.x2, RAMiTVariant.ramit1, 823_164), ("RAMiT-1_X3", .x3, .ramit1, 831_819),
      ("RAMiT-1_CDN", .dn, .ramit1, 817_971),
      ("RAMiT-slimSR_X2", .x2, .slimSR, 581_008), ("RAMiT-slimSR_X4", .x4, .slimSR, 596_596),
    ])
  func publishedCheckpointsAreRead(file: String, task: RestorationTask, variant: RAMiTVariant, count: Int) throws {
    let read = try PretrainedRAMiT(weights: referenceFile("weights/\(file).pth"), task: task == .dn ? .dn : nil)
    let model = read.model
    #expect(read.architecture == variant.configuration(for: task))
    #expect(read.architecture.modelName == variant.rawValue)
    #expect(model.parameters.count == count)
    // Written again it has the same names and index buffers.
    let published = try WeightFile.read(referenceFile("weights/\(file).pth"))
    #expect(Set(model.stateDict.names) == Set(published.names) && model.stateDict.int64Names.count >= 20)
    for name in model.stateDict.int64Names { #expect(model.stateDict[name]?.array == published[name]?.array) }
    if task == .dn {
      #expect(throws: InputError.self) { try PretrainedRAMiT(weights: referenceFile("weights/\(file).pth")) }
    }
  }
}
