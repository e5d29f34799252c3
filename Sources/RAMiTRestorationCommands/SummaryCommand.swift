import ArgumentParser
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTExperiments
import RAMiTFiles
import RAMiTModels
import RAMiTTraining

struct SummaryCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "summary", abstract: "Print a model's parameters and Mult-Adds, by component.",
      discussion: """
        Mult-Adds are counted as in the model's paper: one multiplication with its addition counts one, for the input \
        that gives an output of --size, padded as the paper counts it. Nothing is computed, so any size is quick.

        The keys of `model` in a configuration are options, too: --channel-heads 0 is --set channelHeads=0, --hrami is \
        --set hrami=true, and --no-hrami is --set hrami=false.

        Examples:
          \(Program.name) summary --model RAMiT --task x2
          \(Program.name) summary --model RAMiT-slimSR --task x4 --size 1920x1080 --json summary.json
          \(Program.name) summary --model RAMiT --task x2 --channel-heads 0     (pure spatial attention)
          \(Program.name) summary --model RAMiT --task x2 --set 'depths=[4, 4, 4, 4]'
          \(Program.name) summary --model RAMiT --task dn --vary reconstructionLayers=0,1,2,3,4
        """)
  }

  @Option(help: "The model.")
  var model: ModelName<Architecture>

  @Option(help: "The task.")
  var task: RestorationTask

  @Option(help: ArgumentHelp("The output's size.", valueName: "width x height"))
  var size = ImageSize(width: 1280, height: 720)

  @Option(
    name: .long,
    help: ArgumentHelp("Override one of the model's keys, as of `model` in a configuration.", valueName: "key=value"))
  var set: [String] = []

  @Option(
    help: ArgumentHelp(
      "Print the whole model's size for each of some values of a key, instead of its components.",
      valueName: "key=value,value..."))
  var vary: VariedKey?

  @Argument(
    parsing: .allUnrecognized,
    help: ArgumentHelp("Override the model's keys, as --set does: --KEY VALUE, --KEY or --no-KEY.", valueName: "--key"))
  var keys: [String] = []

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
    do {
      for setting in vary?.settings ?? [] { _ = try architecture(setting) }
      _ = try architecture()
    } catch {
      throw ValidationError("\(error)")
    }
  }

  /// - Parameter setting: of the key that varies.
  private func architecture(_ setting: String? = nil) throws -> Architecture {
    let settings = try KeyOptions.settings(keys) + set + (setting.map { [$0] } ?? [])
    return try ModelConfiguration(named: model.name, task: task, settings: settings).architecture
  }

  private func complexity(of architecture: Architecture) throws -> Complexity {
    guard Complexity.fits(architecture, outputWidth: size.width, height: size.height) else {
      throw InputError(
        "--size", expected: "fewer pixels for a model as large, whose Mult-Adds fit into an integer then",
        found: "\(size.width)x\(size.height)")
    }
    return Complexity(of: architecture, outputWidth: size.width, height: size.height)
  }

  func run() throws {
    if let vary { return try print(vary) }
    let complexity = try complexity(of: architecture())
    let report = ComplexityReport(
      complexity, model: model.name, task: task, outputWidth: size.width, outputHeight: size.height)
    if let json { try report.write(to: json.expandingTilde) }
    if !quiet { Console.print(report.table) }
  }

  private func print(_ vary: VariedKey) throws {
    let variations = try zip(vary.values, vary.settings).map { value, setting in
      let complexity = try complexity(of: architecture(setting))
      return SummaryVariations.Variation(
        value: value, parameters: complexity.parameters, multAdds: complexity.multAdds)
    }
    let report = SummaryVariations(
      model: model.name, task: task, outputSize: "\(size.width)x\(size.height)", key: vary.key, variations: variations)
    if let json { try report.write(to: json.expandingTilde) }
    if !quiet { Console.print(report.table) }
  }
}
