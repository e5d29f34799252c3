import RAMiTDiagnostics
import RAMiTFiles
import RAMiTRuns

/// The checkpoints of a run: the newest few.
struct CheckpointStore: Sendable {
  let folder: String
  /// How many are kept.
  let keep: Int

  private static let prefix = "iteration-", suffix = ".safetensors"

  func path(iteration: Int) -> String { folder + "/" + name(iteration: iteration) }

  private func name(iteration: Int) -> String {
    let digits = String(iteration)
    return Self.prefix + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + Self.suffix
  }

  /// The iterations with a checkpoint, the newest first.
  /// - Throws: `InputError` when the folder cannot be read. There is none before a run begins.
  private func iterations() throws -> [Int] {
    guard Folder.exists(folder) else { return [] }
    return try names(in: folder).compactMap { file in
      guard file.hasPrefix(Self.prefix), file.hasSuffix(Self.suffix),
        let iteration = Int(file.dropFirst(Self.prefix.count).dropLast(Self.suffix.count)),
        file == name(iteration: iteration)
      else { return nil }
      return iteration
    }.sorted(by: >)
  }

  /// The newest intact checkpoint, and what is wrong with newer ones; nil when the folder has no checkpoint.
  /// - Throws: the `InputError` of the newest when all are damaged.
  func latest() throws -> (checkpoint: Checkpoint, damage: [InputError])? {
    var damage: [InputError] = []
    for iteration in try iterations() {
      do {
        let checkpoint = try Checkpoint(reading: path(iteration: iteration))
        guard checkpoint.state.iteration == iteration else {
          throw InputError(
            path(iteration: iteration), expected: "the checkpoint after iteration \(iteration)",
            found: "the one after iteration \(checkpoint.state.iteration)")
        }
        return (checkpoint, damage)
      } catch let error as InputError {
        damage.append(error)
      }
    }
    if let newest = damage.first { throw newest }
    return nil
  }

  /// Renames the damaged checkpoints, which are newer than this iteration, to `NAME.damaged`.
  func setAside(after iteration: Int) throws {
    for newer in try iterations() where newer > iteration {
      try? Descriptor.rename(path(iteration: newer), to: path(iteration: newer) + ".damaged")
    }
  }

  /// Removes all but the newest; call it when the newest is durable.
  func prune() throws {
    for iteration in try iterations().dropFirst(keep) {
      try? Descriptor.remove(path(iteration: iteration))
    }
  }
}
