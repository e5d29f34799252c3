import RAMiTDiagnostics

/// What a safetensors file declares before its data: names, element types, shapes and places.
struct SafeTensorsHeader {
  struct Entry {
    let name: String
    /// Nil for a type that is not read: `typeName` says which.
    let type: ElementType?
    let typeName: String
    let shape: [Int]
    /// Where the values lie in the file.
    let bytes: Range<Int>
  }

  /// The format's own limit, in bytes.
  static let maximumSize = 100_000_000
  static let metadataKey = "__metadata__"
  /// A hundred times those of the largest published models; empty tensors would take far more memory than their file.
  private static let maximumCount = 1 << 17
  /// As many dimensions as PyTorch and NumPy give a tensor.
  private static let maximumRank = 64

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  /// Whether a file's ninth byte, white space aside, begins a header.
  static func begins(_ file: FileBytes) -> Bool {
    let first = file.bytes.dropFirst(8).prefix(maximumSize).first { !JSONScanner.whiteSpace.contains($0) }
    return first == UInt8(ascii: "{")
  }

  /// - Throws: `InputError` unless the header is well formed and its tensors cover the rest of the file exactly.
  init(_ file: FileBytes) throws {
    let size = try file.integer(UInt64.self, at: 0, of: "the header's size")
    guard size <= UInt64(Self.maximumSize) else {
      throw file.error(expected: "a header of at most \(Self.maximumSize) bytes", found: "\(size) bytes")
    }
    let header = try file.range(at: 8, count: size, of: "the header")
    guard Self.begins(file) else { throw file.error(expected: "a safetensors header", found: "no '{' at byte 8") }
    var scanner = JSONScanner(file, header)
    var keys: Set<String> = []
    try scanner.object { scanner, key in
      guard keys.insert(key).inserted else {
        throw file.error(expected: "one entry a name", found: "two named '\(key)'")
      }
      if key == Self.metadataKey {
        metadata = try Self.metadata(&scanner, file)
      } else {
        guard entries.count < Self.maximumCount else {
          throw file.error(expected: "at most \(Self.maximumCount) tensors", found: "more")
        }
        entries.append(try Self.entry(key, &scanner, file, dataStart: header.upperBound))
      }
    }
    try scanner.expectEnd()
    try checkCoverage(of: header.upperBound..<file.count, file)
  }

  private static func metadata(_ scanner: inout JSONScanner, _ file: FileBytes) throws -> [String: String] {
    var metadata: [String: String] = [:]
    if scanner.null() { return metadata }
    try scanner.object { scanner, key in
      guard metadata.updateValue(try scanner.string(), forKey: key) == nil else {
        throw file.error(expected: "one value a key in \(metadataKey)", found: "two for '\(key)'")
      }
    }
    return metadata
  }

  private static func entry(
    _ name: String, _ scanner: inout JSONScanner, _ file: FileBytes, dataStart: Int
  ) throws -> Entry {
    var typeName: String?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { scanner, key in
      switch key {
      case "dtype" where typeName == nil: typeName = try scanner.string()
      case "shape" where shape == nil: shape = try scanner.naturals(limit: maximumRank)
      case "data_offsets" where offsets == nil: offsets = try scanner.naturals(limit: 2)
      case "dtype", "shape", "data_offsets":
        throw file.error(expected: "dtype, shape and data_offsets of '\(name)', once each", found: "'\(key)' twice")
      default: try scanner.skipValue()
      }
    }
    guard let typeName, let shape, let offsets, offsets.count == 2 else {
      throw file.error(expected: "dtype, shape and two data_offsets of '\(name)'", found: "less")
    }
    let type = ElementType(safeTensorsName: typeName)
    guard let bits = (type.map { 8 * $0.size } ?? Self.unreadBits[typeName]) else {
      throw file.error(expected: "'\(name)' in a known element type", found: typeName)
    }
    let (begin, end) = (offsets[0], offsets[1])
    guard begin <= end, end <= file.count - dataStart else {
      throw file.error(
        expected: "'\(name)' within the data of \(file.count - dataStart) bytes", found: "bytes \(begin) to \(end)")
    }
    guard let count = checkedCount(shape), case let (size, overflow) = count.multipliedReportingOverflow(by: bits),
      !overflow, size.isMultiple(of: 8), size / 8 == end - begin
    else {
      throw file.error(
        expected: "'\(name)' of \(typeName) and shape \(shape) in as many bytes", found: "\(end - begin) bytes")
    }
    return Entry(
      name: name, type: type, typeName: typeName, shape: shape, bytes: dataStart + begin..<dataStart + end)
  }

  /// Bits of an element of the types that the format knows and no weights have here.
  private static let unreadBits = [
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "C64": 64,
  ]

  /// No byte of the data may belong to two tensors, or to none.
  private func checkCoverage(of data: Range<Int>, _ file: FileBytes) throws {
    var position = data.lowerBound
    let ordered = entries.sorted {
      ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
    }
    for entry in ordered {
      guard entry.bytes.lowerBound == position else {
        throw file.error(
          expected: "tensors one after another",
          found: "'\(entry.name)' at data byte \(entry.bytes.lowerBound - data.lowerBound) "
            + "where the one before ends at \(position - data.lowerBound)")
      }
      position = entry.bytes.upperBound
    }
    guard position == data.upperBound else {
      throw file.error(
        expected: "data of \(position - data.lowerBound) bytes, as the header says", found: "\(data.count) bytes")
    }
  }
}

extension ElementType {
  init?(safeTensorsName name: String) {
    switch name {
    case "BOOL": self = .bool
    case "U8": self = .uint8
    case "I8": self = .int8
    case "U16": self = .uint16
    case "I16": self = .int16
    case "U32": self = .uint32
    case "I32": self = .int32
    case "U64": self = .uint64
    case "I64": self = .int64
    case "F16": self = .float16
    case "BF16": self = .bfloat16
    case "F32": self = .float32
    case "F64": self = .float64
    default: return nil
    }
  }
}
