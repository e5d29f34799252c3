import Foundation
import RAMiTDiagnostics

/// A file's bytes in the memory of the system's cache: what is looked at is read, and nothing of it is copied.
///
/// The file must not become shorter meanwhile. Programs that write beside a file and rename, as `WholeFile.write` does,
/// leave the one that is mapped as it is.
// @unchecked: the bytes are never written to.
package final class MappedFile: @unchecked Sendable {
  /// Of the whole file.
  package let bytes: UnsafeRawBufferPointer

  private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  deinit {
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }

  /// What could be had of a file.
  package enum Content: Sendable {
    case mapped(MappedFile)
    /// Where the file system maps no files, and of an empty file.
    case read([UInt8])
  }

  /// Maps a file or, where that cannot be, reads it.
  /// - Parameters:
  ///   - kind: what it should be, for messages: "an image".
  ///   - maximumSize: a larger file is refused.
  /// - Throws: `InputError` that names the path.
  package static func open(_ path: String, kind: String, maximumSize: Int) throws -> Content {
    try WholeFile.opening(path, kind: kind, maximumSize: maximumSize) { descriptor, size in
      guard size > 0, let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
        return .read(try WholeFile.read(descriptor, size: size, path, kind: kind))
      }
      return .mapped(MappedFile(UnsafeRawBufferPointer(start: start, count: size)))
    }
  }

  /// Around what is looked at, the system brings in as much as this at once.
  private static let around = 64 << 10

  /// Gives the memory of a range back, and of what came with it; when it is looked at again, it is read again.
  package func forget(_ range: Range<Int>) {
    guard let base = bytes.baseAddress, !range.isEmpty else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = max(0, range.lowerBound - Self.around) / page * page
    let end = min(bytes.count, range.upperBound + Self.around)
    madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
  }
}
