import RAMiTDiagnostics

/// Interprets the pickle of a PyTorch file as far as it describes tensors; it imports and calls nothing.
///
/// Unknown names and the objects that are made with them are opaque values, which hold only the items that are set on
/// them. Work and memory are linear in the pickle's bytes and bounded by the file's size: every operation makes one
/// value of a fixed size, containers are shared by their indices, and copies have a budget.
struct PickleMachine {
  static let highestProtocol = 5
  /// In bytes.
  static let maximumSize = 64 << 20
  /// A tensor takes about 45 operations; an operation takes up to 100 bytes of memory, and at least one byte of the
  /// pickle. So only a compressed pickle can reach this limit.
  private let maximumOperations: Int

  let file: FileBytes
  let end: Int
  var position: Int
  var stack: [PickleValue] = []
  var marks: [Int] = []
  var memo: [UInt32: PickleValue] = [:]
  var sequences: [[PickleValue]] = []
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  /// The description of each opaque value, and the index of the dictionary of its items.
  var opaques: [(kind: String, items: Int?)] = []
  var objectKinds: [String: String] = [:]
  /// Storages by key; the format before PyTorch 1.6 needs them to find their bytes.
  private(set) var storages: [String: StorageReference] = [:]
  /// The number of values that may still be copied between containers.
  var copiesLeft: Int

  /// - Parameter fileSize: the bytes of the file; a compressed pickle may have more.
  init(_ file: FileBytes, _ range: Range<Int>, fileSize: Int) {
    self.file = file
    position = range.lowerBound
    end = range.upperBound
    maximumOperations = (1 << 19) + fileSize
    copiesLeft = min(range.count, maximumOperations)
  }

  /// The items of a dictionary in the order in which they were set.
  func items(ofDictionary index: Int) -> [(key: PickleValue, value: PickleValue)] { dictionaries[index] }

  /// What a value is, for messages.
  func kind(_ value: PickleValue) -> String {
    if case .opaque(let index) = value { return opaques[index].kind }
    return value.kind
  }

  /// Runs to STOP; `position` is then the byte after it.
  /// - Returns: the value on top of the stack.
  mutating func run() throws -> PickleValue {
    for _ in 0..<maximumOperations {
      let start = position
      let byte = try integer(UInt8.self)
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw file.error(
          expected: "a pickle of tensors",
          found: "the pickle opcode \(PickleOpcode.name(ofRefused: byte)) at byte \(start)")
      }
      if opcode == .stop { return try pop() }
      try execute(opcode)
    }
    throw file.error(expected: "a pickle of at most \(maximumOperations) operations", found: "more operations")
  }

  private mutating func execute(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .proto: try requireProtocol()
    case .frame: _ = try length(of: UInt64.self)
    case .none: stack.append(.none)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .binInt: stack.append(.integer(Int(try integer(Int32.self))))
    case .binInt1: stack.append(.integer(Int(try integer(UInt8.self))))
    case .binInt2: stack.append(.integer(Int(try integer(UInt16.self))))
    case .long1: try pushLong(size: Int(try integer(UInt8.self)))
    case .long4: try pushLong(size: Int(try integer(Int32.self)))
    case .integerLine, .longLine: try pushNumber(try line())
    case .binFloat: stack.append(.float(Double(bitPattern: try integer(UInt64.self).byteSwapped)))
    case .floatLine: try pushFloat(try line())
    case .binUnicode: stack.append(.string(try text(try length(of: UInt32.self))))
    case .shortBinUnicode: stack.append(.string(try text(try length(of: UInt8.self))))
    case .binUnicode8: stack.append(.string(try text(try length(of: UInt64.self))))
    case .shortBinString: pushString(try advance(try length(of: UInt8.self)))
    case .binString: pushString(try advance(try length(of: UInt32.self)))
    case .unicodeLine, .stringLine: stack.append(.string(try line(isQuoted: opcode == .stringLine)))
    case .shortBinBytes: try pushBytes(try length(of: UInt8.self))
    case .binBytes: try pushBytes(try length(of: UInt32.self))
    case .binBytes8, .byteArray8: try pushBytes(try length(of: UInt64.self))
    case .readOnlyBuffer: _ = try top()
    case .get: stack.append(try recall(try memoIndex()))
    case .binGet: stack.append(try recall(UInt32(try integer(UInt8.self))))
    case .longBinGet: stack.append(try recall(try integer(UInt32.self)))
    case .put: memo[try memoIndex()] = try top()
    case .binPut: memo[UInt32(try integer(UInt8.self))] = try top()
    case .longBinPut: memo[try integer(UInt32.self)] = try top()
    case .memoize: memo[UInt32(memo.count)] = try top()
    case .mark: marks.append(stack.count)
    case .pop: try drop()
    case .popMark: _ = try popToMark()
    case .duplicate: stack.append(try top())
    default: try executeOnContainers(opcode)
    }
  }

  private mutating func executeOnContainers(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .emptyTuple, .emptyList: pushSequence([])
    case .tuple1: pushSequence(try pop(1))
    case .tuple2: pushSequence(try pop(2))
    case .tuple3: pushSequence(try pop(3))
    case .tuple, .list: pushSequence(try popToMark())
    case .append: try append(try pop(1))
    case .appends: try append(try popToMark())
    case .emptySet: pushOpaque("a set")
    case .addItems:
      _ = try popToMark()
      guard case .opaque = try top() else { throw malformed("a set to add to", found: kind(try top())) }
    case .frozenSet:
      _ = try popToMark()
      pushOpaque("a set")
    case .emptyDictionary: pushDictionary()
    case .dictionary: try pushDictionary(ofItems: try popToMark())
    case .setItem: try setItems(try pop(2))
    case .setItems: try setItems(try popToMark())
    case .build: try build()
    case .global: stack.append(.global(try line() + "." + line()))
    case .stackGlobal: try pushStackGlobal()
    case .reduce, .newObject:
      let values = try pop(2)
      stack.append(try call(values[0], try sequence(values[1], "arguments")))
    case .newObjectWithKeywords:
      let values = try pop(3)
      stack.append(try call(values[0], try sequence(values[1], "arguments")))
    case .instance:
      let name = try line() + "." + line()
      stack.append(try call(.global(name), try popToMark()))
    case .object:
      let values = try popToMark()
      guard let type = values.first else { throw malformed("a class", found: "no values") }
      stack.append(try call(type, Array(values.dropFirst())))
    case .binPersistentID:
      let identity = try pop()
      try pushPersistent(identity)
    default: throw malformed("a storage's identity as a tuple", found: "one as text")  // PERSID
    }
  }

  // MARK: The stack

  func malformed(_ expected: String, found: String) -> InputError {
    file.error(expected: "\(expected) in the pickle before byte \(position)", found: found)
  }

  func top() throws -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else {
      throw malformed("a value", found: "an empty stack")
    }
    return value
  }

  mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  mutating func pop(_ count: Int) throws -> [PickleValue] {
    let available = stack.count - (marks.last ?? 0)
    guard available >= count else { throw malformed("\(count) values", found: "\(available)") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw malformed("a mark", found: "no mark") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  /// POP removes the last mark when nothing was pushed after it.
  private mutating func drop() throws {
    if let mark = marks.last, mark == stack.count { marks.removeLast() } else { _ = try pop() }
  }

  private func recall(_ index: UInt32) throws -> PickleValue {
    guard let value = memo[index] else { throw malformed("memo entry \(index)", found: "no such entry") }
    return value
  }

  mutating func remember(_ storage: StorageReference) { storages[storage.key] = storages[storage.key] ?? storage }
}
