import Foundation
import RAMiTFiles

extension TrainingConfiguration {
  /// With a leading `~` of every path replaced by the home folder.
  package var withExpandedPaths: TrainingConfiguration { mappingPaths(\.expandingTilde) }

  /// With absolute paths: a run's folder keeps them so, and can be resumed from any folder.
  package var withAbsolutePaths: TrainingConfiguration { mappingPaths(\.pathFromRoot) }

  private func mappingPaths(_ change: (String) -> String) -> TrainingConfiguration {
    // A published set's name is no path; a manifest's file is one.
    func changed(name: String) -> String {
      name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? change(name) : name
    }
    var result = self
    result.output = output.map(change)
    result.initialWeights = initialWeights.map(change)
    result.warmStart.weights = warmStart.weights.map(change)
    result.data.train.path = data.train.path.map(change)
    result.data.train.inputs = data.train.inputs.map(change)
    result.data.train.root = data.train.root.map(change)
    result.data.train.name = data.train.name.map(changed)
    result.data.train.decoded = data.train.decoded.map(change)
    result.data.train.members = data.train.members?.map { member in
      var member = member
      member.path = change(member.path)
      member.inputs = member.inputs.map(change)
      return member
    }
    result.data.validation.path = data.validation.path.map(change)
    result.data.validation.inputs = data.validation.inputs.map(change)
    result.data.validation.root = data.validation.root.map(change)
    result.data.validation.name = data.validation.name.map(changed)
    return result
  }
}

extension RunConfiguration {
  /// With absolute paths.
  package var withAbsolutePaths: RunConfiguration {
    var result = self
    result.training = training.withAbsolutePaths
    return result
  }
}

extension String {
  /// The absolute path; a relative one begins in the current folder.
  package var pathFromRoot: String {
    isEmpty || utf8.first == UInt8(ascii: "/") ? self : ".".absolutePath.appendingPath(self)
  }
}
