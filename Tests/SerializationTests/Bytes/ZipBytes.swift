import RAMiTFiles

/// Writes zip archives byte by byte, and lies where it is told to.
struct ZipBytes {
  struct Entry {
    var name: String
    var bytes: [UInt8]
    /// What the local header and the central directory say; 0 is stored.
    var localMethod: UInt16 = 0
    var method: UInt16 = 0
    var flags: UInt16 = 0
    /// The size that the central directory gives; nil for the true one.
    var size: UInt32?
    var storedSize: UInt32?
    var offset: UInt32?
    var checksum: UInt32?
    var localName: String?
    var extra: [UInt8] = []

    init(_ name: String, _ bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }
  }

  var entries: [Entry]
  /// The number of entries that the end record gives; nil for the true one.
  var entryCount: UInt16?
  var directorySize: UInt32?
  var directoryOffset: UInt32?
  /// What comes between the central directory and the end record.
  var beforeEnd: [UInt8] = []
  var comment: [UInt8] = []

  init(_ entries: [Entry]) { self.entries = entries }

  var bytes: [UInt8] {
    var result: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let offset = entry.offset ?? UInt32(result.count)
      let checksum = entry.checksum ?? entry.bytes.withUnsafeBytes { CRC32.checksum($0) }
      let localName = entry.localName ?? entry.name
      result += little(UInt32(0x0403_4b50)) + little(UInt16(20)) + little(entry.flags) + little(entry.localMethod)
      result += little(UInt32(0)) + little(checksum) + little(UInt32(entry.bytes.count))
      result += little(UInt32(entry.bytes.count)) + little(UInt16(localName.utf8.count)) + little(UInt16(0))
      result += Array(localName.utf8) + entry.bytes
      directory += little(UInt32(0x0201_4b50)) + little(UInt16(20)) + little(UInt16(20)) + little(entry.flags)
      directory += little(entry.method) + little(UInt32(0)) + little(checksum)
      directory +=
        little(entry.storedSize ?? UInt32(entry.bytes.count)) + little(entry.size ?? UInt32(entry.bytes.count))
      directory += little(UInt16(entry.name.utf8.count)) + little(UInt16(entry.extra.count)) + little(UInt16(0))
      directory += little(UInt16(0)) + little(UInt16(0)) + little(UInt32(0)) + little(offset)
      directory += Array(entry.name.utf8) + entry.extra
    }
    let start = UInt32(result.count)
    result += directory + beforeEnd
    let count = entryCount ?? UInt16(entries.count)
    result += little(UInt32(0x0605_4b50)) + little(UInt16(0)) + little(UInt16(0)) + little(count) + little(count)
    result += little(directorySize ?? UInt32(directory.count)) + little(directoryOffset ?? start)
    return result + little(UInt16(comment.count)) + comment
  }

  /// A zip64 extra field of these numbers.
  static func wideField(_ values: UInt64...) -> [UInt8] {
    little(UInt16(1)) + little(UInt16(8 * values.count)) + values.flatMap { little($0) }
  }

  /// A zip64 end record and its locator, which gives `recordOffset` as the record's place.
  static func wideEnd(count: UInt64, size: UInt64, offset: UInt64, recordOffset: UInt64) -> [UInt8] {
    little(UInt32(0x0606_4b50)) + little(UInt64(44)) + little(UInt16(45)) + little(UInt16(45)) + little(UInt32(0))
      + little(UInt32(0)) + little(count) + little(count) + little(size) + little(offset)
      + little(UInt32(0x0706_4b50)) + little(UInt32(0)) + little(recordOffset) + little(UInt32(1))
  }
}

/// The bytes of a little-endian integer.
func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
