import Foundation
import RAMiTAutograd
import RAMiTDiagnostics
import RAMiTModels
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore
import Testing

/// A model of one's own: a factor and an offset for each channel.
private struct OwnArchitecture: RestorationArchitecture {
  var task: RestorationTask
  var start: Float = 0.5

  init(task: RestorationTask) { self.task = task }

  var validationError: String? { start > 0 ? nil : "start must be positive, not \(start)" }

  func makeModel(_ scope: ParameterScope) -> any RestorationModel { OwnModel(self, scope) }
}

private final class OwnModel: RestorationModel {
  let architecture: OwnArchitecture
  let sizeMultiple = 1
  let parameters: ParameterStore

  init(_ architecture: OwnArchitecture, _ scope: ParameterScope) {
    self.architecture = architecture
    _ = (scope / "body").parameter("weight", [architecture.task.channels], start: .constant(architecture.start))
    parameters = ParameterStore(scope)
  }

  func callAsFunction(
    _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable { images }
}

/// What files and configurations say of a model, and how it is found from them.
@Suite struct ArchitectureTests {
  /// Every name stands for one model, which knows its name and its family, and is the same after JSON.
  @Test(arguments: BuiltInArchitecture.modelNames) func namesStandForModels(name: String) throws {
    let family = try #require(BuiltInArchitecture.families.first { $0.models.contains(name) })
    for task in RestorationTask.allCases {
      let architecture = try #require(BuiltInArchitecture(named: name, task: task))
      #expect(architecture.task == task && architecture.family == family.name)
      guard architecture.validationError == nil else { continue }
      #expect(architecture.modelName == name)
      #expect(try BuiltInArchitecture(json: architecture.json, path: "notes") == architecture)
      let decoded = try JSONDecoder().decode(BuiltInArchitecture.self, from: JSONEncoder().encode(architecture))
      #expect(decoded == architecture)
    }
  }

  @Test func aFamilysNameIsThatOfItsFirstModel() throws {
    #expect(BuiltInArchitecture.modelNames == BuiltInArchitecture.families.flatMap(\.models))
    #expect(Set(BuiltInArchitecture.modelNames).count == BuiltInArchitecture.modelNames.count)
    #expect(BuiltInArchitecture(named: "SwinIr", task: .x2) == nil)
    #expect(BuiltInArchitecture(named: "RAMiT", task: .dn) == .ramit(RAMiTConfiguration(task: .dn)))
  }

  /// Files of the first versions have no family in their notes.
  @Test func notesWithoutAFamilyAreARAMiTs() throws {
    let old = try BuiltInArchitecture(json: #"{"task": "x2", "dim": 48}"#, path: "old")
    var expected = RAMiTConfiguration(task: .x2)
    expected.dim = 48
    #expect(old == .ramit(expected))
    #expect(try BuiltInArchitecture.ramit(expected).json == expected.json)
    #expect(try !expected.json.contains("architecture"))
    let error = #expect(throws: InputError.self) {
      try BuiltInArchitecture(json: #"{"task": "x2", "architecture": "VDSR"}"#, path: "new")
    }
    #expect(error?.description.hasPrefix("new: expected the configuration of a model (RAMiT") == true)
  }

  /// Models are built without memory, and counted, and are as large as real ones.
  @Test(arguments: BuiltInArchitecture.modelNames) func parametersAreCountedWithoutMemory(name: String) throws {
    for task in RestorationTask.allCases {
      let architecture = try #require(BuiltInArchitecture(named: name, task: task))
      guard architecture.validationError == nil else { continue }
      #expect(architecture.parameterCount == architecture.makeModel().parameters.count)
    }
  }

  /// The model is found among all by the names in a bare state dictionary.
  @Test(arguments: BuiltInArchitecture.modelNames) func weightsTellTheirModel(name: String) throws {
    try withPath { path in
      for task in RestorationTask.allCases {
        let architecture = try #require(BuiltInArchitecture(named: name, task: task))
        guard architecture.validationError == nil else { continue }
        let model = architecture.makeModel(seed: 3)
        try SafeTensors.write(
          NamedTensors(model.stateDict.map { ("module." + $0.name, $0.tensor) }), to: path)
        let read = try PretrainedModel<BuiltInArchitecture>(weights: path, task: task)
        #expect(read.architecture == architecture)
        #expect(read.model.parameters.values.array == model.parameters.values.array)
      }
    }
  }

  @Test func unknownWeightsAreRefused() throws {
    try withPath { path in
      try SafeTensors.write(NamedTensors([("conv1.weight", Tensor(zeros: [64, 3, 7, 7]))]), to: path)
      let error = #expect(throws: InputError.self) { try PretrainedModel<BuiltInArchitecture>(weights: path) }
      #expect(error?.description.hasPrefix("\(path): expected the weights of a model (RAMiT") == true)
      #expect(error?.found == "1 tensor of other names, the first of them conv1.weight")
    }
  }

  /// A type of one's own has a name, notes and weight files without doing anything for it.
  @Test func anArchitectureOfOnesOwnIsWrittenAndFound() throws {
    #expect(OwnArchitecture.families == [ArchitectureFamily("OwnArchitecture", models: ["OwnArchitecture"])])
    var architecture = OwnArchitecture(task: .dn)
    #expect(architecture.modelName == "OwnArchitecture" && architecture.parameterCount == 3)
    architecture.start = 0.25
    #expect(architecture.modelName == "custom")
    #expect(try architecture.json == #"{"architecture":"OwnArchitecture","start":0.25,"task":"dn"}"#)
    try withPath { path in
      let model = architecture.makeModel()
      try model.write(to: path, notes: ["iteration": "7"])
      let read = try PretrainedModel<OwnArchitecture>(weights: path)
      #expect(read.architecture == architecture && read.notes["iteration"] == "7")
      #expect(read.model.parameters.values.array == [0.25, 0.25, 0.25])
      // Neither program takes the other's weights.
      #expect(throws: InputError.self) { try PretrainedModel<BuiltInArchitecture>(weights: path) }
      #expect(throws: InputError.self) { try PretrainedModel<OwnArchitecture>(weights: path, task: .x2) }
      #expect(throws: InputError.self) { try PretrainedModel<OwnArchitecture>(weights: path, named: "OwnArchitecture") }
      // Without notes the task tells the rest.
      try SafeTensors.write(model.stateDict, to: path)
      #expect(throws: InputError.self) { try PretrainedModel<OwnArchitecture>(weights: path) }
      #expect(try PretrainedModel<OwnArchitecture>(weights: path, task: .dn).architecture == OwnArchitecture(task: .dn))
    }
  }
}
