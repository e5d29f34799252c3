import RAMiTModels
import RAMiTRestorationCommands

/// Trains, measures and uses the built-in models, and fills the paper's tables with them.
@main struct Ramit {
  static func main() { RestorationCommand<BuiltInArchitecture>.main(adding: [ReproduceCommand.self]) }
}
