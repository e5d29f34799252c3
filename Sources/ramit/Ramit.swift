import RAMiTModels
import RAMiTRestorationCommands

/// Trains, measures and uses the built-in models.
@main struct Ramit {
  static func main() { RestorationCommand<BuiltInArchitecture>.main() }
}
