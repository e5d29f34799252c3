import RAMiTFiles

/// The checksums of a safetensors file, in its metadata: CRC-32s of eight hexadecimal digits, with spaces between them.
///
/// The first is of the names, element types and shapes of the tensors and of the other metadata. The others are of the
/// tensors' bytes, in the order of the names' UTF-8. The tensors' order in the file does not matter, because a program
/// that keeps the metadata may have another.
enum SafeTensorsChecksums {
  /// Files of other programs are without it.
  static let key = "ramit.crc32"

  /// A tensor as the header describes it.
  struct Entry {
    let name: String
    let typeName: String
    let shape: [Int]
  }

  /// The value for the metadata.
  /// - Parameters:
  ///   - tensors: with the checksum of each tensor's bytes.
  ///   - metadata: all others.
  static func text(_ tensors: [(entry: Entry, checksum: UInt32)], _ metadata: [String: String]) -> String {
    let sorted = tensors.sorted { precedes($0.entry, $1.entry) }
    let header = checksum(of: sorted.map(\.entry), metadata)
    return ([header] + sorted.map(\.checksum)).map(digits).joined(separator: " ")
  }

  /// Compares the header's checksum.
  /// - Returns: the checksum of each tensor's bytes by its name; nil for a file without checksums.
  /// - Throws: `InputError` when the header's is another, or they are not one for each tensor.
  static func read(_ header: SafeTensorsHeader, _ file: FileBytes) throws -> [String: UInt32]? {
    guard let text = header.metadata[key] else { return nil }
    let sorted = header.entries.map { Entry(name: $0.name, typeName: $0.typeName, shape: $0.shape) }.sorted(
      by: precedes)
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    let values = words.compactMap { word in UInt32(word, radix: 16).flatMap { digits($0) == word ? $0 : nil } }
    guard values.count == words.count, values.count == sorted.count + 1 else {
      throw file.error(
        expected: "\(sorted.count + 1) checksums in \(key) of the metadata", found: "'\(text.prefix(40))'")
    }
    guard values[0] == checksum(of: sorted, header.metadata) else {
      throw file.error(
        expected: "the header that was written",
        found: "a damaged one, or one that another program has changed (its checksum in \(key) differs)")
    }
    return Dictionary(zip(sorted.map(\.name), values.dropFirst())) { first, _ in first }
  }

  private static func checksum(of sorted: [Entry], _ metadata: [String: String]) -> UInt32 {
    var text = ""
    for entry in sorted { text += "\(entry.name) \(entry.typeName) \(entry.shape)\n" }
    for (name, value) in metadata.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) where name != key {
      text += "\(name)=\(value)\n"
    }
    return Array(text.utf8).withUnsafeBytes { CRC32.checksum($0) }
  }

  private static func precedes(_ one: Entry, _ other: Entry) -> Bool {
    one.name.utf8.lexicographicallyPrecedes(other.name.utf8)
  }

  private static func digits(_ checksum: UInt32) -> String {
    let digits = String(checksum, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
