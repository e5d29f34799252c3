import Foundation
import RAMiTFiles

/// The events of a run in a file that TensorBoard opens: TensorFlow's records, each with its length and two checksums.
package final class EventFile {
  package let file: AppendOnlyFile

  /// - Throws: `InputError` when the file cannot be written.
  package init(_ path: String) throws { file = try AppendOnlyFile(path) }

  /// Keeps the whole records of the first `bytes`, drops the rest, and begins a file that has none.
  /// - Throws: `InputError` when the file cannot be read or written.
  package func truncate(to bytes: UInt64) throws {
    let whole = try Self.wholeRecords(file.read(), limit: bytes)
    try file.truncate(to: UInt64(whole))
    if whole == 0 { try append(Event.version(time: Date.now.timeIntervalSince1970)) }
  }

  package func append(_ event: Event) throws { try append(event.message) }

  private func append(_ message: ProtobufMessage) throws { try file.append(Self.record(of: message.bytes)) }

  // MARK: Records

  /// Length (64 bits), its checksum (32), the data, their checksum (32); numbers have the low byte first.
  static func record(of data: [UInt8]) -> [UInt8] {
    let length = withUnsafeBytes(of: UInt64(data.count).littleEndian) { Array($0) }
    return length + bytes(CRC32C.masked(length)) + data + bytes(CRC32C.masked(data))
  }

  private static func bytes(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

  /// The end of the whole records at the beginning of the first `limit` bytes.
  private static func wholeRecords(_ data: Data, limit: UInt64) -> Int {
    let data = data.prefix(Int(clamping: limit))
    var end = data.startIndex
    while data.endIndex - end >= 16 {
      let head = data[end..<end + 8]
      let length = head.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard data[(end + 8)..<(end + 12)].elementsEqual(bytes(CRC32C.masked(head))),
        length <= UInt64(data.endIndex - end - 16)
      else { break }
      let content = data[(end + 12)..<(end + 12 + Int(length))]
      guard data[content.endIndex..<content.endIndex + 4].elementsEqual(bytes(CRC32C.masked(content))) else { break }
      end = content.endIndex + 4
    }
    return end - data.startIndex
  }
}
