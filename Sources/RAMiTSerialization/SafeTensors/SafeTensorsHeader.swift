import RAMiTDiagnostics

/// The header of a safetensors file: names, element types, shapes and byte ranges of its tensors.
struct SafeTensorsHeader {
  struct Entry {
    let name: String
    /// Nil for a type that is not read; `typeName` is its name.
    let type: ElementType?
    let typeName: String
    let shape: [Int]
    /// The range of the values in the file.
    let bytes: Range<Int>
  }

  /// The format's own limit, in bytes.
  static let maximumSize = 100_000_000
  static let metadataKey = "__metadata__"
  /// A hundred times the tensors of the largest published models. Empty tensors take far more memory than bytes in
  /// the file.
  private static let maximumCount = 1 << 17
  /// The limit of PyTorch and NumPy.
  private static let maximumRank = 64

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  /// Whether a header begins at the ninth byte, or after white space there.
  static func begins(_ file: FileBytes) throws -> Bool {
    guard file.count > 8 else { return false }
    var scanner = JSONScanner(file, 8..<min(file.count, 8 + maximumSize))
    return try scanner.skip("{")
  }

  /// - Throws: `InputError` unless the header is well formed and its tensors cover the rest of the file exactly.
  init(_ file: FileBytes) throws {
    let size = try file.integer(UInt64.self, at: 0, of: "the header's size")
    guard size <= UInt64(Self.maximumSize) else {
      throw file.error(expected: "a header of at most \(Self.maximumSize) bytes", found: "\(size) bytes")
    }
    let header = try file.range(at: 8, count: size, of: "the header")
    guard try Self.begins(file) else { throw file.error(expected: "a safetensors header", found: "no '{' at byte 8") }
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
          throw file.error(expected: "at most \(Self.maximumCount) tensors", found: "more tensors")
        }
        entries.append(try Self.entry(key, &scanner, file, dataStart: header.upperBound))
      }
    }
    try scanner.expectEnd()
    try checkCoverage(of: header.upperBound..<file.count, file)
  }

  private static func metadata(_ scanner: inout JSONScanner, _ file: FileBytes) throws -> [String: String] {
    var metadata: [String: String] = [:]
    if try scanner.null() { return metadata }
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
      let missing = typeName == nil ? "no dtype" : shape == nil ? "no shape" : "\(offsets?.count ?? 0) data_offsets"
      throw file.error(expected: "dtype, shape and two data_offsets of '\(name)'", found: missing)
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

  /// The bits of an element of the types that are in the format but are not read.
  private static let unreadBits = [
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "C64": 64,
  ]

  /// Requires that each byte of the data belongs to one tensor.
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
    let names: [String: ElementType] = [
      "BOOL": .bool, "U8": .uint8, "I8": .int8, "U16": .uint16, "I16": .int16, "U32": .uint32, "I32": .int32,
      "U64": .uint64, "I64": .int64, "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64,
    ]
    guard let type = names[name] else { return nil }
    self = type
  }
}
