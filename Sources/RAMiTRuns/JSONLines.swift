import Foundation
import RAMiTDiagnostics
import RAMiTFiles

/// A file to which a run appends one JSON object a line.
enum JSONLines {
  /// Reads a file. A last line without an end is left out: it is being written.
  /// - Parameters:
  ///   - kind: what the file holds, for messages.
  ///   - report: called with the first other line that cannot be read; the rest is read all the same.
  ///   - add: called with each value.
  /// - Throws: `InputError` when the file cannot be read at all.
  static func read<Value: Decodable>(
    _ path: String, kind: String, report: (InputError) -> Void, add: (Value) -> Void
  ) throws {
    let data = try Data(WholeFile.read(path, kind: kind, maximumSize: .max))
    var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    lines.removeLast()
    var wrong: (first: Int, count: Int)?
    // Many short texts are slow to decode one by one.
    for start in stride(from: 0, to: lines.count, by: decodedTogether) {
      let part = start..<min(start + decodedTogether, lines.count)
      if let together = decoded(lines[part], as: Value.self) {
        together.forEach { add($0) }
        continue
      }
      for index in part {
        guard let line = decoded(lines[index...index], as: Value.self)?.first else {
          wrong = (wrong?.first ?? index, (wrong?.count ?? 0) + 1)
          continue
        }
        add(line)
      }
    }
    guard let wrong else { return }
    report(
      InputError(
        "\(path):\(wrong.first + 1)", expected: "a line of \(kind)",
        found: "'\(excerpt(lines[wrong.first]))'"
          + (wrong.count == 1 ? "" : ", the first of \(wrong.count) such lines")))
  }

  private static let decodedTogether = 1000

  /// The beginning of a line, for a message.
  private static func excerpt(_ line: Data) -> String {
    let text = String(decoding: line.prefix(40), as: UTF8.self)
    return line.count > 40 ? text + "..." : text
  }

  /// The values of lines of JSON; nil unless each of them is one.
  private static func decoded<Value: Decodable>(_ lines: ArraySlice<Data>, as type: Value.Type) -> [Value]? {
    let text = "[" + lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",") + "]"
    guard let values = try? JSON.decode([Value].self, from: text), values.count == lines.count else { return nil }
    return values
  }
}
