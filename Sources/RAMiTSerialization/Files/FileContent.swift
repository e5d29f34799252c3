import RAMiTFiles

/// A file's bytes, mapped or in an array, as a collection.
struct FileContent: RandomAccessCollection, Sendable {
  private let content: MappedFile.Content

  init(_ content: MappedFile.Content) { self.content = content }

  var startIndex: Int { 0 }

  var endIndex: Int {
    switch content {
    case .mapped(let file): file.bytes.count
    case .read(let bytes): bytes.count
    }
  }

  /// - Precondition: there is such a byte.
  subscript(position: Int) -> UInt8 {
    switch content {
    case .mapped(let file):
      precondition(file.bytes.indices.contains(position), "byte \(position) of \(file.bytes.count)")
      return file.bytes[position]
    case .read(let bytes): return bytes[position]
    }
  }

  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    switch content {
    case .mapped(let file): try withExtendedLifetime(file) { try body(file.bytes) }
    case .read(let bytes): try bytes.withUnsafeBytes(body)
    }
  }

  /// The bytes of a range.
  /// - Precondition: they lie in the file.
  func withUnsafeBytes<Result>(
    in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    precondition(0 <= range.lowerBound && range.upperBound <= count, "\(range) of \(count) bytes")
    return try withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  /// The bytes of a range will hardly be looked at again: their memory is given back.
  func forget(_ range: Range<Int>) {
    if case .mapped(let file) = content { file.forget(range) }
  }
}
