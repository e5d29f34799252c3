import Foundation
import RAMiTDiagnostics

extension RestorationArchitecture {
  /// Takes missing keys from the model that the text names, else from the first one.
  public init(json: String, path: String) throws {
    do {
      let data = Data(json.utf8)
      let task = try JSONDecoder().decode(TaskNote.self, from: data).task
      // Keys that the file does not have are those of the model that it names, or of the default.
      let notes = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
      guard let defaults = Self(named: notes["architecture"] as? String ?? Self.families[0].name, task: task) else {
        throw CocoaError(.coderInvalidValue)
      }
      let under = try JSONSerialization.jsonObject(with: JSONEncoder().encode(defaults)) as? [String: Any] ?? [:]
      self = try JSONDecoder().decode(
        Self.self, from: JSONSerialization.data(withJSONObject: overlay(notes, on: under)))
    } catch {
      throw InputError(
        path, expected: "the configuration of a model (\(Self.title)) in the file's notes",
        found: "'\(json.prefix(80))'")
    }
  }

  /// Begins with the key `architecture`, the name of the family.
  public var json: String {
    get throws { try notes(NamedArchitecture(architecture: self)) }
  }
}

/// JSON as the notes of weight files have it.
func notes(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// The part of an architecture's notes that its defaults depend on.
private struct TaskNote: Decodable { let task: RestorationTask }

private func overlay(_ over: [String: Any], on under: [String: Any]) -> [String: Any] {
  under.merging(over) { old, new in
    if let old = old as? [String: Any], let new = new as? [String: Any] { return overlay(new, on: old) }
    return new
  }
}

/// An architecture and the name of its family in one group of keys.
private struct NamedArchitecture<Architecture: RestorationArchitecture>: Encodable {
  let architecture: Architecture

  private enum CodingKeys: String, CodingKey { case architecture }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(architecture.family, forKey: .architecture)
    try architecture.encode(to: encoder)
  }
}
