import ArgumentParser
import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels
import RAMiTONNX

struct ExportCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "export", abstract: "Write a model as ONNX, for other programs.",
      discussion: """
        The file gives what \(Program.name) restore gives, before values are clamped and rounded. Its input is called \
        input and its output output: N x C x H x W, numbers in 0 ... 1. Images are padded within the graph, and the \
        result is cropped. The file says the model, the task, the scale and the configuration, and what the weights \
        say of themselves, such as their licence.

        Images may have any size, and a batch any number of images. --size HxW makes a file for one image of one \
        height and width: smaller, and for programs that take no other.

          \(Program.name) export RAMiT-1_X2.pth ramit-x2.onnx
          \(Program.name) export runs/mine/weights/best.safetensors mine.onnx --size 256x256
        """)
  }

  @Argument(
    help: "The weights: .safetensors or PyTorch's .pth.", completion: .file(extensions: ["safetensors", "pth"]))
  var input: String

  @Argument(help: "The file to write: .onnx.", completion: .file(extensions: ["onnx"]))
  var output: String

  @Option(
    help: ArgumentHelp("The height and width of the images, such as 720x1280 (default: any).", valueName: "HxW"))
  var size: MapSides?

  @OptionGroup var options: ConversionOptions<Architecture>

  mutating func validate() throws {
    (input, output) = (input.expandingTilde, output.expandingTilde)
    if let size, !(1...16384).contains(size.height) || !(1...16384).contains(size.width) {
      throw ValidationError("--size must be sides from 1 to 16384, not \(size)")
    }
  }

  func run() throws {
    guard output.lowercased().hasSuffix(".onnx") else {
      throw InputError(output, expected: "a name that ends in .onnx", found: "another ending")
    }
    try options.checkNew(output)
    let pretrained = try options.load(input)
    try pretrained.model.writeONNX(
      to: output, size: size.map { ($0.height, $0.width) }, notes: pretrained.lastingNotes)
    if options.quiet { return }
    let architecture = pretrained.architecture
    Console.print(
      "\(output): \(architecture.modelName) for \(architecture.task), "
        + (size.map { "one image of \($0.height) x \($0.width)" } ?? "images of any size"))
  }
}

/// Height and width as they are written: `720x1280`, the order of a tensor's axes.
struct MapSides: ExpressibleByArgument, CustomStringConvertible {
  let height, width: Int

  init?(argument: String) {
    guard let sides = ImageSize(argument: argument) else { return nil }
    // What is written first is the width there.
    (height, width) = (sides.width, sides.height)
  }

  var description: String { "\(height)x\(width)" }
}
