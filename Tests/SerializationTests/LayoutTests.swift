import Foundation
import RAMiTDiagnostics
import RAMiTSerialization
import RAMiTTensorCore
import Testing

/// Weights in the layouts that people have them in, made by PyTorch (Fixtures/make_layouts.py): all hold the same
/// tensors.
@Suite struct LayoutTests {
  static let folder = Bundle.module.resourcePath! + "/Fixtures/Layouts/"
  static let files = (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? []

  static let request = WeightRequest(anchors: ["shallow.conv.weight", "to_target.conv.weight"]) { found in
    let fit = found.shapes.keys.count { $0.hasSuffix(".weight") || $0.hasSuffix(".bias") }
    return fit > 0 ? fit : nil
  }

  static let expected: [(name: String, shape: Shape, values: [Float])] = [
    ("shallow.conv.weight", [4, 3, 1, 1], (0..<12).map { Float($0) / 8 }),
    ("shallow.conv.bias", [4], [-1, -0.75, -0.5, -0.25]),
    ("stage.relative_position_index", [2, 2], [1, 0, 2, 1]),
    ("to_target.conv.weight", [2, 4, 1, 1], [Float](repeating: 0.5, count: 8)),
  ]

  @Test func theFixturesAreThere() { #expect(Self.files.count > 45) }

  @Test(arguments: files)
  func theWeightsAreFound(file: String) throws {
    var notes: [String] = []
    let tensors = try WeightFile.read(Self.folder + file, for: Self.request) { notes.append($0) }
    for (name, shape, values) in Self.expected {
      #expect(tensors[name]?.shape == shape)
      #expect(tensors[name]?.array == values)
    }
    // The other tensors of the chosen dictionary belong to it: how often an average was made, or none.
    #expect(Set(tensors.names).subtracting(Self.expected.map(\.name)).isSubset(of: ["n_averaged"]))
    // A choice is told in one line.
    let isChoice = file.hasPrefix("averaged")
    #expect(notes.count == (isChoice ? 1 : 0), "\(notes)")
    if isChoice { #expect(notes[0].contains("the averaged weights, taken"), "\(notes)") }
  }

  /// Values that are read one by one, when they are asked for, are those that are read at once.
  @Test(arguments: files)
  func valuesStayInTheFile(file: String) throws {
    let tensors = try WeightFile.read(Self.folder + file, for: Self.request)
    for smallCount in [0, 8] {
      let weights = try WeightFile.open(Self.folder + file, for: Self.request, smallCount: smallCount)
      #expect(weights.outline.names == tensors.names && weights.outline.unreadable == tensors.unreadable)
      #expect(weights.outline.metadata == tensors.metadata)
      for (name, tensor) in tensors {
        let sketch = try #require(weights.outline[name])
        #expect(sketch.shape == tensor.shape && sketch.isMeta == (tensor.count > smallCount))
        // Twice, although what several tensors share may be dropped after the first time.
        for _ in 0..<2 { #expect(try weights.tensor(name)?.array == tensor.array) }
      }
      #expect(try weights.tensor("none") == nil)
    }
  }

  /// What is beside the weights is no obstacle, until it is the weights.
  @Test(arguments: [
    ("sparse", "a sparse tensor"), ("quantized", "a quantised tensor"), ("color", "an object of __main__.Color"),
    ("complex_tensor", "a tensor of torch.ComplexFloatStorage"), ("none", "None"), ("large", "a list"),
    ("arguments", "an object of argparse.Namespace"), ("text", "a string"),
  ])
  func valuesBesideAreNamed(key: String, kind: String) throws {
    let request = WeightRequest(anchors: ["random_torch"]) { $0.shapes["random_torch"] == nil ? nil : 1 }
    for file in ["harmless_values2_zip.pth", "harmless_values5_legacy.pth"] {
      let tensors = try WeightFile.read(Self.folder + file, for: request)
      #expect(tensors["random_torch"]?.array == (0..<16).map { Float($0) })
      #expect(tensors[key] == nil && tensors.unreadable[key] == kind)
    }
  }

  /// A file of another model is read as it is, so that the message can name what it has.
  @Test func theLargestDictionaryIsTakenWhereNoneFits() throws {
    let none = WeightRequest(anchors: ["conv_first.weight"]) { _ in nil }
    let tensors = try WeightFile.read(Self.folder + "incomplete_average.pth", for: none)
    #expect(tensors.names == Self.expected.map(\.name))
    #expect(
      try WeightFile.read(Self.folder + "averaged_ema.pth")["shallow.conv.bias"]?.array == [-1, -0.75, -0.5, -0.25])
  }

  /// What cannot be read is told in one line, with advice where there is some.
  @Test(arguments: [
    (
      "module.pth",
      "an object of torch.nn.modules.linear.Linear, which is not built here (save the model's state_dict()"
    ),
    ("module_nested.pth", "Linear as 'model', which is not built here (save the model's state_dict()"),
    ("module_legacy.pth", "an object of torch.nn.modules.linear.Linear, which is not built here"),
    ("sparse.pth", "a sparse tensor as 'shallow.conv.weight', which is not built here"),
    ("no_tensors.pth", "a dictionary without any, with an integer named 'epoch'"),
    ("torchscript.pth", "a TorchScript program: load it in PyTorch (torch.jit.load), and torch.save its state_dict()"),
    ("plain_pickle.pth", "a plain pickle: load it in PyTorch"), ("operations.pth", "operations, found more"),
  ])
  func whatCannotBeReadIsNamed(file: String, words: String) throws {
    let path = Bundle.module.resourcePath! + "/Fixtures/Refused/" + file
    let error = #expect(throws: InputError.self) { try WeightFile.read(path, for: Self.request) }
    #expect(error?.location == path)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }
}
