import Diagnostics

/// Runs the pickle of a PyTorch archive, restricted to what describes tensors: nothing is imported, nothing is called.
///
/// It holds to the subset that `torch.load(weights_only=True)` takes, less what state dictionaries do not use. Work and
/// memory are linear in the pickle's operations, and those have a limit.
struct PickleMachine {
  /// A tensor takes about 45 operations; an operation takes up to 100 bytes of memory.
  static let maximumOperations = 1 << 19

  private let file: FileBytes
  private let end: Int
  private var position: Int
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [UInt32: PickleValue] = [:]
  private var tuples: [[PickleValue]] = []
  private var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []

  init(_ file: FileBytes, _ range: Range<Int>) {
    self.file = file
    position = range.lowerBound
    end = range.upperBound
  }

  /// The items of a dictionary, in the order in which they were set.
  func items(ofDictionary place: Int) -> [(key: PickleValue, value: PickleValue)] { dictionaries[place] }

  /// Runs to STOP, and returns what is then on the stack.
  mutating func run() throws -> PickleValue {
    for _ in 0..<Self.maximumOperations {
      let place = position
      let byte = try integer(UInt8.self)
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw refusal(of: "the pickle opcode \(PickleOpcode.name(ofRefused: byte)) at byte \(place)")
      }
      if opcode == .stop { return try pop() }
      try execute(opcode)
    }
    throw file.error(expected: "a pickle of at most \(Self.maximumOperations) operations", found: "more")
  }

  private mutating func execute(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .proto:
      let version = try integer(UInt8.self)
      guard version == 2 else { throw file.error(expected: "a pickle of protocol 2", found: "protocol \(version)") }
    case .none: stack.append(.none)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .binInt: stack.append(.integer(Int(try integer(Int32.self))))
    case .binInt1: stack.append(.integer(Int(try integer(UInt8.self))))
    case .binInt2: stack.append(.integer(Int(try integer(UInt16.self))))
    case .long1: stack.append(.integer(try long()))
    case .binFloat: stack.append(.float(Double(bitPattern: try integer(UInt64.self).byteSwapped)))
    case .binUnicode: stack.append(.string(try text(size: Int(try integer(UInt32.self)))))
    case .global: stack.append(.global(try global()))
    case .binGet: stack.append(try recall(UInt32(try integer(UInt8.self))))
    case .longBinGet: stack.append(try recall(try integer(UInt32.self)))
    case .binPut: memo[UInt32(try integer(UInt8.self))] = try top()
    case .longBinPut: memo[try integer(UInt32.self)] = try top()
    case .mark: marks.append(stack.count)
    case .emptyTuple: pushTuple([])
    case .tuple1: pushTuple(try pop(1))
    case .tuple2: pushTuple(try pop(2))
    case .tuple3: pushTuple(try pop(3))
    case .tuple: pushTuple(try popToMark())
    case .emptyList: stack.append(.list)
    case .append:
      _ = try pop()
      try requireList()
    case .appends:
      _ = try popToMark()
      try requireList()
    case .emptyDictionary: pushDictionary()
    case .setItem: try setItems(try pop(2))
    case .setItems: try setItems(try popToMark())
    case .build: try build()
    case .reduce: try reduce()
    case .binPersistentID: stack.append(.storage(try storage(try pop())))
    case .stop: break
    }
  }

  // MARK: The pickle's bytes

  private mutating func advance(_ count: Int) throws -> Range<Int> {
    guard count <= end - position else {
      throw file.error(expected: "\(count) more bytes of the pickle", found: "\(end - position)")
    }
    position += count
    return position - count..<position
  }

  private mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
    try file.integer(type, at: try advance(MemoryLayout<Value>.size).lowerBound, of: "the pickle")
  }

  /// A little-endian two's complement number of up to 8 bytes.
  private mutating func long() throws -> Int {
    let size = Int(try integer(UInt8.self))
    guard size <= 8 else { throw refusal(of: "an integer of \(size) bytes") }
    let bytes = file.bytes[try advance(size)]
    let isNegative = (bytes.last ?? 0) & 0x80 != 0
    return bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
  }

  private mutating func text(size: Int) throws -> String {
    try file.text(try advance(size), of: "a string of the pickle")
  }

  private mutating func line() throws -> String {
    guard let lineEnd = file.bytes[position..<end].firstIndex(of: UInt8(ascii: "\n")) else {
      throw file.error(expected: "a line of the pickle", found: "its end")
    }
    defer { position = lineEnd + 1 }
    return try text(size: lineEnd - position)
  }

  private mutating func global() throws -> PickleGlobal {
    let name = try line() + "." + line()
    guard let global = PickleGlobal(rawValue: name) else { throw refusal(of: "the global \(name)") }
    return global
  }

  private func refusal(of found: String) -> InputError {
    file.error(expected: "nothing but tensors in the pickle", found: found)
  }

  // MARK: The stack

  private func malformed(_ expected: String, found: String) -> InputError {
    file.error(expected: "\(expected) in the pickle before byte \(position)", found: found)
  }

  private func top() throws -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw malformed("a value", found: "none") }
    return value
  }

  private mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw malformed("\(count) values", found: "fewer") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw malformed("a mark", found: "none") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private func recall(_ place: UInt32) throws -> PickleValue {
    guard let value = memo[place] else { throw malformed("memo entry \(place)", found: "none") }
    return value
  }

  private mutating func pushTuple(_ values: [PickleValue]) {
    stack.append(.tuple(tuples.count))
    tuples.append(values)
  }

  private mutating func pushDictionary() {
    stack.append(.dictionary(dictionaries.count))
    dictionaries.append([])
  }

  private func requireList() throws {
    guard case .list = try top() else { throw malformed("a list to append to", found: try top().kind) }
  }

  private mutating func setItems(_ values: [PickleValue]) throws {
    guard values.count.isMultiple(of: 2) else { throw malformed("keys with values", found: "a key without") }
    guard case .dictionary(let place) = try top() else {
      throw malformed("a dictionary to set items of", found: try top().kind)
    }
    for i in stride(from: 0, to: values.count, by: 2) {
      dictionaries[place].append((values[i], values[i + 1]))
    }
  }

  /// Sets an object's attributes. A state dictionary has some (its modules' versions), which nobody needs.
  private mutating func build() throws {
    let state = try pop()
    guard case .dictionary = state, case .dictionary = try top() else {
      throw malformed("attributes of a dictionary", found: "\(state.kind) for \(try top().kind)")
    }
  }

  // MARK: What the globals mean

  private mutating func reduce() throws {
    let arguments = try tuple(try pop(), "arguments")
    let callee = try pop()
    switch (callee, arguments.count) {
    case (.global(.orderedDictionary), 0): pushDictionary()
    case (.global(.rebuildTensor), 6...7): stack.append(.tensor(try tensor(arguments)))
    case (.global(.rebuildParameter), 3):
      guard case .tensor = arguments[0] else { throw malformed("a parameter's tensor", found: arguments[0].kind) }
      stack.append(arguments[0])
    default: throw refusal(of: "\(callee.kind) called with \(arguments.count) arguments")
    }
  }

  private func tuple(_ value: PickleValue, _ what: String) throws -> [PickleValue] {
    guard case .tuple(let place) = value else { throw malformed(what, found: value.kind) }
    return tuples[place]
  }

  private func integers(_ value: PickleValue, _ what: String) throws -> [Int] {
    try tuple(value, what).map { element in
      guard case .integer(let integer) = element else { throw malformed(what, found: element.kind) }
      return integer
    }
  }

  /// `('storage', class, key, device, count)`
  private func storage(_ identity: PickleValue) throws -> StorageReference {
    let fields = try tuple(identity, "a storage's identity")
    guard fields.count == 5, case .string("storage") = fields[0], case .global(let name) = fields[1],
      let type = name.elementType, case .string(let key) = fields[2], case .string = fields[3],
      case .integer(let count) = fields[4], count >= 0
    else { throw malformed("a storage's identity", found: "another") }
    return StorageReference(key: key, type: type, count: count)
  }

  /// `(storage, offset, shape, strides, requires gradient, hooks[, metadata])`
  private func tensor(_ arguments: [PickleValue]) throws -> StoredTensor {
    guard case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1] else {
      throw malformed("a tensor's storage and offset", found: "\(arguments[0].kind) and \(arguments[1].kind)")
    }
    let shape = try integers(arguments[2], "a tensor's shape")
    let strides = try integers(arguments[3], "a tensor's strides")
    guard let tensor = StoredTensor(storage, offset: offset, shape: shape, strides: strides) else {
      throw malformed(
        "a tensor inside its storage of \(storage.count) values",
        found: "shape \(shape), strides \(strides), offset \(offset)")
    }
    return tensor
  }
}
