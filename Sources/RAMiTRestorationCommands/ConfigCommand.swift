import ArgumentParser
import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTFiles
import RAMiTModels

struct ConfigCommand<Architecture: RestorationArchitecture>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "config", abstract: "Print a configuration with every key, and where each value comes from.",
      discussion: """
        Prints YAML that reads back as the same configuration. The comment behind a value names the file and line, or \
        the override, that gives it, and the default where it differs; null is the value of a key that has none. \
        Without a file, the defaults are printed. Keys that the configuration leaves to another choice (of the task, \
        the model, the optimizer) change with it. docs/TRAINING.md says what each key means.

        Examples:
          \(Program.name) config configs/x2/RAMiT.yaml
          \(Program.name) config configs/x2/RAMiT.yaml --set data.train.path=photos --changed
          \(Program.name) config --set task=dn > mine.yaml
        """)
  }

  @Argument(help: "The YAML configuration.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Override a key, as train does; null leaves it without a value.", valueName: "key.path=value"))
  var set: [String] = []

  @Flag(help: "Print only the keys that the file or an override gives.")
  var changed = false

  func run() throws {
    let resolved = try ResolvedConfiguration<Architecture>(readingFile: config?.expandingTilde, settings: set) {
      Console.report($0)
    }
    Console.print(resolved.annotated { !changed || $0.source != nil })
  }
}
