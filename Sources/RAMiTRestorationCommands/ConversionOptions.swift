import ArgumentParser
import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels

/// What the commands share that write a model's weights in another form.
struct ConversionOptions<Architecture: RestorationArchitecture>: ParsableArguments {
  @Option(help: "The task (default: what the weights say).")
  var task: RestorationTask?

  @Option(help: "The expected model; any other is refused.")
  var model: ModelName<Architecture>?

  @Flag(help: "Overwrite OUTPUT.")
  var force = false

  @Flag(help: "Print errors only.")
  var quiet = false

  /// - Throws: `InputError` when there is a file that is not to be overwritten.
  func checkNew(_ output: String) throws {
    if !force, FileStatus.exists(output) {
      throw InputError(output, expected: "a new file (--force overwrites)", found: "a file of that name")
    }
  }

  /// - Throws: `InputError` that names the file.
  func load(_ input: String) throws -> PretrainedModel<Architecture> {
    try PretrainedModel(weights: input, task: task, named: model?.name, note: tell)
  }

  /// One line on standard error.
  func tell(_ line: String) {
    if !quiet { Program.report(line) }
  }
}

extension PretrainedModel {
  /// The notes that hold for the weights in another form: not those of a checkpoint on its training, nor of the file.
  var lastingNotes: [String: String] {
    notes.filter { !["state", "configuration", "crc32", "format"].contains($0.key) }
  }
}
