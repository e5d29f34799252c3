import Foundation
import RAMiTDiagnostics
import RAMiTImaging
import RAMiTYAML

extension DatasetManifest {
  /// Reads a manifest file.
  /// - Throws: `InputError` with the file and the line.
  package init(readingFile path: String) throws {
    try self.init(ConfigurationNode(readingFile: path, kind: "a manifest"))
    folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  }

  /// Reads YAML; `file` is for messages.
  package init(yaml: String, file: String) throws {
    try self.init(ConfigurationNode(yaml: yaml) { "\(file):\($0)" })
  }

  private init(_ node: ConfigurationNode) throws {
    self = try ConfigurationDecoder.decode(DatasetManifest.self, from: node)
    try check { path, expected, found in InputError(node.location(of: path), expected: expected, found: found) }
  }

  /// Refuses what no set can have.
  /// - Parameter error: makes an error of the value at a path of keys.
  private func check(_ error: (_ path: String, _ expected: String, _ found: String) -> InputError) throws {
    guard 1...100_000_000 ~= count else { throw error("count", "count: 1 to 100000000", "\(count)") }
    guard [1, 3].contains(channels) else { throw error("channels", "channels: 1 or 3", "\(channels)") }
    if let factor = `repeat`, !(factor > 0 && factor <= 1_000_000) {
      throw error("repeat", "repeat: above 0, at most 1000000", "\(factor)")
    }
    guard layouts.isEmpty != members.isEmpty else {
      throw error("", "layouts or members, one of them", layouts.isEmpty ? "no such key" : "both")
    }
    for (number, layout) in layouts.enumerated() {
      guard !layout.targets.isEmpty else { throw error("layouts.\(number)", "targets: a folder", "an empty list") }
      guard layout.inputs.isEmpty || layout.inputs.count == layout.targets.count else {
        throw error(
          "layouts.\(number)", "as many inputs as targets", "\(layout.inputs.count) and \(layout.targets.count)")
      }
      for path in layout.targets + layout.inputs {
        guard path.isInside else {
          throw error("layouts.\(number)", "a folder in the set's own", "'\(path)'")
        }
      }
    }
    try checkPackages(error)
  }
}

extension DatasetManifest: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, title, use, tasks, count, `repeat`, channels, gray, page, cite, folders, layouts, members, crops,
      packages
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    name = try values.decode(String.self, forKey: .name)
    title = try values.decode(String.self, forKey: .title)
    use = try values.decode(Use.self, forKey: .use)
    tasks = try values.decode([RestorationTask.Kind].self, forKey: .tasks)
    count = try values.decode(Int.self, forKey: .count)
    `repeat` = try values.decodeIfPresent(Double.self, forKey: .repeat)
    channels = try values.decodeIfPresent(Int.self, forKey: .channels) ?? 3
    page = try values.decodeIfPresent(String.self, forKey: .page)
    citation = try values.decodeIfPresent(String.self, forKey: .cite)
    func texts(_ key: CodingKeys) throws -> [String] {
      try values.decodeIfPresent(Texts.self, forKey: key)?.texts ?? []
    }
    (gray, folders, members) = (try texts(.gray), try texts(.folders), try texts(.members))
    layouts = try values.decodeIfPresent([FolderLayout].self, forKey: .layouts) ?? []
    crops = try values.decodeIfPresent(CropSettings.self, forKey: .crops)
    packages = try values.decodeIfPresent([PhotoPackage].self, forKey: .packages) ?? []
    folder = nil
  }
}

extension FolderLayout: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case targets, inputs }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      targets: try values.decode(Texts.self, forKey: .targets).texts,
      inputs: try values.decodeIfPresent(Texts.self, forKey: .inputs)?.texts ?? [])
  }
}

/// A list of texts, or one.
private struct Texts: Decodable {
  let texts: [String]

  init(from decoder: any Decoder) throws {
    let isList = (try? decoder.unkeyedContainer()) != nil
    texts = isList ? try [String](from: decoder) : [try String(from: decoder)]
  }
}
