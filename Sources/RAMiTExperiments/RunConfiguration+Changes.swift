import Foundation

/// A key whose value differs from the one that a run began with.
package struct ConfigurationChange: Equatable, CustomStringConvertible {
  package let key: String
  package let before, now: String

  package var description: String { "\(key) \(now) (was \(before))" }
}

/// A value of a configuration as people write it: 0.001 for 1e-3.
package func readableValue(_ text: String?) -> String {
  guard let text else { return "-" }
  guard text.contains("e"), let number = Double(text), number.isFinite else { return text }
  return String(format: "%g", number)
}

/// How the configuration of a resumed run differs from the one that it began with.
package struct ConfigurationChanges: Equatable {
  /// Changes of the learning rate and of clipping. A person may want them, but no uninterrupted run gives the same
  /// result.
  package var allowable: [ConfigurationChange] = []
  /// Changes that are never allowed.
  package var refused: [ConfigurationChange] = []
}

/// Which keys of a configuration may change when a run resumes.
private enum ChangeableKeys {
  /// Keys that do not change the result; a dot at the end stands for all keys of a group.
  static let free = [
    "name", "output", "initialWeights", "checkpoints.", "logging.", "validation.", "memory.", "data.validation.",
    "data.loader.", "data.train.decoded", "data.train.onBadImage", "data.train.maximumSkipped",
    "gradients.onNonFinite", "gradients.maximumSkipped",
  ]

  /// Keys that say where the training data are. The data's fingerprint decides instead.
  static let locations = [
    "data.train.type", "data.train.path", "data.train.inputs", "data.train.name", "data.train.root",
    "data.train.members", "data.train.memberRepeat",
  ]

  /// Keys that may change with `--allow-changes`.
  static let allowable = [
    "schedule.learningRate", "schedule.finalLearningRate", "schedule.decay", "schedule.milestones", "schedule.gamma",
    "schedule.power", "schedule.periods", "schedule.restartWeights", "schedule.finalLearningRates",
    "schedule.warmupEpochs", "schedule.warmupIterations", "schedule.epochs", "schedule.iterations",
    "gradients.clipNorm",
  ]
}

extension RunConfiguration {
  /// The keys whose values differ and would change what is learned.
  /// - Parameter comparesLocations: whether the training data's locations count, as there is no fingerprint.
  package func changes(since before: RunConfiguration, comparesLocations: Bool) throws -> ConfigurationChanges {
    let values = try withAbsolutePaths.node().flattened(), others = try before.withAbsolutePaths.node().flattened()
    var free = ChangeableKeys.free + (comparesLocations ? [] : ChangeableKeys.locations)
    var refused: [String] = []
    let (training, earlier) = (self.training, before.training)
    // The length of a cosine is its shape. An epoch more is not an iteration more.
    if training.schedule.hasFreeLength, earlier.schedule.hasFreeLength,
      training.schedule.countsIterations == earlier.schedule.countsIterations
    {
      free += ["schedule.epochs", "schedule.iterations"]
    } else if training.schedule.countsIterations != earlier.schedule.countsIterations {
      refused = ["schedule.epochs", "schedule.iterations"]
    }
    if training.optimizer.weightDecay == 0, earlier.optimizer.weightDecay == 0 {
      free.append("optimizer.weightDecayKind")
    }
    // A warm start counts, not the path of its weights: a resumed run has weights of its own.
    if (training.warmStart.weights == nil) == (earlier.warmStart.weights == nil) {
      free.append("warmStart.weights")
    }
    var result = ConfigurationChanges()
    for key in Set(values.keys).union(others.keys).sorted() where values[key] != others[key] {
      if free.contains(where: { $0.hasSuffix(".") ? key.hasPrefix($0) : key == $0 }) { continue }
      let change = ConfigurationChange(
        key: key, before: readableValue(others[key]), now: readableValue(values[key]))
      if ChangeableKeys.allowable.contains(key), !refused.contains(key) {
        result.allowable.append(change)
      } else {
        result.refused.append(change)
      }
    }
    return result
  }
}

extension ScheduleConfiguration {
  /// Whether the learning rate of an iteration does not depend on how many there are.
  fileprivate var hasFreeLength: Bool { [.constant, .milestones, .cosineRestarts].contains(decay) }
}
