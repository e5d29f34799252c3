import ArgumentParser
import Diagnostics
import Evaluation
import Files
import Models

struct SummaryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "summary", abstract: "Print a model's parameters and Mult-Adds, by component.",
    discussion: """
      Mult-Adds are counted as in the paper: one multiplication with its addition counts one, for the input that \
      gives an output of --size, padded to whole windows.

      Examples:
        ramit summary --model RAMiT --task x2
        ramit summary --model RAMiT-slimSR --task x4 --size 1920x1080 --json summary.json
        ramit summary --model RAMiT --task x2 --channel-heads 0     (pure spatial attention)
      """)

  @Option(help: "The model.")
  var model: RAMiTVariant

  @Option(help: "The task it is for.")
  var task: RestorationTask

  @Option(help: ArgumentHelp("The output's size.", valueName: "width x height"))
  var size = ImageSize(width: 1280, height: 720)

  @Option(help: "Heads of a block that attend over channels; 0 is pure spatial, all heads pure channel attention.")
  var channelHeads: Int?

  @Flag(inversion: .prefixedNo, help: "Hierarchical attention mixing.")
  var hrami = true

  @Flag(inversion: .prefixedNo, help: "The reciprocal helper (default: where the paper uses it).")
  var helper: Bool?

  @Option(help: ArgumentHelp("Write the counts to a JSON file.", valueName: "file"))
  var json: String?

  @Flag(help: "Print errors only.")
  var quiet = false

  func validate() throws {
    let sides = task.scale...Complexity.longestSide
    guard sides.contains(size.width), sides.contains(size.height) else {
      throw ValidationError(
        "--size must have sides of \(sides.lowerBound) to \(sides.upperBound), not \(size.width)x\(size.height)"
      )
    }
    if let fault = architecture.fault { throw ValidationError(fault) }
  }

  private var architecture: RAMiTConfiguration {
    var configuration = model.configuration(for: task)
    if let channelHeads { configuration.channelHeads = channelHeads }
    if let helper { configuration.helper = helper }
    configuration.hrami = hrami
    return configuration
  }

  func run() throws {
    let complexity = Complexity(of: RAMiT(architecture), outputWidth: size.width, height: size.height)
    let report = ComplexityReport(
      complexity, model: model.rawValue, task: task, outputWidth: size.width, outputHeight: size.height)
    if let json { try report.write(to: json.expandingTilde) }
    if !quiet { Console.print(report.table) }
  }
}
