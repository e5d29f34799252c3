import RAMiTDiagnostics
import RAMiTFiles

/// A zip archive of stored entries, as PyTorch writes it, or of deflated entries, as other programs pack it again; also
/// with zip64.
///
/// Sizes come from the central directory alone, because PyTorch writes local headers before it knows the sizes.
struct ZipArchive {
  struct Entry {
    let name: String
    let method: UInt16
    let checksum: UInt32
    let size: UInt64
    let storedSize: UInt64
    let headerOffset: UInt64
  }

  private static let stored: UInt16 = 0
  private static let deflated: UInt16 = 8

  private let file: FileBytes
  private var contents: [String: (entry: Entry, bytes: Range<Int>)] = [:]
  /// PyTorch can write archives without checksums; all checksums are 0 then.
  private var hasChecksums = false

  /// Deflated entries may have this many bytes, and in addition eight times the file's size. A small file must not
  /// expand to a huge amount of memory.
  private static let maximumInflatedSize = 32 << 20

  /// - Throws: `InputError` unless the file is an undamaged archive whose entries have different names.
  init(_ file: FileBytes) throws {
    self.file = file
    let directory = try Directory(file)
    var position = directory.bytes.lowerBound
    var taken: [Range<Int>] = [directory.bytes]
    while position < directory.bytes.upperBound {
      let entry = try Self.entry(at: &position, in: directory.bytes, file)
      let bytes = try Self.locate(entry, file)
      hasChecksums = hasChecksums || entry.checksum != 0
      guard contents.updateValue((entry, bytes), forKey: entry.name) == nil else {
        throw file.error(expected: "one archive entry a name", found: "two named '\(entry.name)'")
      }
      taken.append(Int(entry.headerOffset)..<bytes.upperBound)
    }
    guard UInt64(contents.count) == directory.entryCount else {
      throw file.error(expected: "\(directory.entryCount) archive entries", found: "\(contents.count)")
    }
    try requireInflatedSize()
    // If entries shared bytes, a small file could expand to a huge amount of memory.
    taken.sort { $0.lowerBound < $1.lowerBound }
    for (one, next) in zip(taken, taken.dropFirst()) where one.upperBound > next.lowerBound {
      throw file.error(expected: "archive entries side by side", found: "an overlap at byte \(next.lowerBound)")
    }
  }

  var names: some Collection<String> { contents.keys }

  /// - Throws: `InputError` when all deflated entries together have more bytes than a file of this size may.
  private func requireInflatedSize() throws {
    let limit = Self.maximumInflatedSize + 8 * file.count
    var size = 0
    for (entry, _) in contents.values where entry.method == Self.deflated {
      let (sum, overflow) = size.addingReportingOverflow(Int(clamping: entry.size))
      guard !overflow, sum <= limit else {
        throw file.error(expected: "compressed entries of at most \(limit) bytes", found: "more bytes")
      }
      size = sum
    }
  }

  /// The bytes of an entry, in the file or, decompressed, in memory. Reading them compares the checksum. Nil when the
  /// archive has no such entry.
  func part(_ name: String) throws -> FilePart? {
    guard let (entry, range) = contents[name] else { return nil }
    let checksum = hasChecksums ? (name, entry.checksum) : nil
    guard entry.method == Self.deflated else { return FilePart(file: file, range: range, checksum: checksum) }
    let size = Int(entry.size), inflater = Inflater(.raw, limit: size, expected: size)
    try FilePart(file: file, range: range).read { inflater.append($0) }
    guard inflater.isComplete, inflater.bytes.count == size else {
      throw file.error(expected: "'\(name)' of \(entry.size) bytes", found: "damaged bytes (they do not inflate)")
    }
    return FilePart(file: FileBytes(inflater.bytes, path: file.path), range: 0..<size, checksum: checksum)
  }

  /// Reads the record of the central directory at `position`, and advances to the next.
  private static func entry(at position: inout Int, in directory: Range<Int>, _ file: FileBytes) throws -> Entry {
    let what = "an entry of the central directory"
    let fixedSize = 46
    guard try file.integer(UInt32.self, at: position, of: what) == 0x0201_4b50 else {
      throw file.error(expected: what, found: "other bytes at \(position)")
    }
    let flags = try file.integer(UInt16.self, at: position + 8, of: what)
    let method = try file.integer(UInt16.self, at: position + 10, of: what)
    let nameSize = Int(try file.integer(UInt16.self, at: position + 28, of: what))
    let extraSize = Int(try file.integer(UInt16.self, at: position + 30, of: what))
    let commentSize = Int(try file.integer(UInt16.self, at: position + 32, of: what))
    let end = position + fixedSize + nameSize + extraSize + commentSize
    guard end <= directory.upperBound else { throw file.error(expected: what, found: "the directory's end") }

    let name = try file.text(position + fixedSize..<position + fixedSize + nameSize, of: "an archive entry's name")
    guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
      throw file.error(expected: "archive entries inside the archive", found: "'\(name)'")
    }
    guard flags & 0x2041 == 0 else { throw file.error(expected: "'\(name)' in the clear", found: "encryption") }
    guard method == stored || method == deflated else {
      throw file.error(expected: "'\(name)' stored or deflated", found: "compression method \(method)")
    }
    let extra = position + fixedSize + nameSize..<position + fixedSize + nameSize + extraSize
    var wide = try Zip64Field(in: extra, file)
    let size = try wide.value(instead: try file.integer(UInt32.self, at: position + 24, of: what), file)
    let storedSize = try wide.value(instead: try file.integer(UInt32.self, at: position + 20, of: what), file)
    let offset = try wide.value(instead: try file.integer(UInt32.self, at: position + 42, of: what), file)
    guard method == deflated || size == storedSize else {
      throw file.error(expected: "'\(name)' stored in \(size) bytes", found: "\(storedSize) bytes")
    }
    let checksum = try file.integer(UInt32.self, at: position + 16, of: what)
    position = end
    return Entry(
      name: name, method: method, checksum: checksum, size: size, storedSize: storedSize, headerOffset: offset)
  }

  /// The range of an entry's bytes, which follow its local header.
  private static func locate(_ entry: Entry, _ file: FileBytes) throws -> Range<Int> {
    let what = "the local header of '\(entry.name)'"
    let header = try file.range(at: entry.headerOffset, count: 30, of: what)
    guard try file.integer(UInt32.self, at: header.lowerBound, of: what) == 0x0403_4b50 else {
      throw file.error(expected: what, found: "other bytes at \(header.lowerBound)")
    }
    // Readers that use local headers would see other bytes.
    let method = try file.integer(UInt16.self, at: header.lowerBound + 8, of: what)
    guard method == entry.method else {
      throw file.error(
        expected: "'\(entry.name)' of compression method \(entry.method)", found: "compression method \(method)")
    }
    let nameSize = UInt64(try file.integer(UInt16.self, at: header.lowerBound + 26, of: what))
    let extraSize = UInt64(try file.integer(UInt16.self, at: header.lowerBound + 28, of: what))
    let name = try file.range(at: UInt64(header.upperBound), count: nameSize, of: what)
    guard try file.text(name, of: what) == entry.name else {
      throw file.error(expected: what, found: "the name of another entry")
    }
    return try file.range(at: UInt64(name.upperBound) + extraSize, count: entry.storedSize, of: "'\(entry.name)'")
  }
}

/// The range of the central directory, from the record at the end of the archive.
private struct Directory {
  let bytes: Range<Int>
  let entryCount: UInt64

  private static let recordSize = 22
  private static let wideLocatorSize = 20

  init(_ file: FileBytes) throws {
    guard let end = try Self.endRecord(file) else {
      throw file.error(expected: "a zip archive", found: "no central directory (the file may be cut short)")
    }
    let what = "the end of the central directory"
    var count = UInt64(try file.integer(UInt16.self, at: end + 10, of: what))
    var size = UInt64(try file.integer(UInt32.self, at: end + 12, of: what))
    var offset = UInt64(try file.integer(UInt32.self, at: end + 16, of: what))
    if count == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff {
      let wide = try Self.wideEndRecord(before: end, file)
      count = try file.integer(UInt64.self, at: wide + 32, of: what)
      size = try file.integer(UInt64.self, at: wide + 40, of: what)
      offset = try file.integer(UInt64.self, at: wide + 48, of: what)
    }
    bytes = try file.range(at: offset, count: size, of: "the central directory")
    entryCount = count
    guard bytes.upperBound <= end else {
      throw file.error(expected: "the central directory before its end record", found: "it at \(bytes)")
    }
  }

  /// A comment may follow the record. The record is the one whose comment ends at the end of the file.
  private static func endRecord(_ file: FileBytes) throws -> Int? {
    var position = file.count - recordSize
    let first = max(0, position - 0xffff)
    while position >= first {
      let commentSize = file.count - recordSize - position
      if try file[position] == 0x50,
        try file.integer(UInt32.self, at: position, of: "a record") == 0x0605_4b50,
        try file.integer(UInt16.self, at: position + 20, of: "a record") == commentSize
      {
        return position
      }
      position -= 1
    }
    return nil
  }

  private static func wideEndRecord(before end: Int, _ file: FileBytes) throws -> Int {
    let what = "the zip64 end of the central directory"
    let locator = end - wideLocatorSize
    guard locator >= 0, try file.integer(UInt32.self, at: locator, of: what) == 0x0706_4b50 else {
      throw file.error(expected: what, found: "no such record")
    }
    let offset = try file.integer(UInt64.self, at: locator + 8, of: what)
    let record = try file.range(at: offset, count: 56, of: what)
    guard try file.integer(UInt32.self, at: record.lowerBound, of: what) == 0x0606_4b50 else {
      throw file.error(expected: what, found: "other bytes at \(record.lowerBound)")
    }
    return record.lowerBound
  }
}

/// The extra field of the numbers that do not fit into 32 bits, in the order of the fields that they replace.
private struct Zip64Field {
  private var rest: Range<Int>

  init(in extra: Range<Int>, _ file: FileBytes) throws {
    rest = extra.upperBound..<extra.upperBound
    var position = extra.lowerBound
    while extra.upperBound - position >= 4 {
      let tag = try file.integer(UInt16.self, at: position, of: "an extra field")
      let size = Int(try file.integer(UInt16.self, at: position + 2, of: "an extra field"))
      guard position + 4 + size <= extra.upperBound else {
        throw file.error(expected: "an extra field of \(size) bytes", found: "the entry's end")
      }
      if tag == 1 { rest = position + 4..<position + 4 + size }
      position += 4 + size
    }
  }

  mutating func value(instead narrow: UInt32, _ file: FileBytes) throws -> UInt64 {
    guard narrow == .max else { return UInt64(narrow) }
    guard rest.count >= 8 else {
      throw file.error(expected: "a zip64 size or offset", found: "an extra field without it")
    }
    let value = try file.integer(UInt64.self, at: rest.lowerBound, of: "a zip64 field")
    rest = rest.lowerBound + 8..<rest.upperBound
    return value
  }
}
