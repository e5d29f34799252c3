import RAMiTDatasets
import RAMiTDiagnostics

/// The files that a run learns from or is scored on, in order.
struct DataFiles: Equatable, Sendable {
  /// One set of a union, or the only one.
  struct Member: Equatable, Sendable {
    let pairs: [PairedFiles.Pair]
    /// How often a round has each file.
    let `repeat`: Double
  }
  /// Empty where the images are drawn.
  let members: [Member]

  static let drawn = DataFiles(members: [])

  /// All files with their names in their sets.
  var all: [(name: String, path: String)] {
    members.flatMap(\.pairs).flatMap { pair in
      [pair.target, pair.input].compactMap { $0 }.map { (Self.name($0, of: pair), $0) }
    }
  }

  /// The pair's folders in its set, and the file's own name.
  private static func name(_ path: String, of pair: PairedFiles.Pair) -> String {
    let folders = pair.name.lastIndex(of: "/").map { pair.name[...$0] } ?? ""
    let start = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
    return "\(folders)\(path[start...])"
  }

  /// A fingerprint of the files' names, sizes, contents and order, and of how often each set comes. Where the files lie
  /// does not matter.
  /// - Parameters:
  ///   - records: of all files, in order.
  ///   - unread: names of files that were never trained on, whose content does not matter.
  func fingerprint(_ records: [FileRecord], unread: [String]) -> String {
    if members.isEmpty { return "drawn" }
    let unread = Set(unread.map(ByteString.init))
    var hash = TextHash()
    var index = 0
    for member in members {
      hash.add("\(member.repeat) \(member.pairs.count)\n")
      for pair in member.pairs {
        for _ in 0..<(pair.input == nil ? 1 : 2) {
          let record = records[index]
          index += 1
          let isUnread = unread.contains(ByteString(record.name))
          hash.add("\(record.name)\0" + (isUnread ? "" : "\(record.bytes) \(record.content)") + "\n")
        }
      }
    }
    return hash.text
  }
}

/// The fingerprints of a run's data, in its checkpoints.
struct DataFingerprints: Codable, Equatable {
  /// That of the training set.
  var training: String
  /// That of the validation set; nil without validation.
  var validation: String?
}

/// Records of the data's files, in the run's folder. The next start need not read unchanged files again, and can say
/// what has changed.
struct DataRecords: Codable, Equatable {
  var training: [FileRecord] = []
  var validation: [FileRecord] = []

  /// How other records differ from these, in words, with a few names of each kind.
  static func differences(from before: [FileRecord], to now: [FileRecord]) -> String {
    func table(_ records: [FileRecord]) -> [ByteString: FileRecord] {
      Dictionary(records.map { (ByteString($0.name), $0) }) { first, _ in first }
    }
    let (old, new) = (table(before), table(now))
    var gone = before.filter { new[ByteString($0.name)] == nil }
    var added = now.filter { old[ByteString($0.name)] == nil }
    let changed = now.filter { record in
      old[ByteString(record.name)].map { $0.content != record.content || $0.bytes != record.bytes } ?? false
    }
    var renamed: [String] = []
    for record in gone {
      guard let index = added.firstIndex(where: { $0.content == record.content && $0.bytes == record.bytes }) else {
        continue
      }
      renamed.append("\(record.name) (now \(added.remove(at: index).name))")
      gone.removeAll { ByteString($0.name) == ByteString(record.name) }
    }
    let parts = [
      ("changed files:", changed.map(\.name)), ("missing files:", gone.map(\.name)), ("new files:", added.map(\.name)),
      ("renamed files:", renamed),
    ]
    let words = parts.compactMap { title, names in names.isEmpty ? nil : "\(title) \(listed(names))" }
    return words.isEmpty ? "the same files in a different order or number" : words.joined(separator: "; ")
  }

  private static func listed(_ names: [String]) -> String {
    let most = 3
    return names.prefix(most).joined(separator: ", ")
      + (names.count > most ? " and \(names.count - most) more" : "")
  }
}
