import ArgumentParser
import Diagnostics
import Foundation
import Models
import Serialization

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write weights as safetensors, with the model's configuration in the file.",
    discussion: """
      Reads a PyTorch checkpoint (.pth; only tensors are read, nothing in it is executed) or safetensors. The new file says \
      what model it holds, so that --task and --model are not needed with it. A training's checkpoint gives its weights.

        ramit convert RAMiT-1_X2.pth ramit-1-x2.safetensors
        ramit convert RAMiT-1_CDN.pth ramit-1-dn.safetensors --task dn
      """)

  @Argument(help: "The weights to read.", completion: .file())
  var input: String

  @Argument(help: "The safetensors file to write.", completion: .file(extensions: ["safetensors"]))
  var output: String

  @Option(help: "What the model is for, where the weights do not tell.")
  var task: RestorationTask?

  @Option(help: "The model that is expected; another one is refused.")
  var model: RAMiTVariant?

  @Flag(help: "Overwrite OUTPUT.")
  var force = false

  @Flag(help: "Print errors only.")
  var quiet = false

  func run() throws {
    guard output.lowercased().hasSuffix(".safetensors") else {
      throw InputError(output, expected: "a name that ends in .safetensors", found: "another")
    }
    if !force, FileManager.default.fileExists(atPath: output) {
      throw InputError(output, expected: "a new file (--force overwrites)", found: "one that is there")
    }
    let tensors = try WeightFile.read(input)
    let model = try RAMiT(tensors, from: input, task: task, variant: self.model)
    // What a training's checkpoint notes of the training does not hold for the weights alone.
    let notes = tensors.metadata.filter { !["state", "configuration", "crc32"].contains($0.key) }
    try model.write(to: output, notes: notes)
    // What was written is read once more: the disk has the last word.
    let written = try RAMiT(weights: output)
    let (before, after) = (model.parameters.values, written.parameters.values)
    guard written.configuration == model.configuration, before.count == after.count,
      memcmp(before.pointer, after.pointer, before.count * MemoryLayout<Float>.size) == 0
    else { throw InputError(output, expected: "the weights that were written", found: "others") }
    if !quiet {
      let name = model.configuration.modelName
      print("\(output): \(name) for \(model.configuration.task), \(model.parameters.count) parameters")
    }
  }
}
