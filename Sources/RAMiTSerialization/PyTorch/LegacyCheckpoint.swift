import RAMiTDiagnostics

/// The format of `torch.save` before PyTorch 1.6, still written on request: a sequence of pickles (a magic number, the
/// format's version, properties of the machine, the object, the keys of its storages), and the bytes of the storages.
struct LegacyCheckpoint {
  let root: PickleValue
  let machine: PickleMachine
  private let ranges: [String: Range<Int>]

  private static let version = 1001
  private static let magic: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]
  private static let magicText = Array("L119547037146038801333356L\n.".utf8)

  /// Whether the first pickle is the magic number.
  static func begins(_ file: FileBytes) throws -> Bool {
    if try file.has(magicText) { return true }
    guard try file.has([PickleOpcode.proto.rawValue]) else { return false }
    // In protocol 4 a frame precedes the number.
    let number = [PickleOpcode.long1.rawValue, 10] + magic
    return try file.has(number, at: 2) || file.has(number, at: 11)
  }

  /// - Throws: `InputError` when the file is damaged.
  init(_ file: FileBytes) throws {
    var position = 0
    func next() throws -> (PickleValue, PickleMachine) {
      let rest = position..<min(file.count, position + PickleMachine.maximumSize)
      var machine = PickleMachine(file, rest, fileSize: file.count)
      let value = try machine.run()
      position = machine.position
      return (value, machine)
    }
    _ = try next()
    let (version, versionMachine) = try next()
    guard case .integer(Self.version) = version else {
      let found = if case .integer(let number) = version { "version \(number)" } else { versionMachine.kind(version) }
      throw file.error(expected: "a checkpoint of the version \(Self.version)", found: found)
    }
    let (facts, factsMachine) = try next()
    if case .dictionary(let index) = facts {
      for case (.string("little_endian"), .bool(false)) in factsMachine.items(ofDictionary: index) {
        throw file.error(expected: "little-endian numbers", found: "big-endian numbers")
      }
    }
    (root, machine) = try next()
    let (keys, keysMachine) = try next()
    ranges = try Self.locate(try keysMachine.sequence(keys, "a list of storages"), machine, file, from: position)
  }

  /// Each storage consists of its number of elements, in 8 bytes, and the elements.
  private static func locate(
    _ keys: [PickleValue], _ machine: PickleMachine, _ file: FileBytes, from start: Int
  ) throws -> [String: Range<Int>] {
    var ranges: [String: Range<Int>] = [:]
    var position = start
    for case .string(let key) in keys {
      guard let storage = machine.storages[key], ranges[key] == nil else {
        throw file.error(expected: "each storage once, with its type", found: "'\(key)'")
      }
      guard let size = storage.byteCount ?? unreadableSize(storage) else {
        throw file.error(expected: "the storage '\(key)' of a known type", found: storage.className)
      }
      let count = try file.integer(UInt64.self, at: position, of: "the size of the storage '\(key)'")
      guard count == UInt64(storage.count) else {
        throw file.error(expected: "the storage '\(key)' to hold \(storage.count) values", found: "\(count)")
      }
      ranges[key] = try file.range(at: UInt64(position) + 8, count: UInt64(size), of: "the storage '\(key)'")
      position += 8 + size
    }
    return ranges
  }

  /// The bytes of a storage of a type that is not read, which has to be skipped.
  private static func unreadableSize(_ storage: StorageReference) -> Int? {
    let sizes = [
      "ComplexFloat": 8, "ComplexDouble": 16, "QInt8": 1, "QUInt8": 1, "QInt32": 4, "QUInt4x2": 1, "QUInt2x4": 1,
    ]
    let name = storage.className.split(separator: ".").last?.dropLast("Storage".count) ?? ""
    guard let size = sizes[String(name)] else { return nil }
    let (bytes, overflow) = storage.count.multipliedReportingOverflow(by: size)
    return overflow ? nil : bytes
  }

  /// - Throws: `InputError` when the file has no such storage.
  func range(of key: String, _ file: FileBytes) throws -> Range<Int> {
    guard let range = ranges[key] else {
      throw file.error(expected: "the storage '\(key)' in the file", found: "no such storage")
    }
    return range
  }
}
