import RAMiTDiagnostics

extension ConfigurationNode {
  /// What a group of keys was called in earlier versions.
  private struct FormerNames {
    /// Keys, by their former names.
    let keys: [String: String]
    /// Values of a key of today, by their former names.
    let values: [String: [String: String]]
  }

  private static let formerNames = [
    "schedule": FormerNames(
      keys: ["rate": "learningRate", "finalRate": "finalLearningRate", "halveAtEpochs": "milestones"],
      values: ["decay": ["halving": "milestones"]]),
    "warmStart": FormerNames(
      keys: ["fresh": "reinitialised"], values: ["reinitialised": ["misfits": "mismatched"]]),
  ]

  /// The same configuration with today's names, where it has those of earlier versions.
  /// - Throws: `InputError` where a key is there under both names.
  func withCurrentNames() throws -> ConfigurationNode {
    guard case .mapping(let groups) = content else { return self }
    let renamed = try groups.map { group in
      var group = group
      if let names = Self.formerNames[group.key] { group.value = try group.value.renamed(names) }
      return group
    }
    return ConfigurationNode(content: .mapping(renamed), location: location)
  }

  private func renamed(_ names: FormerNames) throws -> ConfigurationNode {
    guard case .mapping(let entries) = content else { return self }
    let renamed = try entries.map { entry in
      let key = names.keys[entry.key] ?? entry.key
      guard key == entry.key || !entries.contains(where: { $0.key == key }) else {
        throw InputError(
          entry.location, expected: "each key once", found: "\(entry.key) beside \(key), its present name")
      }
      var value = entry.value
      if let text = value.text.flatMap({ names.values[key]?[$0] }) {
        value = ConfigurationNode(content: .scalar(text, isPlain: true), location: value.location)
      }
      return Entry(key: key, location: entry.location, value: value)
    }
    return ConfigurationNode(content: .mapping(renamed), location: location)
  }
}
