import RAMiTDiagnostics

/// What the keys of a group, and their values, were called in earlier versions.
package struct FormerNames: Sendable {
  /// Present keys by their former names.
  let keys: [String: String]
  /// Present values by their former names, for each present key.
  let values: [String: [String: String]]

  package init(keys: [String: String], values: [String: [String: String]] = [:]) {
    (self.keys, self.values) = (keys, values)
  }
}

extension ConfigurationNode {
  /// The same configuration with present names.
  /// - Parameters:
  ///   - former: names by the dotted path of their group; the groups of a list share the list's.
  ///   - report: called with a line for each former name that is found.
  /// - Throws: `InputError` where a key is there under both names.
  package func renamed(
    _ former: [String: FormerNames], under path: String = "", report: (String) -> Void
  ) throws -> ConfigurationNode {
    switch content {
    case .scalar, .setting: return self
    case .sequence(let items):
      let renamed = try items.map { try $0.renamed(former, under: path, report: report) }
      return ConfigurationNode(content: .sequence(renamed), location: location)
    case .mapping(let entries):
      let names = former[path] ?? FormerNames(keys: [:])
      let renamed = try entries.map { entry in
        let key = names.keys[entry.key] ?? entry.key
        guard key == entry.key || !entries.contains(where: { $0.key == key }) else {
          throw InputError(
            entry.location, expected: "each key once", found: "\(entry.key) beside \(key), its present name")
        }
        if key != entry.key { report("\(entry.location): \(entry.key) is now called \(key)") }
        var value = try entry.value.renamed(former, under: path.isEmpty ? key : "\(path).\(key)", report: report)
        if let text = value.text, let present = names.values[key]?[text] {
          report("\(entry.location): \(key) \(text) is now called \(present)")
          value = ConfigurationNode(content: .scalar(present, isPlain: true), location: value.location)
        }
        return Entry(key: key, location: entry.location, value: value)
      }
      return ConfigurationNode(content: .mapping(renamed), location: location)
    }
  }
}
