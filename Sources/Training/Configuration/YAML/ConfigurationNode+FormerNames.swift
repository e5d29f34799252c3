import RAMiTDiagnostics

extension ConfigurationNode {
  /// Keys of earlier versions, by what they are called now.
  private static let formerScheduleKeys = [
    "rate": "learningRate", "finalRate": "finalLearningRate", "halveAtEpochs": "milestones",
  ]

  /// The same configuration with today's names, where it has those of earlier versions.
  /// - Throws: `InputError` where a key is there under both names.
  func withCurrentNames() throws -> ConfigurationNode {
    guard case .mapping(var entries) = content,
      let place = entries.firstIndex(where: { $0.key == "schedule" }),
      case .mapping(let keys) = entries[place].value.content
    else { return self }
    let renamed = try keys.map { entry in
      var entry = entry
      if let name = Self.formerScheduleKeys[entry.key] {
        guard !keys.contains(where: { $0.key == name }) else {
          throw InputError(
            entry.location, expected: "each key once", found: "\(entry.key) beside \(name), its present name")
        }
        entry = Entry(key: name, location: entry.location, value: entry.value)
      }
      if entry.key == "decay", entry.value.text == "halving" {
        entry.value = ConfigurationNode(
          content: .scalar("milestones", isPlain: true), location: entry.value.location)
      }
      return entry
    }
    let schedule = entries[place].value
    entries[place].value = ConfigurationNode(content: .mapping(renamed), location: schedule.location)
    return ConfigurationNode(content: .mapping(entries), location: location)
  }
}
