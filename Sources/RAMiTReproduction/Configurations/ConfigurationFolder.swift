import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTFiles

/// The folder of the paper's configurations, `configs/` of this package.
package struct ConfigurationFolder: Sendable {
  /// Its path.
  package let path: String

  /// - Parameter given: the folder; nil for `configs` in the current folder or, where there is none, the one that
  ///   `make install` puts beside the program.
  /// - Throws: `InputError` where there is no such folder.
  package init(_ given: String? = nil) throws {
    let installed = String.installationFolder.appendingPath("share/doc/ramit/configs")
    let candidates = given.map { [$0] } ?? ["configs", installed]
    guard let found = candidates.first(where: Folder.exists) else {
      throw InputError(
        given ?? "configs", expected: "the folder of the paper's configurations (--configs names it)",
        found: "no such folder" + (given == nil ? ", here or at \(installed)" : ""))
    }
    path = found
  }

  /// The path of a configuration.
  package func path(of file: String) -> String { path.appendingPath(file) }

  /// Reads a configuration.
  /// - Parameters:
  ///   - file: its path in the folder.
  ///   - seed: the seed of the run; nil for the configuration's.
  /// - Throws: `InputError` that names the file.
  package func experiment(_ file: String, seed: UInt64? = nil) throws -> Experiment {
    Experiment(
      try BuiltInRun(readingFile: path(of: file)), file: path(of: file), placeInFolder: file, seed: seed)
  }
}

/// A configuration and the seed that it is trained with.
package struct Experiment: Equatable, Sendable {
  /// The whole configuration, with the seed.
  package var run: BuiltInRun
  /// The configuration's file.
  package let file: String
  /// The file's path in the folder of configurations: `x2/RAMiT.yaml`.
  let placeInFolder: String
  /// Nil for the configuration's own seed.
  package let seed: UInt64?
  /// What the configuration calls itself, before a seed is added: `RAMiT-x2`.
  private let baseName: String

  init(_ run: BuiltInRun, file: String, placeInFolder: String, seed: UInt64?) {
    self.run = run
    (self.file, self.placeInFolder) = (file, placeInFolder)
    self.seed = seed == run.seed ? nil : seed
    baseName = run.name
    if let seed { self.run.seed = seed }
    self.run.name = name
  }

  /// The name of the run and of its weights: `RAMiT-x2`, or `RAMiT-x2-seed1`.
  package var name: String { Self.name(baseName, seed) }

  /// The name of the run whose weights this one begins with; nil for none.
  package var predecessor: String? {
    guard let weights = run.warmStart.weights else { return nil }
    // runs/NAME/weights/best.safetensors
    return Self.name(weights.parentPath.parentPath.lastPathPart, seed)
  }

  /// The command that trains it alone.
  package var trainCommand: String {
    let changes = seed.map { " --set seed=\($0) --output runs/\(name)" } ?? ""
    return "ramit train \(file)" + changes
  }

  private static func name(_ base: String, _ seed: UInt64?) -> String { seed.map { "\(base)-seed\($0)" } ?? base }
}
