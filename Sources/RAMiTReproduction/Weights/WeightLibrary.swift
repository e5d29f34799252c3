import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTModels
import RAMiTNN
import RAMiTRuns
import RAMiTSerialization
import RAMiTTensorCore

/// Where the weights of rows are looked for.
///
/// A file belongs to a model whose name it bears, in any spelling (`RAMiT-1_X2.pth` to RAMiT-1 for x2,
/// `RAMiT_CDN.pth` to RAMiT for dn), and whose names and shapes it holds.
package struct WeightLibrary {
  /// A weight file, and the model that holds its values.
  package struct Found {
    package let file: String
    package let model: any RestorationModel
    /// The name of the model; another than the row's where the weights are of a relative.
    package let modelName: String
    /// Whether the file is of the row's own model.
    package let isOwn: Bool
  }

  /// Weight files by their names in one spelling.
  private let files: [String: String]
  /// Folders of runs, each in a folder of its name.
  private let runs: [String]

  /// - Parameters:
  ///   - folder: weight files, and runs; nil for none.
  ///   - runs: folders in which runs lie, the first one first.
  /// - Throws: `InputError` for a folder that cannot be read.
  package init(folder: String?, runs: [String]) throws {
    self.runs = (folder.map { [$0] } ?? []) + runs
    guard let folder else {
      files = [:]
      return
    }
    let names: [String]
    do { names = try Folder.names(folder) } catch {
      throw InputError(folder, expected: "a folder with weights (--weights)", found: "\(error)")
    }
    var files: [String: String] = [:]
    for name in names where ["pth", "pt", "safetensors"].contains(name.pathEnding) {
      let key = Self.spelled(name.withoutPathEnding)
      guard files[key] == nil else {
        throw InputError(
          folder, expected: "one file of weights for each model",
          found: "\(files[key]!.lastPathPart) and \(name)")
      }
      files[key] = folder.appendingPath(name)
    }
    self.files = files
  }

  /// The weights of an experiment.
  /// - Parameters:
  ///   - relatives: names of models whose weights are taken where there are none of its own.
  ///   - note: called with a line for each file that bears a name and is not taken.
  /// - Throws: `InputError` for weights that cannot be read, or hold values that are not finite.
  package func weights(
    of experiment: Experiment, relatives: [String], note: (String) -> Void = { _ in }
  ) throws -> Found? {
    let architecture = experiment.run.model.architecture
    let own = runs.map { RunFiles(path: $0.appendingPath(experiment.name)).bestWeights }
    let named = [files[Self.spelled(experiment.name)]].compactMap(\.self)
    for file in named + own.filter(Self.isThere) {
      if let model = try load(file, as: architecture, note) {
        return Found(file: file, model: model, modelName: experiment.run.model.variant, isOwn: true)
      }
    }
    // A seed asks for a run of its own.
    guard experiment.seed == nil else { return nil }
    for name in relatives {
      let task = architecture.task
      guard let relative = BuiltInArchitecture(named: name, task: task),
        let file = files[Self.spelled("\(name)-\(task.rawValue)")], let model = try load(file, as: relative, note)
      else { continue }
      return Found(file: file, model: model, modelName: name, isOwn: false)
    }
    return nil
  }

  /// A model with the file's values; nil when the file is of another model.
  private func load(
    _ file: String, as architecture: BuiltInArchitecture, _ note: (String) -> Void
  ) throws -> (any RestorationModel)? {
    let model = architecture.makeModel(ParameterScope(seed: nil))
    let weights = try WeightFile.open(file, for: model.parameters.request)
    if let json = weights.outline.metadata["model"],
      try BuiltInArchitecture(json: json, path: file) != architecture
    {
      note("\(file) is left alone: its notes tell of another model")
      return nil
    }
    let fits = model.parameters.parameters.allSatisfy { weights.outline[$0.name]?.shape == $0.fileShape }
    guard fits else {
      note("\(file) is left alone: it has not the names and shapes of this model")
      return nil
    }
    try model.parameters.load(weights, ignoring: isTrainingState)
    return model
  }

  private static func isThere(_ file: String) -> Bool { FileStatus.exists(file) }

  /// A name without its spelling: small letters and digits, with this package's words for tasks.
  static func spelled(_ name: String) -> String {
    let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    let synonyms = ["cdn": "dn", "gdn": "graydn", "derain": "dr", "deraining": "dr"]
    return words.map { synonyms[$0] ?? $0 }.joined()
  }
}
