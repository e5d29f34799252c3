import RAMiTFiles
import RAMiTTensorCore

/// The entries of a zip archive, to be changed and put together again with right sizes, offsets and checksums.
struct ZipEntries {
  struct Entry {
    var name: [UInt8]
    /// Not compressed.
    var bytes: [UInt8]
    var isDeflated = false
  }

  var entries: [Entry] = []

  /// Nil for what is no archive.
  init?(_ file: [UInt8]) {
    guard let end = (0..<max(0, file.count - 21)).last(where: { file.integer(UInt32.self, at: $0) == 0x0605_4b50 }),
      var position = file.integer(UInt32.self, at: end + 16).map({ Int($0) })
    else { return nil }
    while file.integer(UInt32.self, at: position) == 0x0201_4b50, position + 46 <= file.count {
      func number(_ offset: Int) -> Int { Int(file.integer(UInt16.self, at: position + offset)!) }
      let (nameSize, more) = (number(28), number(30) + number(32))
      let size = Int(file.integer(UInt32.self, at: position + 20)!),
        header = Int(file.integer(UInt32.self, at: position + 42)!)
      guard position + 46 + nameSize <= file.count, let localName = file.integer(UInt16.self, at: header + 26),
        let localExtra = file.integer(UInt16.self, at: header + 28)
      else { break }
      let start = header + 30 + Int(localName) + Int(localExtra)
      guard start <= file.count else { break }
      let stored = Array(file[start..<min(file.count, start + size)]), isDeflated = number(10) == 8
      entries.append(
        Entry(
          name: Array(file[position + 46..<position + 46 + nameSize]),
          bytes: isDeflated ? Deflate.inflated(stored, .raw) ?? stored : stored, isDeflated: isDeflated))
      position += 46 + nameSize + more
    }
    if entries.isEmpty { return nil }
  }

  /// The archive.
  /// - Parameter hasChecksums: PyTorch can leave them out: all are 0 then.
  func archive(hasChecksums: Bool) -> [UInt8] {
    var file: [UInt8] = [], directory: [UInt8] = []
    for entry in entries {
      let stored = entry.isDeflated ? Deflate.deflated(entry.bytes, .raw) : entry.bytes
      let checksum = hasChecksums ? entry.bytes.withUnsafeBytes { CRC32.checksum($0) } : 0
      var fields = little(UInt16(20)) + little(UInt16(0)) + little(UInt16(entry.isDeflated ? 8 : 0)) + little(UInt32(0))
      fields += little(checksum) + little(UInt32(stored.count)) + little(UInt32(entry.bytes.count))
      fields += little(UInt16(truncatingIfNeeded: entry.name.count)) + little(UInt16(0))
      directory += little(UInt32(0x0201_4b50)) + little(UInt16(20)) + fields + [UInt8](repeating: 0, count: 10)
      directory += little(UInt32(file.count)) + entry.name
      file += little(UInt32(0x0403_4b50)) + fields + entry.name + stored
    }
    let offset = UInt32(file.count), count = UInt16(truncatingIfNeeded: entries.count)
    return file + directory + little(UInt32(0x0605_4b50)) + little(UInt32(0)) + little(count) + little(count)
      + little(UInt32(directory.count)) + little(offset) + little(UInt16(0))
  }
}
