import ArgumentParser
import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels
import RAMiTSerialization

struct ConvertCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "convert", abstract: "Write weights as safetensors or as a PyTorch checkpoint.",
      discussion: """
        Reads a PyTorch checkpoint (.pth, .pt, .ckpt; only tensors are read, nothing in it is executed) or \
        safetensors. The weights may be anywhere in the file, behind any prefix (module., net_g., ...). An averaged \
        copy (params_ema, ...) is preferred to the plain weights; one line says which was taken. A training \
        checkpoint gives its weights or, if there is one, their average.

        The ending of OUTPUT decides the format. A .safetensors file says what model it holds, so that --task and \
        --model are not needed with it. A .pth or .pt file is what torch.save writes of a state dictionary. PyTorch's \
        RAMiT loads both with strict=True.

          \(Program.name) convert RAMiT-1_X2.pth ramit-1-x2.safetensors
          \(Program.name) convert RAMiT-1_CDN.pth ramit-1-dn.safetensors --task dn
          \(Program.name) convert runs/mine/weights/best.safetensors mine.pth
          \(Program.name) convert runs/mine/weights/best.safetensors small.safetensors --half --notes card.json
        """)
  }

  @Argument(help: "The weights to read.", completion: .file())
  var input: String

  @Argument(
    help: "The file to write: .safetensors, .pth or .pt.", completion: .file(extensions: ["safetensors", "pth", "pt"]))
  var output: String

  @Flag(help: "Write numbers as float16 (.safetensors): half the size, three decimal digits.")
  var half = false

  @Option(
    help: ArgumentHelp(
      "A JSON object of texts that a .safetensors file should say beside its tensors, such as license and description.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var notes: String?

  @OptionGroup var options: ConversionOptions<Architecture>

  mutating func validate() throws {
    (input, output) = (input.expandingTilde, output.expandingTilde)
  }

  func run() throws {
    let ending = output.split(separator: ".").last.map { $0.lowercased() } ?? ""
    guard output.contains("."), ["safetensors", "pth", "pt"].contains(ending) else {
      throw InputError(
        output, expected: "a name that ends in .safetensors, .pth or .pt",
        found: output.contains(".") && !ending.contains("/") ? ".\(ending)" : "no ending")
    }
    if ending != "safetensors", half || notes != nil {
      throw InputError(half ? "--half" : "--notes", expected: "an output that ends in .safetensors", found: output)
    }
    try options.checkNew(output)
    let givenNotes = try readNotes()
    let pretrained = try options.load(input)
    let (architecture, model) = (pretrained.architecture, pretrained.model)
    if half, let value = model.roundToFloat16() {
      throw InputError(input, expected: "values of at most 65504 for --half", found: "\(value)")
    }
    if ending == "safetensors" {
      let notes = pretrained.lastingNotes.merging(givenNotes) { $1 }
      try model.write(to: output, notes: notes, precision: half ? .float16 : .float32)
    } else {
      try model.writePyTorch(to: output)
    }
    try check(pretrained, hasNotes: ending == "safetensors")
    if !options.quiet {
      Console.print(
        "\(output): \(architecture.modelName) for \(architecture.task), \(model.parameters.count.grouped) parameters")
    }
  }

  /// Reads the file back and compares: what counts is what is on the disk.
  private func check(_ pretrained: PretrainedModel<Architecture>, hasNotes: Bool) throws {
    let architecture = pretrained.architecture
    let written = try PretrainedModel<Architecture>(weights: output, task: hasNotes ? nil : architecture.task)
    let (before, after) = (pretrained.model.parameters.values, written.model.parameters.values)
    let isSame =
      before.count == after.count
      && memcmp(before.pointer, after.pointer, before.count * MemoryLayout<Float>.size) == 0
    guard isSame, !hasNotes || written.architecture == architecture else {
      throw InputError(output, expected: "the weights that were written", found: "other values in the file")
    }
    if written.architecture != architecture {
      options.tell("\(output): does not hold the model's whole configuration, as .safetensors does")
    }
  }

  private func readNotes() throws -> [String: String] {
    guard let path = notes?.expandingTilde else { return [:] }
    let bytes = try WholeFile.read(path, kind: "a file", maximumSize: 1 << 20)
    let found: [String: String]
    do {
      found = try JSON.decode([String: String].self, from: bytes)
    } catch {
      throw InputError(path, expected: "a JSON object of texts", found: "another value")
    }
    if let reserved = ["model", "format"].first(where: { found[$0] != nil }) {
      throw InputError(path, expected: "notes that are not written by themselves", found: reserved)
    }
    return found
  }
}
