import Foundation
import RAMiTModels
import RAMiTTestSupport
import Testing

/// The programs of Sources/Examples, run as the documentation says.
@Suite(.enabled(if: Program.path(of: "TensorExample") != nil, "the examples are not beside the tests"))
struct ExampleTests {
  private func run(_ example: String, _ arguments: String...) throws -> Program.Outcome {
    try Program.run(arguments, program: Program.path(of: example))
  }

  @Test func tensor() throws {
    let outcome = try run("TensorExample")
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome)")
    #expect(outcome.output == "loss 14.\ngradient [ 2., -4.,  6.]\nshape [3]\n")
  }

  @Test func operation() throws {
    let outcome = try run("OperationExample")
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome)")
    #expect(
      outcome.output.split(separator: "\n").map { $0.prefix(14) } == [
        "gradient 0.75,", "gradient 3.0, ", "gradient 12.0,",
      ])
  }

  /// Its lines are those that README.md shows.
  @Test func training() throws {
    let outcome = try run("TrainingExample")
    let losses = outcome.output.split(separator: "\n").compactMap { Float($0.split(separator: " ").last ?? "") }
    #expect(outcome.code == 0 && losses.count == 200, "\(outcome)")
    let (first, last) = (losses.prefix(10).reduce(0, +), losses.suffix(10).reduce(0, +))
    #expect(last < 0.5 * first, "\(losses)")
  }

  @Test func model() throws {
    try Folder.temporary { folder in
      let configuration = projectFile("Sources/Examples/ModelExample/x2.yaml")
      let run = folder.file("run")
      let arguments = [
        "train", configuration, "--output", run, "--resume", "--set", "schedule.epochs=2", "--set",
        "data.train.samplesPerEpoch=16",
      ]
      for said in ["epoch 2/2", "complete"] {
        let outcome = try Program.run(arguments, program: Program.path(of: "ModelExample"))
        #expect(outcome.code == 0 && outcome.output.contains(said), "\(outcome)")
      }
      let weights = run + "/weights/best.safetensors"
      let photo = try folder.picture("photo.png", width: 40, height: 30)
      let restored = try self.run(
        "ModelExample", "restore", photo, "--weights", weights, "--output", folder.file("large"))
      #expect(restored.code == 0 && folder.exists("large/photo.png"), "\(restored)")
      let exported = try self.run("ModelExample", "export", weights, folder.file("model.onnx"))
      #expect(exported.output.hasSuffix("SmallNet for x2, images of any size\n"), "\(exported)")
    }
  }

  @Test func fineTuning() throws {
    try Folder.temporary { folder in
      let (weights, tuned) = (try folder.weights(), folder.file("tuned.safetensors"))
      let outcome = try run("FineTuningExample", weights, tuned, "3")
      #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome)")
      #expect(outcome.output.split(separator: "\n").count == 3)
      func values(_ path: String) throws -> [[Float]] {
        try PretrainedRAMiT(weights: path).model.parameters.parameters.map(\.value.array)
      }
      // The first layer was held, the others learned.
      let changed = zip(try values(weights), try values(tuned)).map { $0 != $1 }
      #expect(changed.prefix(2) == [false, false] && changed.dropFirst(2).contains(true))
    }
  }
}
