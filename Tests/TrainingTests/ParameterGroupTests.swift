import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTNN
import RAMiTOptimizers
import RAMiTTensorCore
import Testing

@testable import RAMiTExperiments
@testable import RAMiTTraining

@Suite struct ParameterGroupTests {
  private func store() -> ParameterStore {
    let scope = ParameterScope(seed: 1)
    for block in ["block0", "block1"] {
      let scope = scope / "stage1" / block
      _ = (scope / "conv").parameter("weight", [4, 3], start: .constant(1))
      _ = (scope / "conv").parameter("bias", [4], start: .constant(1))
      _ = (scope / "norm").parameter("weight", [5], start: .constant(1))
    }
    return ParameterStore(scope)
  }

  private func configuration(_ yaml: String) throws -> ParametersConfiguration {
    try BuiltInRun(yaml: ConfigurationTests.small + "parameters: \(yaml)\n", file: "c.yaml").parameters
  }

  @Test func withoutPatternsAllLearnAlike() throws {
    let store = store()
    let (groups, ranges) = try TrainedParameters(ParametersConfiguration(), of: store).train(only: nil)
    #expect(groups == [ParameterGroup(ranges: [0..<42])] && ranges == nil)
  }

  @Test func theFirstGroupHolds() throws {
    let configuration = try configuration(
      #"{groups: [{names: ["*.bias", "*norm*"], weightDecay: 0}, {names: ["*block?.*"], learningRateFactor: 0.1}]}"#
    )
    let (groups, ranges) = try TrainedParameters(configuration, of: store()).train(only: nil)
    #expect(ranges == nil)
    #expect(
      groups == [
        ParameterGroup(ranges: [12..<21, 33..<42], weightDecay: 0),
        ParameterGroup(ranges: [0..<12, 21..<33], learningRateFactor: 0.1),
      ])
  }

  @Test func frozenParametersAreInNoGroup() throws {
    let store = store()
    let configuration = try configuration(
      #"{frozen: ["stage1.block0.*"], groups: [{names: ["*.bias"], weightDecay: 0}]}"#)
    let trained = try TrainedParameters(configuration, of: store)
    let (groups, ranges) = trained.train(only: nil)
    #expect(
      groups == [ParameterGroup(ranges: [21..<33, 37..<42]), ParameterGroup(ranges: [33..<37], weightDecay: 0)])
    #expect(ranges == [21..<42])
    #expect(store.parameters.map(\.requiresGradient) == [false, false, false, true, true, true])
    // A module that learns alone keeps what is frozen in it.
    #expect(trained.train(only: "stage1.block1").ranges == [21..<42])
    #expect(trained.train(only: "stage1.block0").groups.isEmpty)
    #expect(store.parameters.allSatisfy { !$0.requiresGradient })
  }

  @Test(arguments: [
    (#"{frozen: ["stage1.blok0.*"]}"#, "parameters.frozen", "stage1.block0.conv.weight"),
    (#"{groups: [{names: ["*.bias"]}, {names: ["*.biases"], weightDecay: 0}]}"#, "parameters.groups.1.names", "bias"),
    (#"{frozen: ["shallow"]}"#, "parameters.frozen", "stage1"),
  ])
  func aPatternThatFitsNothingIsNamed(yaml: String, key: String, hint: String) throws {
    let configuration = try configuration(yaml)
    let error = #expect(throws: InputError.self) { try TrainedParameters(configuration, of: store()) }
    #expect(error?.location == key)
    #expect(error?.expected.hasPrefix("a pattern that matches parameters, such as stage1.") == true)
    #expect(error?.expected.contains(hint) == true, "\(error?.expected ?? "")")
    #expect(error?.found.hasSuffix("which matches none") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test func nothingToLearnIsRefused() throws {
    let configuration = try configuration(#"{frozen: ["*"]}"#)
    let error = #expect(throws: InputError.self) { try TrainedParameters(configuration, of: store()) }
    #expect(
      error?.description
        == "parameters.frozen: expected patterns that leave a parameter to learn, found all of them frozen")
  }

  /// From YAML to the weights: what is frozen stays, what has another factor moves by it.
  @Test func learnsAsTheConfigurationSays() throws {
    let folder = try TemporaryFolder()
    func weights(_ name: String, _ settings: [String]) throws -> (weight: [Float], bias: [Float]) {
      let configuration = try toyConfiguration(
        folder.path + "/" + name, settings: settings + ["schedule={epochs: 1, learningRate: 0.01, warmupEpochs: 0}"])
      let trainer = try toyTrainer(configuration)
      _ = try trainer.run()
      let parameters = trainer.trainStep.model.parameters.parameters
      return (parameters[0].value.array, parameters[1].value.array)
    }
    let plain = try weights("plain", [])
    let frozen = try weights("frozen", ["parameters.frozen=[shift.*]"])
    let first = ToyModel(ToyArchitecture(task: .x2), seed: 3).parameters.parameters
    #expect(frozen.bias == first[1].value.array && frozen.weight != first[0].value.array)
    #expect(plain.bias != first[1].value.array)
    let still = try weights("still", ["parameters.groups=[{names: [weight], learningRateFactor: 0}]"])
    #expect(still.weight == first[0].value.array && still.bias != first[1].value.array)
    // Without a gradient that counts, decay alone would draw a value down.
    let decayed = try weights("decayed", ["optimizer={type: adamW, weightDecay: 0.9}"])
    let spared = try weights(
      "spared", ["optimizer={type: adamW, weightDecay: 0.9}", "parameters.groups=[{names: ['*'], weightDecay: 0}]"])
    let none = try weights("none", ["optimizer={type: adamW, weightDecay: 0}"])
    #expect(spared == none && decayed.weight != none.weight)
  }
}
