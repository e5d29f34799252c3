import Diagnostics

/// The published sets that the program knows.
public enum DatasetCatalog {
  /// The texts of the manifests, by the names of their files.
  public static var texts: [(name: String, text: String)] { embeddedManifests }

  /// In the order of their names.
  public static let manifests: [DatasetManifest] = embeddedManifests.map { name, text in
    do {
      return try DatasetManifest(yaml: text, file: "datasets/\(name).yaml")
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// The manifest of this name, whatever the case of its letters; or of a file, for a name that ends in `.yaml`.
  /// - Throws: `InputError` with the names that are known.
  public static func manifest(_ name: String) throws -> DatasetManifest {
    if name.hasSuffix(".yaml") || name.hasSuffix(".yml") { return try DatasetManifest(readingFile: name) }
    if let found = manifests.first(where: { $0.name.lowercased() == name.lowercased() }) { return found }
    let names = manifests.map(\.name)
    let hint = name.nearest(in: names).map { "perhaps \($0)" } ?? "one of " + names.joined(separator: ", ")
    throw InputError(name, expected: "a data set's name, \(hint)", found: "an unknown one")
  }
}
