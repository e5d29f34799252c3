import ArgumentParser
import Foundation
import RAMiTDatasets
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels

struct DataSynthesizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize", abstract: "Draw a set for any task: targets and their degraded inputs.",
    discussion: "Training draws the same images on the fly with data.train.type: procedural.")

  @Option(help: "The task: \(RestorationTask.allNames).", transform: RestorationTask.named)
  var task: RestorationTask

  @Option(help: "The number of pairs.")
  var count: Int

  @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"))
  var output: String

  @Option(help: ArgumentHelp("The width of a target.", valueName: "pixels"))
  var width = 256

  @Option(help: ArgumentHelp("The height of a target.", valueName: "pixels"))
  var height = 256

  @Option(help: "Random seed.")
  var seed: UInt64 = 0

  @Flag(help: "Replace files of another content that are there already.")
  var overwrite = false

  func validate() throws {
    guard 1...1_000_000 ~= count else { throw ValidationError("--count must be 1 to 1000000, not \(count)") }
    let sides = task.scale...4096
    guard sides ~= width, sides ~= height else {
      throw ValidationError("--width and --height must be \(task.scale) to 4096, not \(width) and \(height)")
    }
  }

  func run() throws {
    let set = ProceduralSet(seed: seed, width: width, height: height, PairSettings(task))
    let output = output.expandingTilde
    try set.write(count: count, to: output, overwrites: overwrite, progress: showProgress("written"))
    Console.print("\(output): \(count.counted("pair")) for \(task.rawValue), \(width) x \(height)")
  }
}
