import RAMiTModels
import RAMiTYAML

/// A configuration with every key that it has: the value, and where that was written.
package struct ResolvedConfiguration<Architecture: RestorationArchitecture> {
  /// A key by its dotted path.
  package struct Key: Equatable {
    package let path: String
    /// As YAML; `null` for a key without a value.
    package let value: String
    /// The value that it has when no file and no override gives it one.
    package let defaultValue: String
    /// The file and line, or the override; nil for a default.
    package let source: String?
  }

  package let run: RunConfiguration<Architecture>
  package let keys: [Key]

  /// - Parameters:
  ///   - path: the YAML file; nil for the defaults.
  ///   - settings: overrides `key.path=value`; the last of two for a key wins.
  ///   - report: called with a line for each key or value that is written by a former name.
  /// - Throws: `InputError` as reading the configuration does.
  package init(readingFile path: String?, settings: [String], report: (String) -> Void) throws {
    let file =
      try path.map { try ConfigurationNode(readingFile: $0) } ?? ConfigurationNode(yaml: "") { _ in "the defaults" }
    let layers = try RunConfiguration<Architecture>.Layers(file, settings: settings, report: report)
    run = try RunConfiguration(layers)
    // The defaults alone name no photos.
    if path != nil { try run.check(at: layers.given.location) }
    let (resolved, defaults) = (try run.node(), layers.defaults)
    typealias Run = RunConfiguration<Architecture>
    keys = try ConfigurationDecoder.keys(of: Run.self, in: resolved, derived: Run.derivedKeys).map { key in
      Key(
        path: key, value: resolved.value(of: key)?.flowText ?? "null",
        defaultValue: defaults.value(of: key)?.flowText ?? "null", source: layers.given.value(of: key)?.location)
    }
  }

  /// The configuration as YAML, in which a comment says where each value comes from, and what the default is. It reads
  /// back as the same configuration.
  /// - Parameter isIncluded: whether a key is printed.
  package func annotated(where isIncluded: (Key) -> Bool = { _ in true }) -> String {
    var lines: [String] = []
    var group: [Substring] = []
    for key in keys where isIncluded(key) {
      let parts = key.path.split(separator: ".")
      let shared = zip(group, parts.dropLast()).prefix { $0 == $1 }.count
      for depth in shared..<parts.count - 1 {
        lines.append(String(repeating: "  ", count: depth) + parts[depth] + ":")
      }
      group = Array(parts.dropLast())
      let line = String(repeating: "  ", count: group.count) + "\(parts[parts.count - 1]): \(key.value)"
      let space = String(repeating: " ", count: max(1, Self.commentColumn - line.count))
      lines.append(line + space + "# " + comment(key))
    }
    return lines.joined(separator: "\n")
  }

  /// Where comments begin, unless a value needs the room.
  private static var commentColumn: Int { 44 }

  private func comment(_ key: Key) -> String {
    guard let source = key.source else { return "default" }
    return key.value == key.defaultValue ? source : "\(source) (default \(key.defaultValue))"
  }
}
