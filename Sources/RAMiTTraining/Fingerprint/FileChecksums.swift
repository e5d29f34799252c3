import Foundation
import RAMiTDiagnostics
import RAMiTFiles
import RAMiTParallel

/// A file of a data set as it was when its content was last read.
struct FileRecord: Codable, Equatable {
  /// The path relative to the set's folder, which stays the same when the set moves.
  var name: String
  var path: String
  /// What the file system says about the file. If any of it changes, the content is read again.
  var bytes: Int
  var modified, changed: Int
  var inode: UInt64
  /// A hash of the whole content, in hexadecimal.
  var content: String
}

/// Hashes of the contents of files. Files that have not changed are not read again.
struct FileChecksums {
  private var known: [[UInt8]: FileRecord] = [:]

  /// - Parameter records: of an earlier start.
  init(_ records: [FileRecord]) {
    for record in records { known[Array(record.path.utf8)] = record }
  }

  /// The records of the files as they are now, made on all threads.
  /// - Parameter announce: called with the number of files that have to be read, and their bytes.
  /// - Throws: `InputError` that names a file that cannot be read.
  func records(
    _ files: [(name: String, path: String)], announce: (_ count: Int, _ bytes: Int) -> Void = { _, _ in }
  ) throws -> [FileRecord] {
    var records = try inParallel(files.count) { try stated(files[$0]) }
    let unread = records.indices.filter { records[$0].content.isEmpty }
    announce(unread.count, unread.reduce(0) { $0 + records[$1].bytes })
    let paths = unread.map { records[$0].path }
    for (index, content) in zip(unread, try inParallel(paths.count) { try Self.hash(paths[$0]) }) {
      records[index].content = content
    }
    return records
  }

  /// What the file system says about a file, with the hash of its content if that is known.
  private func stated(_ file: (name: String, path: String)) throws -> FileRecord {
    let path = file.path.pathFromRoot
    let status: FileStatus
    do { status = try FileStatus(path) } catch {
      throw InputError(file.path, expected: "an image", found: "\(error)")
    }
    var record = FileRecord(
      name: file.name, path: path, bytes: status.size, modified: status.contentTime, changed: status.changeTime,
      inode: status.identity.inode, content: "")
    guard var before = known[Array(path.utf8)] else { return record }
    let content = before.content
    (before.name, before.content) = (record.name, "")
    if before == record { record.content = content }
    return record
  }

  private func inParallel<Value>(_ count: Int, _ body: (Int) throws -> Value) throws -> [Value] {
    var results = [Result<Value, any Error>?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      parallelFor(count) { index, _ in results[index] = Result { try body(index) } }
    }
    return try results.map { try $0!.get() }
  }

  /// In bytes.
  private static let portion = 1 << 20

  /// The hash of the checksums of all portions; a file of whole portions has an empty one at its end.
  private static func hash(_ path: String) throws -> String {
    let file = try RandomAccessFile(path, kind: "an image", maximumSize: .max)
    var hash = TextHash()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: portion, alignment: 16)
    defer { buffer.deallocate() }
    for start in stride(from: 0, through: file.count, by: portion) {
      let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(file.count - start))
      try file.read(into: bytes, at: start)
      hash.add("\(CRC32.checksum(UnsafeRawBufferPointer(bytes))) ")
    }
    return hash.text
  }
}

/// The 64-bit FNV-1a hash, which tells short texts apart.
struct TextHash {
  private var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ text: String) {
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  /// 16 hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
