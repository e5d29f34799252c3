import ArgumentParser
import RAMiTDiagnostics
import RAMiTEvaluation
import RAMiTFiles

struct CompareCommand: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "compare", abstract: "Compare two models, or two checkpoints of one, image by image.",
      discussion: """
        A and B are files that \(Program.name) evaluate --json has written, of the same test sets by the same \
        protocol. Images are compared one with one: the differences B - A, their mean, an interval that holds it with \
        95 % (bootstrap over the images, the same for one seed), and in how many images each is better. Several sets \
        are followed by all their images together. An image that only one has is reported, and the exit code is 1.

        Example:
          \(Program.name) evaluate --weights old.safetensors --testset Set5 Set14 --json old.json
          \(Program.name) evaluate --weights new.safetensors --testset Set5 Set14 --json new.json
          \(Program.name) compare old.json new.json
        """)
  }

  @Argument(help: ArgumentHelp("The scores that are compared with.", valueName: "A.json"), completion: .file())
  var a: String

  @Argument(help: ArgumentHelp("The scores that are compared.", valueName: "B.json"), completion: .file())
  var b: String

  @Option(help: ArgumentHelp("How often the bootstrap draws the images, 100 to 1000000.", valueName: "N"))
  var resamples = 10_000

  @Option(help: "The random seed of the bootstrap.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Write the comparison to a JSON file.", valueName: "file"))
  var json: String?

  @Flag(help: "Print errors only.")
  var quiet = false

  func validate() throws {
    guard 100...1_000_000 ~= resamples else {
      throw ValidationError("--resamples must be 100 to 1000000, not \(resamples)")
    }
  }

  func run() throws {
    if let json { try JSON.prepare(json.expandingTilde) }
    let (a, b) = (a.expandingTilde, b.expandingTilde)
    let comparison = try PairedComparison(
      ScoreReport.read(a), ScoreReport.read(b), names: (a, b), resamples: resamples, seed: seed)
    let session = ScoringSession(quiet: quiet)
    session.show(comparison)
    if let json { try comparison.write(to: json.expandingTilde) }
    if session.failures > 0 { throw ExitCode.failure }
  }
}
