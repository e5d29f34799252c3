import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// What earlier runs made in an output folder, and from what: a file of JSON lines beside the outputs, to which every
/// result adds its lines.
///
/// A result is skipped only when the record says that it was made from the same photo with the same weights and
/// options. Damaged and truncated lines are ignored. Processes that restore into one folder each write a file of their
/// own, which the first one joins when all are done; all are read.
package struct RestorationRecord {
  package static let fileName = ".ramit-restored.jsonl"

  /// A result, and what it was made from.
  struct Entry: Codable, Equatable {
    /// Relative to the record's folder.
    var output: String
    var outputSize: Int
    var outputHash: String
    /// The file's `FileStatus.changeTime` once it is written: as long as it is the same, nobody has touched the file.
    var outputChange: Int?
    /// The photo's absolute path; `-` for a stream.
    var input: String
    var inputHash: String
    var inputSize: Int
    var inputChange: Int?
    /// A hash of the model and its weights.
    var weights: String
    /// Everything else that the result depends on.
    var options: String
  }

  private let folder: String
  /// Which of the processes that restore into the folder this is.
  private let writer: Int
  private var entries: [[UInt8]: [Entry]] = [:]
  /// The last line was cut off.
  private var needsNewLine = false

  private var path: String { folder.appendingPath(Self.fileName(of: writer)) }

  private static let nameParts = (start: ".ramit-restored-", end: ".jsonl")

  private static func fileName(of writer: Int) -> String {
    writer == 0 ? fileName : nameParts.start + "\(writer)" + nameParts.end
  }

  /// Reads what is there.
  /// - Parameter writer: its number, where several processes restore into the folder; 0 for one alone.
  package init(folder: String, writer: Int = 0) {
    (self.folder, self.writer) = (folder, writer)
    for name in [Self.fileName] + otherNames { read(name) }
  }

  /// The files of other processes than the first one.
  private var otherNames: [String] {
    let names = (try? Folder.names(folder)) ?? []
    return names.filter { $0.hasPrefix(Self.nameParts.start) && $0.hasSuffix(Self.nameParts.end) }.sorted()
  }

  private mutating func read(_ name: String) {
    let bytes = try? WholeFile.read(folder.appendingPath(name), kind: "a record", maximumSize: 1 << 30)
    guard let bytes, !bytes.isEmpty else { return }
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard let entry = try? JSON.decode(Entry.self, from: line) else { continue }
      remember(entry)
    }
    if name == Self.fileName(of: writer) { needsNewLine = bytes.last != UInt8(ascii: "\n") }
  }

  /// Moves the lines of all other processes into the first one's file, once these are done.
  /// - Throws: `InputError` that names a file which cannot be read or written.
  package mutating func join() throws {
    for name in otherNames {
      let other = folder.appendingPath(name)
      let lines = try WholeFile.read(other, kind: "a record", maximumSize: 1 << 30)
      // A line that was cut off stays one.
      try WholeFile.append((needsNewLine ? [UInt8(ascii: "\n")] : []) + lines, to: path)
      needsNewLine = lines.last.map { $0 != UInt8(ascii: "\n") } ?? needsNewLine
      read(name)
      // Where it stays, it is read again, and says the same.
      try? Descriptor.remove(other)
    }
  }

  private mutating func remember(_ entry: Entry) {
    var others = entries[entry.output.pathBytes] ?? []
    // The line without the time of the change came first.
    others.removeAll { $0.outputHash == entry.outputHash && $0.inputHash == entry.inputHash && $0.input == entry.input }
    entries[entry.output.pathBytes] = others + [entry]
  }

  /// Whether a file is, unchanged, a result that lies in this folder.
  func isResult(_ path: String) -> Bool {
    guard !entries.isEmpty else { return false }
    let home = folder.absolutePath.appendingPath(""), file = path.absolutePath
    guard file.utf8.starts(with: home.utf8) else { return false }
    return entry(of: String(decoding: Array(file.utf8.dropFirst(home.utf8.count)), as: UTF8.self)) != nil
  }

  /// How a result was made, as it is there now; nil when this folder's runs have not made it, or somebody has changed
  /// it since.
  /// - Parameter output: relative to the folder.
  func entry(of output: String) -> Entry? {
    let file = folder.appendingPath(output)
    guard let known = entries[output.pathBytes], let status = try? FileStatus(file), status.kind == .file else {
      return nil
    }
    if let entry = known.last(where: { $0.outputChange == status.changeTime && $0.outputSize == status.size }) {
      return entry
    }
    guard known.contains(where: { $0.outputSize == status.size }),
      let bytes = try? WholeFile.read(file, kind: "a result", maximumSize: 1 << 34)
    else { return nil }
    let hash = SHA256.hex(bytes)
    return known.last { $0.outputHash == hash }
  }

  /// Whether any run has made a file of this name.
  /// - Parameter output: relative to the folder.
  func knows(_ output: String) -> Bool { entries[output.pathBytes] != nil }

  /// Adds a line: before a result is written, so that no result is without one, and once more when its time is known.
  /// - Throws: `InputError` that names the record.
  mutating func add(_ entry: Entry) throws {
    remember(entry)
    let line = (needsNewLine ? "\n" : "") + (try JSON.encode(entry)) + "\n"
    // Where it fails, a part of the line may be there.
    needsNewLine = true
    try WholeFile.append(Array(line.utf8), to: path)
    needsNewLine = false
  }
}
