import RAMiTDiagnostics
import RAMiTFiles
import RAMiTTensorCore

/// The bytes of a weight file, on disk or in memory. Every access is checked, because offsets come from the file
/// itself.
final class FileBytes {
  /// Bytes of the largest file that is read; weights of restoration models are far smaller.
  private static let maximumSize = 8 << 30
  private static let windowSize = 4096
  /// A multiple of 8: no number lies in two pieces.
  private static let pieceSize = 256 << 10

  let path: String
  let count: Int
  /// Nil where `window` holds all bytes.
  private let file: RandomAccessFile?
  /// The bytes that were last read in small portions, and where they begin.
  private var window: [UInt8]
  private var windowStart = 0

  init(_ bytes: [UInt8], path: String) {
    self.path = path
    count = bytes.count
    file = nil
    window = bytes
  }

  init(reading path: String) throws {
    let file = try RandomAccessFile(path, kind: "a readable file", maximumSize: Self.maximumSize)
    self.path = path
    count = file.count
    self.file = file
    window = []
  }

  /// What is wrong with the file, in one line. Texts that come from the file may be long; they are shortened.
  func error(expected: String, found: String) -> InputError {
    func shortened(_ text: String) -> String {
      text.unicodeScalars.count <= 300 ? text : String(text.unicodeScalars.prefix(300)) + "..."
    }
    return InputError(path, expected: shortened(expected), found: shortened(found))
  }

  /// The range of `count` bytes from `offset`.
  /// - Throws: `InputError` that names `what` when it is not inside the file.
  func range(at offset: UInt64, count: UInt64, of what: String) throws -> Range<Int> {
    let (end, overflow) = offset.addingReportingOverflow(count)
    guard !overflow, end <= UInt64(self.count) else {
      throw error(expected: "\(what): \(count) bytes at offset \(offset)", found: "a file of \(self.count) bytes")
    }
    return Int(offset)..<Int(end)
  }

  // MARK: Small portions

  /// - Precondition: there is such a byte.
  subscript(position: Int) -> UInt8 {
    get throws { window[try windowIndex(of: position..<position + 1)] }
  }

  /// A little-endian integer.
  func integer<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int, of what: String) throws -> Value {
    let index = try windowIndex(of: range(at: UInt64(offset), count: UInt64(MemoryLayout<Value>.size), of: what))
    return window.withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: index, as: type)) }
  }

  /// - Precondition: the range lies in the file.
  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    if let file, range.count > Self.windowSize {
      return try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
        try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
        filled = range.count
      }
    }
    let index = try windowIndex(of: range)
    return Array(window[index..<index + range.count])
  }

  /// - Throws: `InputError` that names `what` when the bytes are not UTF-8.
  func text(_ range: Range<Int>, of what: String) throws -> String {
    guard let text = String(validating: try bytes(range), as: UTF8.self) else {
      throw error(expected: "\(what) in UTF-8", found: "other bytes at offset \(range.lowerBound)")
    }
    return text
  }

  /// Whether these bytes lie at an offset.
  func has(_ bytes: some Collection<UInt8>, at offset: Int = 0) throws -> Bool {
    guard offset + bytes.count <= count else { return false }
    return try self.bytes(offset..<offset + bytes.count).elementsEqual(bytes)
  }

  /// Brings a range into the window.
  /// - Returns: its index in the window.
  private func windowIndex(of range: Range<Int>) throws -> Int {
    if let file, range.lowerBound < windowStart || range.upperBound > windowStart + window.count {
      // Windows lie side by side, so that reading backwards stays in one as long as reading forwards does.
      var start = range.lowerBound / Self.windowSize * Self.windowSize
      if range.upperBound > start + Self.windowSize { start = range.lowerBound }
      let size = min(count - start, Self.windowSize)
      window = try [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
        try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: start)
        filled = size
      }
      windowStart = start
    }
    return range.lowerBound - windowStart
  }

  // MARK: Large portions

  /// Calls `body` with the bytes of a range, piece by piece.
  /// - Parameter destination: where the bytes go; nil for memory that the next piece overwrites.
  /// - Precondition: the range lies in the file.
  fileprivate func forEachPiece(
    of range: Range<Int>, into destination: UnsafeMutableRawPointer?, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let size = min(range.count, Self.pieceSize)
    let buffer = destination == nil ? UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64) : nil
    defer { buffer?.deallocate() }
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.pieceSize) {
      let piece = UnsafeMutableRawBufferPointer(
        start: buffer ?? destination! + (start - range.lowerBound), count: min(range.upperBound - start, size))
      if let file {
        try file.read(into: piece, at: start)
      } else {
        piece.copyBytes(from: window[start..<start + piece.count])
      }
      try body(UnsafeRawBufferPointer(piece))
    }
  }
}

/// A range of a file that holds values of one kind.
struct FilePart {
  let file: FileBytes
  let range: Range<Int>
  /// The name of the part, and the CRC-32 that its bytes must have; nil where the file has no checksum.
  var checksum: (name: String, value: UInt32)?

  /// Calls `body` with the bytes, piece by piece.
  /// - Parameter destination: where the bytes go; nil for memory that the next piece overwrites.
  /// - Throws: `InputError` when the checksum is another; `body` has been called then.
  func read(
    into destination: UnsafeMutableRawPointer? = nil, _ body: (UnsafeRawBufferPointer) throws -> Void = { _ in }
  ) throws {
    var actual: UInt32 = 0
    try file.forEachPiece(of: range, into: destination) { piece in
      if checksum != nil { actual = CRC32.checksum(piece, after: actual) }
      try body(piece)
    }
    if let checksum, checksum.value != actual {
      throw file.error(
        expected: "'\(checksum.name)' as it was written", found: "damaged bytes (the checksum differs)")
    }
  }

  /// The numbers of the part, as a tensor of rank 1; integers and doubles are rounded to the nearest Float32.
  /// - Precondition: the part holds a whole number of them.
  func numbers(_ type: ElementType) throws -> Tensor {
    precondition(range.count % type.size == 0, "\(range.count) bytes are not a whole number of \(type)")
    let result = Tensor(uninitialized: [range.count / type.size])
    if type == .float32 {
      try read(into: UnsafeMutableRawPointer(result.pointer))
    } else {
      var next = result.pointer
      try read { piece in
        type.decode(piece, into: next)
        next += piece.count / type.size
      }
    }
    return result
  }
}
