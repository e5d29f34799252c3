import Diagnostics
import Foundation

/// The checkpoints of a run: the newest few.
struct CheckpointStore {
  let folder: String
  /// How many are kept.
  let keep: Int

  private static let prefix = "iteration-", suffix = ".safetensors"

  func path(iteration: Int) -> String {
    let digits = String(iteration)
    return folder + "/" + Self.prefix + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + Self.suffix
  }

  /// The iterations that there are checkpoints of, the newest first.
  var iterations: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix(Self.prefix), name.hasSuffix(Self.suffix) else { return nil }
      return Int(name.dropFirst(Self.prefix.count).dropLast(Self.suffix.count))
    }.sorted(by: >)
  }

  /// The newest checkpoint that is whole, and why newer ones are not; nil when there is none at all.
  /// - Throws: `InputError` of the newest when none of those there are is whole.
  func latest() throws -> (checkpoint: Checkpoint, damage: [InputError])? {
    var damage: [InputError] = []
    for iteration in iterations {
      do {
        return (try Checkpoint(reading: path(iteration: iteration)), damage)
      } catch let error as InputError {
        damage.append(error)
      }
    }
    if let newest = damage.first { throw newest }
    return nil
  }

  /// Takes checkpoints that are newer than this iteration, which are damaged, out of the way and keeps them under another name.
  func setAside(after iteration: Int) {
    for newer in iterations where newer > iteration {
      rename(path(iteration: newer), path(iteration: newer) + ".damaged")
    }
  }

  /// Removes all but the newest; call it when the newest is durable.
  func prune() {
    for iteration in iterations.dropFirst(keep) {
      try? FileManager.default.removeItem(atPath: path(iteration: iteration))
    }
  }
}
