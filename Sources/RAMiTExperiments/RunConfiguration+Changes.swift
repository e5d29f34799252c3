import Foundation

/// A key whose value is another than when a run began.
package struct ConfigurationChange: Equatable, CustomStringConvertible {
  package let key: String
  package let before, now: String

  package var description: String { "\(key) \(now), before \(before)" }
}

/// A value of a configuration as people write it: 0.001 for 1e-3.
package func readableValue(_ text: String?) -> String {
  guard let text else { return "-" }
  guard text.contains("e"), let number = Double(text), number.isFinite else { return text }
  return String(format: "%g", number)
}

/// What a run that goes on has in other ways than when it began.
package struct ConfigurationChanges: Equatable {
  /// Of the learning rate and of clipping: a person may want these, but the result is that of no run without a break.
  package var allowable: [ConfigurationChange] = []
  /// What is not to be changed at all.
  package var refused: [ConfigurationChange] = []
}

/// Which keys of a configuration may change while a run goes on.
private enum ChangeableKeys {
  /// Keys that do not change what is learned; a dot at the end stands for all keys of a group.
  static let free = [
    "name", "output", "initialWeights", "checkpoints.", "logging.", "validation.", "memory.", "data.validation.",
    "data.loader.", "data.train.decoded", "data.train.onBadImage", "data.train.maximumSkipped",
  ]

  /// Keys that say where the training data are. Their fingerprint says more.
  static let places = [
    "data.train.type", "data.train.path", "data.train.inputs", "data.train.name", "data.train.root",
    "data.train.members", "data.train.memberRepeat",
  ]

  /// Keys that may change where a person says so.
  static let allowable = [
    "schedule.learningRate", "schedule.finalLearningRate", "schedule.decay", "schedule.milestones", "schedule.gamma",
    "schedule.power", "schedule.periods", "schedule.restartWeights", "schedule.finalLearningRates",
    "schedule.warmupEpochs", "schedule.warmupIterations", "schedule.epochs", "schedule.iterations",
    "gradients.clipNorm",
  ]
}

extension RunConfiguration {
  /// The keys whose values differ and would change what is learned.
  /// - Parameter comparesPlaces: whether the places of the training data count, for want of a fingerprint.
  package func changes(since before: RunConfiguration, comparesPlaces: Bool) throws -> ConfigurationChanges {
    let values = try withAbsolutePaths.node().flattened(), others = try before.withAbsolutePaths.node().flattened()
    var free = ChangeableKeys.free + (comparesPlaces ? [] : ChangeableKeys.places)
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
    // Whether there was a warm start counts, and not where its weights are: a run that goes on has weights of its own.
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
