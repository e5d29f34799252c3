import RAMiTYAML

/// An override that names other images than the configuration's says with that where they come from: `--set
/// data.train.path=photos` trains on a folder, whatever set the file names.
struct DataSourceOverride {
  /// The key of the group, and of the kind of source that each key belongs to.
  private static let groups = ["train", "validation"]
  private static let owners = [
    "path": "folder", "inputs": "folder", "members": "folders", "name": "dataset", "root": "dataset",
    "memberRepeat": "dataset",
  ]
  /// A file of decoded pixels is of one set.
  private static let others = ["decoded"]

  /// Lays over a configuration what its overrides imply.
  /// - Parameters:
  ///   - file: the configuration without overrides.
  ///   - given: the same with them.
  ///   - report: called with a line for each source that changes.
  static func applied(
    to given: ConfigurationNode, file: ConfigurationNode, report: (String) -> Void
  ) -> ConfigurationNode {
    var result = given
    for group in groups {
      let path = "data.\(group)"
      guard let data = result.value(of: path),
        let source = source(data, before: file.value(of: path), path, report: report)
      else { continue }
      result = result.replacing(path, by: source)
    }
    return result
  }

  /// A group with the source that its overrides name; nil where they name none of another kind.
  private static func source(
    _ data: ConfigurationNode, before: ConfigurationNode?, _ path: String, report: (String) -> Void
  ) -> ConfigurationNode? {
    func isOverridden(_ key: String) -> Bool { data[key]?.location.hasPrefix("--set ") == true }
    guard case .mapping(let entries) = data.content, !isOverridden("type"), let old = before?["type"]?.text,
      let named = entries.first(where: { owners[$0.key] != nil && isOverridden($0.key) && !$0.value.isNullText }),
      let kind = owners[named.key], kind != old
    else { return nil }
    report("\(named.location): \(path).type is \(kind) with it, not \(old)")
    return data.filtered { key in
      isOverridden(key) || (owners[key] == nil && !others.contains(key) && key != "type")
    }.adding("type", kind, at: named.location)
  }
}
