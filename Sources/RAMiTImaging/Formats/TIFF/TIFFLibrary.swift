import RAMiTCTIFF

/// A TIFF file that libtiff has open, at one of its directories.
struct TIFFLibrary {
  let tiff: OpaquePointer
  let source: UnsafeMutablePointer<ctiff_source>

  /// The largest array that libtiff may allocate at once: strips and tiles are smaller by the checks of `TIFFFile`.
  private static let largestAllocation: Int64 = 1 << 30

  /// Calls `body` with the file opened at its first directory, or at the one of this offset.
  /// - Throws: `ImageError` when libtiff cannot open it, and what `body` throws.
  static func withFile<Result>(
    _ bytes: [UInt8], at offset: UInt64? = nil, _ body: (TIFFLibrary) throws -> Result
  ) throws -> Result {
    try bytes.withUnsafeBufferPointer { bytes in
      var source = ctiff_source()
      source.bytes = bytes.baseAddress
      source.size = UInt64(bytes.count)
      return try withUnsafeMutablePointer(to: &source) { source in
        guard let tiff = ctiff_open(source, largestAllocation) else { throw Self.lastError(source) }
        defer { TIFFClose(tiff) }
        let library = TIFFLibrary(tiff: tiff, source: source)
        if let offset {
          guard TIFFSetSubDirectory(tiff, offset) != 0 else { throw library.lastError() }
        }
        return try body(library)
      }
    }
  }

  func uint16(_ tag: Int32) -> Int? {
    var value: UInt16 = 0
    return ctiff_get_uint16(tiff, UInt32(tag), &value) != 0 ? Int(value) : nil
  }

  func uint32(_ tag: Int32) -> Int? {
    var value: UInt32 = 0
    return ctiff_get_uint32(tiff, UInt32(tag), &value) != 0 ? Int(value) : nil
  }

  func float(_ tag: Int32) -> Double? {
    var value: Float = 0
    return ctiff_get_float(tiff, UInt32(tag), &value) != 0 ? Double(value) : nil
  }

  /// The values of a tag whose number libtiff counts in 16 bits.
  func list<Value>(_ tag: Int32, of type: Value.Type) -> [Value] {
    var count: UInt16 = 0
    var values: UnsafeRawPointer?
    guard ctiff_get_list(tiff, UInt32(tag), &count, &values) != 0, let values else { return [] }
    return (0..<Int(count)).map {
      values.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Value>.size, as: Value.self)
    }
  }

  /// The bytes of a tag that is opaque to libtiff.
  func block(_ tag: Int32) -> [UInt8]? {
    var count: UInt32 = 0
    var bytes: UnsafeRawPointer?
    guard ctiff_get_block(tiff, UInt32(tag), &count, &bytes) != 0, let bytes, count > 0 else { return nil }
    return Array(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
  }

  func set(_ tag: Int32, to value: Int32) { _ = ctiff_set_int(tiff, UInt32(tag), value) }

  /// What libtiff reported last.
  func lastError() -> ImageError { Self.lastError(source) }

  private static func lastError(_ source: UnsafeMutablePointer<ctiff_source>) -> ImageError {
    let text = withUnsafeBytes(of: &source.pointee.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    let line = String(text.map { $0.isNewline ? " " : $0 })
    return ImageError(line.isEmpty ? "one that the library refuses" : line)
  }
}
