import RAMiTDiagnostics

/// Runs the pickle of a PyTorch file, restricted to what describes tensors: nothing is imported, nothing is called.
///
/// Names that are not known by meaning, and what is made with them, are opaque values that hold nothing but what is set
/// on them as on a dictionary. Work and memory are linear in the pickle's bytes and bounded by the file's size: every
/// operation makes one value of a fixed size, containers are shared by their places, and what is copied has a budget.
struct PickleMachine {
  static let highestProtocol = 5
  /// A tensor takes about 45 operations; an operation takes up to 100 bytes of memory. An operation has at least one
  /// byte, so that only a pickle that was inflated from a smaller file meets this limit.
  private let maximumOperations: Int

  let file: FileBytes
  let end: Int
  var position: Int
  var stack: [PickleValue] = []
  var marks: [Int] = []
  var memo: [UInt32: PickleValue] = [:]
  var sequences: [[PickleValue]] = []
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  /// What each opaque value is, and the place of the dictionary of its items.
  var opaques: [(kind: String, items: Int?)] = []
  var objectKinds: [String: String] = [:]
  /// Storages by key; the format before PyTorch 1.6 needs them to find the bytes of each.
  private(set) var storages: [String: StorageReference] = [:]
  /// Values that may still be copied from one container to another.
  var copiesLeft: Int

  /// - Parameter fileSize: bytes of the file, which may be fewer than those of the pickle in it.
  init(_ file: FileBytes, _ range: Range<Int>, fileSize: Int) {
    self.file = file
    position = range.lowerBound
    end = range.upperBound
    maximumOperations = (1 << 20) + fileSize
    copiesLeft = min(range.count, maximumOperations)
  }

  /// The items of a dictionary, in the order in which they were set.
  func items(ofDictionary place: Int) -> [(key: PickleValue, value: PickleValue)] { dictionaries[place] }

  /// A word for a value, for messages.
  func kind(_ value: PickleValue) -> String {
    if case .opaque(let place) = value { return opaques[place].kind }
    return value.kind
  }

  /// Runs to STOP, and returns what is then on the stack; `position` is then behind it.
  mutating func run() throws -> PickleValue {
    for _ in 0..<maximumOperations {
      let place = position
      let byte = try integer(UInt8.self)
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw file.error(
          expected: "a pickle of tensors",
          found: "the pickle opcode \(PickleOpcode.name(ofRefused: byte)) at byte \(place)")
      }
      if opcode == .stop { return try pop() }
      try execute(opcode)
    }
    throw file.error(expected: "a pickle of at most \(maximumOperations) operations", found: "more")
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
    case .get: stack.append(try recall(try memoPlace()))
    case .binGet: stack.append(try recall(UInt32(try integer(UInt8.self))))
    case .longBinGet: stack.append(try recall(try integer(UInt32.self)))
    case .put: memo[try memoPlace()] = try top()
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
      guard let type = values.first else { throw malformed("a class", found: "none") }
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
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw malformed("a value", found: "none") }
    return value
  }

  mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw malformed("\(count) values", found: "fewer") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw malformed("a mark", found: "none") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  /// POP takes a mark where nothing lies upon it.
  private mutating func drop() throws {
    if let mark = marks.last, mark == stack.count { marks.removeLast() } else { _ = try pop() }
  }

  private func recall(_ place: UInt32) throws -> PickleValue {
    guard let value = memo[place] else { throw malformed("memo entry \(place)", found: "none") }
    return value
  }

  mutating func remember(_ storage: StorageReference) { storages[storage.key] = storages[storage.key] ?? storage }
}
