import RAMiTDiagnostics
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore
import Testing

/// Loading is strict: every parameter, nothing else, in its shape, or nothing changes.
@Suite struct StateDictTests {
  /// A parameter of every layout.
  private func store(seed: UInt64 = 1) -> ParameterStore {
    let scope = ParameterScope(seed: seed)
    let start = Initializer.uniform(fanIn: 4)
    _ = (scope / "attention").parameter("scale", [3, 1, 1], start: start)
    _ = (scope / "conv").parameter("weight", [4, 3, 3, 2], layout: .convolution, start: start)
    _ = (scope / "depthwise").parameter("weight", [3, 3, 5], layout: .depthwise, start: start)
    _ = (scope / "pointwise").parameter("weight", [4, 6], layout: .pointwise, start: start)
    return ParameterStore(scope)
  }

  private func refusal(of tensors: NamedTensors, ignoring ignored: (String) -> Bool = { _ in false }) -> String? {
    let store = store()
    let before = store.values.array
    let error = #expect(throws: InputError.self) { try store.load(tensors, from: "file", ignoring: ignored) }
    #expect(store.values.array == before)
    return error?.description
  }

  @Test func parametersComeBack() throws {
    let (one, other) = (store(seed: 1), store(seed: 2))
    #expect(one.values.array != other.values.array)
    try other.load(one.stateDict, from: "file")
    #expect(one.values.array == other.values.array)
    #expect(one.stateDict.names == ["attention.scale", "conv.weight", "depthwise.weight", "pointwise.weight"])
  }

  /// Files have PyTorch's layouts: O x I x k x k, C x 1 x k x k, O x I x 1 x 1.
  @Test func filesHaveTheirOwnLayout() throws {
    let store = store()
    let conv = (0..<72).map { Float($0) }, depthwise = (0..<45).map { Float($0) }
    var tensors = store.stateDict
    #expect(tensors["conv.weight"]?.shape == [4, 2, 3, 3])
    #expect(tensors["depthwise.weight"]?.shape == [5, 1, 3, 3])
    #expect(tensors["pointwise.weight"]?.shape == [4, 6, 1, 1])
    tensors["conv.weight"] = Tensor(conv, [4, 2, 3, 3])
    tensors["depthwise.weight"] = Tensor(depthwise, [5, 1, 3, 3])
    try store.load(tensors, from: "file")
    let value = store.parameters[1].value, kernel = store.parameters[2].value
    for output in 0..<4 {
      for input in 0..<2 {
        for tap in 0..<9 {
          #expect(value.pointer[(output * 9 + tap) * 2 + input] == conv[(output * 2 + input) * 9 + tap])
        }
      }
    }
    for channel in 0..<5 {
      for tap in 0..<9 { #expect(kernel.pointer[tap * 5 + channel] == depthwise[channel * 9 + tap]) }
    }
    #expect(store.stateDict["conv.weight"]?.array == conv)
    #expect(store.stateDict["depthwise.weight"]?.array == depthwise)
  }

  /// All three kinds of fault in one line.
  @Test func everyFaultIsListed() {
    var tensors = store().stateDict
    tensors["conv.weight"] = nil
    tensors["attention.scale"] = Tensor(zeros: [3])
    tensors["pointwise.weight"] = Tensor(zeros: [6, 4, 1, 1])
    tensors["more"] = Tensor(1)
    #expect(
      refusal(of: tensors)
        == "file: expected the model's 4 parameters, found 1 missing (conv.weight); 1 unexpected (more); "
        + "2 of another shape (attention.scale 3 for 3 x 1 x 1, pointwise.weight 6 x 4 x 1 x 1 for 4 x 6 x 1 x 1)")
  }

  @Test func longListsAreCut() throws {
    var tensors = store().stateDict
    for i in 0..<30 { tensors["extra\(i)"] = Tensor(1) }
    let line = try #require(refusal(of: tensors))
    #expect(line.contains("30 unexpected (extra0, ") && line.contains("extra19, and 10 more)"))
    #expect(!line.contains("extra20"))
    tensors = store().stateDict
    tensors[String(repeating: "long\r\n", count: 10_000)] = Tensor(1)
    let short = try #require(refusal(of: tensors))
    #expect(short.count < 600 && !short.contains { $0.isNewline })
  }

  @Test func namedBuffersAreIgnored() throws {
    let store = store()
    var tensors = store.stateDict
    tensors["attention.index"] = Tensor(zeros: [64, 64])
    #expect(refusal(of: tensors)?.contains("1 unexpected (attention.index)") == true)
    try store.load(tensors, from: "file") { $0.hasSuffix(".index") }
    // What is ignored does not stand for a parameter.
    tensors["conv.weight"] = nil
    #expect(refusal(of: tensors) { $0.hasSuffix(".index") }?.contains("1 missing (conv.weight)") == true)
    #expect(refusal(of: NamedTensors())?.contains("4 missing") == true)
  }

  /// One NaN or infinity, and nothing is loaded; each tensor is named with how many it has of which kind.
  @Test func valuesAreFinite() throws {
    var tensors = store().stateDict
    let kernel = try #require(tensors["conv.weight"]).copy(), scale = try #require(tensors["attention.scale"]).copy()
    (kernel.pointer[7], kernel.pointer[70], scale.pointer[1]) = (.nan, -.infinity, .infinity)
    (tensors["conv.weight"], tensors["attention.scale"]) = (kernel, scale)
    #expect(
      refusal(of: tensors)
        == "file: expected finite weights, found 2 with values that are not finite "
        + "(attention.scale: 1 infinity of 3 values, conv.weight: 1 NaN, 1 infinity of 72 values)")
    // What is not loaded may be anything.
    let store = store()
    tensors = store.stateDict
    tensors["attention.index"] = Tensor([.nan], [1])
    try store.load(tensors, from: "file") { $0.hasSuffix(".index") }
  }

  @Test func whatIsNoTensorIsNamedWhereItIsMissing() {
    var tensors = store().stateDict
    tensors["conv.weight"] = nil
    tensors.unreadable = ["conv.weight": "a sparse tensor", "epoch": "an integer"]
    #expect(refusal(of: tensors)?.hasSuffix("found 1 missing (conv.weight: a sparse tensor)") == true)
  }

  /// The parameters' names find their dictionary, and of two the one with their shapes.
  @Test func aFileIsSearchedForTheParameters() throws {
    let store = store()
    var tensors = NamedTensors()
    for (name, tensor) in store.stateDict {
      tensors["large." + name] = Tensor(zeros: [7])
      tensors["net.module." + name] = tensor
    }
    var notes: [String] = []
    let found = try tensors.selected(for: store.request, from: "file") { notes.append($0) }
    #expect(found.names == store.stateDict.names)
    #expect(found["conv.weight"]?.array == store.stateDict["conv.weight"]?.array)
    #expect(notes.isEmpty)
  }
}
