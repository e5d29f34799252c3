import Diagnostics
import Foundation

/// JSON for other programs: indented, keys sorted, a new line at the end.
enum JSONFile {
  /// - Throws: `InputError` that names the file when it cannot be written.
  static func write(_ value: some Encodable, to path: String) throws {
    do {
      try encode(value, pretty: true).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw InputError(path, expected: "a file that can be written", found: error.localizedDescription)
    }
  }

  static func encode(_ value: some Encodable, pretty: Bool) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    var data = try encoder.encode(value)
    if pretty { data.append(UInt8(ascii: "\n")) }
    return data
  }
}
