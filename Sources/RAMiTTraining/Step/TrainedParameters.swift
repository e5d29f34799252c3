import RAMiTDiagnostics
import RAMiTExperiments
import RAMiTNN
import RAMiTOptimizers

/// Which of a model's parameters learn, and in which groups.
struct TrainedParameters {
  private let store: ParameterStore
  /// The index of each parameter's group in the configuration; nil for none.
  private let groupOf: [Int?]
  private let isFrozen: [Bool]
  private let configurations: [ParameterGroupConfiguration]

  /// - Throws: `InputError` for a pattern that matches no name, or patterns that leave nothing to learn.
  init(_ configuration: ParametersConfiguration, of store: ParameterStore) throws {
    self.store = store
    let names = store.parameters.map(\.name)
    func patterns(_ texts: [String], _ key: String) throws -> [NamePattern] {
      try texts.map { text in
        let pattern = NamePattern(text)
        if names.contains(where: pattern.matches) { return pattern }
        throw InputError(
          key,
          expected: "a pattern that matches parameters, such as " + pattern.nearest(in: names).joined(separator: ", "),
          found: "'\(text)', which matches none")
      }
    }
    let groups = try configuration.groups.enumerated().map { try patterns($1.names, "parameters.groups.\($0).names") }
    let frozen = try patterns(configuration.frozen, "parameters.frozen")
    groupOf = names.map { name in groups.firstIndex { $0.contains { $0.matches(name) } } }
    isFrozen = names.map { name in frozen.contains { $0.matches(name) } }
    configurations = configuration.groups
    if isFrozen.allSatisfy({ $0 }), !names.isEmpty {
      throw InputError(
        "parameters.frozen", expected: "patterns that leave a parameter to learn", found: "all of them frozen")
    }
  }

  /// Values that never learn.
  var frozenCount: Int { zip(store.ranges, isFrozen).reduce(0) { $0 + ($1.1 ? $1.0.count : 0) } }

  /// The number of parameters in words, with that of the frozen ones.
  var summary: String {
    "\(store.count.grouped) parameters" + (frozenCount > 0 ? " (\(frozenCount.grouped) frozen)" : "")
  }

  /// Lets the parameters of a module learn, or all; frozen ones never do.
  /// - Returns: the groups of what learns, and its elements; nil for all elements.
  func train(only module: String?) -> (groups: [ParameterGroup], ranges: [Range<Int>]?) {
    var groups: [Int?: [Range<Int>]] = [:]
    var all: [Range<Int>] = []
    for (index, parameter) in store.parameters.enumerated() {
      let learns = !isFrozen[index] && module.map { parameter.name.hasPrefix($0 + ".") } ?? true
      parameter.requiresGradient = learns
      guard learns else { continue }
      groups[groupOf[index], default: []].append(joining: store.ranges[index])
      all.append(joining: store.ranges[index])
    }
    let keys: [Int?] = [nil] + configurations.indices.map { $0 }
    let result = keys.compactMap { key -> ParameterGroup? in
      guard let ranges = groups[key] else { return nil }
      guard let key else { return ParameterGroup(ranges: ranges) }
      return ParameterGroup(
        ranges: ranges, learningRateFactor: configurations[key].learningRateFactor,
        weightDecay: configurations[key].weightDecay)
    }
    return (result, all == [0..<store.count] ? nil : all)
  }
}

extension [Range<Int>] {
  /// Adds a range; one that begins where the last ends makes it longer.
  fileprivate mutating func append(joining range: Range<Int>) {
    if let last, last.upperBound == range.lowerBound {
      self[count - 1] = last.lowerBound..<range.upperBound
    } else {
      append(range)
    }
  }
}
