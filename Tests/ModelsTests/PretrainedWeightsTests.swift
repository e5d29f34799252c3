import Foundation
import RAMiTAutograd
import RAMiTDiagnostics
import RAMiTModels
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

/// A model that comes with weights for denoising.
private struct ShippedNet: RestorationArchitecture {
  var task: RestorationTask
  var weight: Float = 0.5

  init(task: RestorationTask) { self.task = task }

  func makeModel(_ scope: ParameterScope) -> any RestorationModel { ShippedNetwork(self, scope) }

  static let file: [UInt8] = {
    var tensors = ShippedNetwork(ShippedNet(task: .dn), ParameterScope(seed: 3)).stateDict
    tensors.metadata = ["model": #"{"task":"dn","weight":0.5}"#, "license": "MIT", "scores": scores]
    return [UInt8](try! SafeTensors.encode(tensors, path: "dn"))
  }()

  static let scores = #"[{"set":"Set5","psnr":30.5,"ssim":0.9,"baseline":20.25}]"#

  static var pretrained: [PretrainedWeights] {
    [PretrainedWeights("dn") { file }, PretrainedWeights("bad") { [1, 2] }]
  }
}

private final class ShippedNetwork: RestorationModel {
  let architecture: ShippedNet
  let parameters: ParameterStore
  let sizeMultiple = 1

  init(_ architecture: ShippedNet, _ scope: ParameterScope) {
    _ = scope.parameter("weight", [architecture.task.channels], start: .uniform(fanIn: 4))
    self.architecture = architecture
    parameters = ParameterStore(scope)
  }

  func callAsFunction(
    _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable { images }
}

@Suite struct PretrainedWeightsTests {
  private typealias Shipped = PretrainedModel<ShippedNet>

  @Test func aNameIsAsGoodAsAFile() throws {
    let shipped = try Shipped(weights: "dn")
    let expected = ShippedNetwork(ShippedNet(task: .dn), ParameterScope(seed: 3)).parameters.values.array
    #expect(shipped.architecture.task == .dn && shipped.model.parameters.values.array == expected)
    let card = try ModelCard(notes: shipped.notes, path: "dn")
    #expect(card.license == "MIT" && card.description == nil)
    #expect(card.scores?.map(\.set) == ["Set5"] && card.scores?[0].baseline == 20.25)
  }

  @Test func whatDoesNotFitIsNamed() throws {
    func message(_ name: String, task: RestorationTask? = nil) -> String {
      do {
        _ = try Shipped(weights: name, task: task)
        return "no error"
      } catch {
        return "\(error)"
      }
    }
    #expect(message("dn", task: .dr).contains("the program's weights dn: expected weights for the task dr"))
    #expect(message("bad").hasPrefix("the program's weights bad: expected weights"))
    #expect(message("x2") == "x2: expected a weight file, or one of dn, bad, found no such file or name")
    // What can only be meant as a file is looked for as one.
    for file in ["none.pth", "none/x2"] {
      #expect(message(file).hasPrefix("\(file): expected a readable file"), "\(message(file))")
    }
    #expect { _ = try ModelCard(notes: ["scores": "[3]"], path: "a.safetensors") } throws: { error in
      "\(error)".hasPrefix("a.safetensors: expected scores as JSON")
    }
  }

  /// A file is what the user sees, so it goes before a name.
  @Test func aFileGoesBeforeAName() throws {
    try withPath { path in
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      let model = ShippedNetwork(ShippedNet(task: .dr), ParameterScope(seed: 9))
      try model.write(to: folder + "/dn")
      // Names are not paths: no other folder's file counts.
      #expect(try Shipped(weights: folder + "/dn").architecture.task == .dr)
      #expect(try Shipped(weights: "dn").architecture.task == .dn)
    }
  }

  @Test func floatsOf16BitsTakeHalfTheSpace() throws {
    try withPath { path in
      let model = ShippedNetwork(ShippedNet(task: .dr), ParameterScope(seed: 9))
      model.parameters.values.pointer[0] = 0.1
      #expect(model.roundToFloat16() == nil)
      let rounded = model.parameters.values.array
      #expect(rounded[0] == Float(Float16(0.1)) && rounded[0] != 0.1)
      try model.write(to: path, precision: .float16)
      #expect(try Shipped(weights: path).model.parameters.values.array == rounded)
      let half = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(
        String(decoding: half, as: UTF8.self).contains(#""weight":{"dtype":"F16","shape":[3],"data_offsets":[0,6]}"#))
      model.parameters.values.pointer[1] = 70000
      #expect(model.roundToFloat16() == 70000 && model.parameters.values.array[0] == rounded[0])
    }
  }
}
