import RAMiTModels
import Testing

@testable import RAMiTExperiments
@testable import RAMiTTraining

/// The group `model` of a configuration: the architecture, the model whose sizes are the defaults, and the sizes.
@Suite struct ModelKeysTests {
  private func model(_ text: String, settings: [String] = []) throws -> ModelConfiguration<BuiltInArchitecture> {
    try BuiltInRun(yaml: ConfigurationTests.small + text, file: "c.yaml", settings: settings).model
  }

  @Test func theDefaultIsRAMiT() throws {
    let none = try model("")
    #expect(none.variant == "RAMiT" && none.architecture == .ramit(RAMiTConfiguration(task: .x2)))
    #expect(try model("model: {architecture: RAMiT}\n") == none)
    #expect(try model("", settings: ["model.architecture=RAMiT", "model.variant=RAMiT"]) == none)
  }

  /// A model's own name says its family.
  @Test(arguments: BuiltInArchitecture.families)
  func namesOfModelsAreArchitecturesToo(family: ArchitectureFamily) throws {
    for name in family.models {
      let task = try #require(
        [RestorationTask.x2, .dn].first { BuiltInArchitecture(named: name, task: $0)?.validationError == nil })
      let expected = try #require(ModelConfiguration<BuiltInArchitecture>(named: name, task: task))
      for keys in [
        "architecture: \(name)", "architecture: \(family.name), variant: \(name)",
        "architecture: \(name), variant: \(name)",
      ] {
        #expect(try model("model: {\(keys)}\n", settings: ["task=\(task)"]) == expected, "\(keys)")
      }
    }
  }

  @Test func theResolvedConfigurationNamesTheArchitecture() throws {
    let run = try BuiltInRun(yaml: ConfigurationTests.small + "model: {architecture: RAMiT-slimSR}\n", file: "c.yaml")
    let yaml = try run.yaml()
    #expect(yaml.contains("model:\n  architecture: RAMiT\n  variant: RAMiT-slimSR\n"))
    #expect(try BuiltInRun(yaml: yaml, file: "config.yaml") == run)
  }

  @Test(arguments: [
    (
      "model: {architecture: VDSR}",
      "c.yaml:6:23: expected one of "
        + "\(BuiltInArchitecture.families.map(\.name).joined(separator: ", ")) for model.architecture, found 'VDSR'"
    ),
    (
      "model: {architecture: RAMiT-1, variant: RAMiT-slimSR}",
      "c.yaml:6:41: expected one of RAMiT-1 for model.variant, found 'RAMiT-slimSR'"
    ),
    ("model: {dims: 32}", "c.yaml:6:9: expected a key of model, perhaps 'dim', found 'dims'"),
  ])
  func whatIsWrongIsNamed(text: String, expected: String) {
    #expect(message(ConfigurationTests.small + text) == expected)
  }

  /// A model's keys alone, as `ramit summary --set` takes them.
  @Test func keysAreLaidOverAModelThatHasAName() throws {
    let changed = try ModelConfiguration<BuiltInArchitecture>(
      named: "RAMiT-1", task: .dn, settings: ["dim=32", "hrami=false"])
    var expected = RAMiTVariant.ramit1.configuration(for: .dn)
    (expected.dim, expected.hrami) = (32, false)
    #expect(changed.variant == "RAMiT-1" && changed.architecture == .ramit(expected))
    for (setting, found) in [("dim=30", "dim must be a positive multiple of 16"), ("dims=32", "perhaps 'dim'")] {
      let error = #expect(throws: (any Error).self) {
        try ModelConfiguration<BuiltInArchitecture>(named: "RAMiT-1", task: .dn, settings: [setting])
      }
      #expect("\(error!)".contains(found), "\(error!)")
    }
  }

  /// The keys of another type's models are its own.
  @Test func anArchitectureOfOnesOwnHasItsKeys() throws {
    let run = try ToyRun(yaml: ConfigurationTests.small + "model: {architecture: Toy}\n", file: "c.yaml")
    #expect(run.model.architecture == ToyArchitecture(task: .x2))
    #expect(try ToyRun(yaml: run.yaml(), file: "config.yaml") == run)
    let error = #expect(throws: (any Error).self) {
      try ToyRun(yaml: ConfigurationTests.small + "model: {dim: 32}\n", file: "c.yaml")
    }
    #expect("\(error!)".hasPrefix("c.yaml:6:9: expected a key of model, one of"), "\(error!)")
  }
}
