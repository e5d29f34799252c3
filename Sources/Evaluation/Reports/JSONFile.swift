import Files
import Foundation

/// JSON for other programs: indented, keys sorted, a new line at the end. Infinity, which JSON has no number for, is
/// the text `Infinity` in every file of the program.
enum JSONFile {
  /// - Throws: `InputError` that names the file when it cannot be written.
  static func write(_ value: some Encodable, to path: String) throws {
    try WholeFile.write(encode(value, pretty: true), to: path)
  }

  static func encode(_ value: some Encodable, pretty: Bool) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    var data = try encoder.encode(value)
    if pretty { data.append(UInt8(ascii: "\n")) }
    return data
  }
}
