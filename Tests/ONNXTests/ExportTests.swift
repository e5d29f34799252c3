import RAMiTAutograd
import RAMiTDiagnostics
import RAMiTModelTestSupport
import RAMiTModels
import RAMiTNN
import RAMiTTensorCore
import Testing

@testable import RAMiTONNX

/// Exported models, run by the definitions of ONNX's operators: they give what `restore` gives.
struct ExportTests {
  @Test(arguments: BuiltInArchitecture.small) func everyModelIsExported(_ architecture: BuiltInArchitecture) throws {
    let model = architecture.makeModel(seed: 3), channels = model.task.channels
    model.shake()
    // More images than one, sides that are padded, and an image of less than one unit.
    let any = try model.exported()
    for images in [
      images(2, height: 34, width: 19, channels: channels), images(height: 5, width: 7, channels: channels),
    ] {
      try compare(any, model, images)
    }
    let fixed = try model.exported(size: (21, 40))
    try compare(fixed, model, images(height: 21, width: 40, channels: channels))
    #expect(!fixed.nodes.contains { $0.type == "Shape" })
  }

  private func compare(_ file: ONNXFile, _ model: any RestorationModel, _ images: Tensor) throws {
    let found = try Interpreter(file: file).run(NumberArray(channelsFirst: images))
    let expected = NumberArray(channelsFirst: model.restored(images))
    let range = expected.values.reduce(1) { max($0, abs($1)) }
    #expect(found.difference(to: expected) < 1e-4 * range, "\(images.shape)")
  }

  /// Weights have their names, shapes and values of weight files.
  @Test(arguments: BuiltInArchitecture.small) func weightsKeepTheirNames(_ architecture: BuiltInArchitecture) throws {
    let model = architecture.makeModel(seed: 3), file = try model.exported()
    for (name, tensor) in model.stateDict where model.parameters.parameters.contains(where: { $0.name == name }) {
      let written = try #require(file.initializers[name], "\(name)")
      #expect(written.type == 1 && written.shape == tensor.shape.dimensions)
      #expect(written.values == tensor.array.map(Double.init))
    }
  }

  @Test func theFileSaysWhatItIs() throws {
    let model = RAMiT(.small(.x3))
    let file = try model.exported(notes: ["license": "CC0-1.0", "task": "other"])
    #expect(file.irVersion == 8 && file.operatorSet == 18 && file.producer == ["ramit", Product.version])
    #expect(
      file.metadata == [
        "model": "custom", "task": "x3", "scale": "3", "configuration": try model.architecture.json,
        "license": "CC0-1.0",
      ])
    #expect(file.documentation.contains("3 times"))
    #expect(
      file.inputs == [ONNXFile.Info(name: "input", type: 1, shape: ["images", "3", "height", "width"])])
    #expect(
      file.outputs == [ONNXFile.Info(name: "output", type: 1, shape: ["images", "3", "output_height", "output_width"])])
    let fixed = try model.exported(size: (20, 30))
    #expect(fixed.inputs[0].shape == ["1", "3", "20", "30"] && fixed.outputs[0].shape == ["1", "3", "60", "90"])
    let gray = try RAMiT(.small(.graydn)).exported()
    #expect(gray.inputs[0].shape == gray.outputs[0].shape && gray.inputs[0].shape[1] == "1")
  }

  /// A graph that is small enough to be read.
  @Test func aGraphIsWhatTheModelComputes() throws {
    let model = FunctionModel { images, numbers in relu(images * numbers) + images }
    let file = try model.exported()
    #expect(file.nodes.filter { $0.inputs.contains("input") }.map(\.type) == ["Mul", "Add"])
    #expect(file.nodes.suffix(3).map(\.type) == ["Mul", "Relu", "Add"])
    #expect(file.nodes.last?.outputs == ["output"] && file.initializers["numbers"]?.shape == [3])
    #expect(Set(file.nodes.map(\.name)).count == file.nodes.count)
  }

  /// What is computed twice is written once, and what is not used is not written.
  @Test func aGraphIsSimplified() throws {
    let model = FunctionModel { images, numbers in
      _ = images.exp()
      let twice = relu(images * numbers) + relu(images * numbers)
      return pad(twice.reshaped(images.shape), bottom: 0).sliced(axis: 1, 0..<images.shape[1])
    }
    #expect(
      Set(try model.exported().nodes.map(\.type)).isSubset(of: ["Reshape", "Mul", "Relu", "Add"]))
    #expect(try model.exported().nodes.count { $0.type == "Relu" } == 1)
  }
}
