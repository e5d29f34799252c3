/// Writes pickles of protocol 2, operation by operation.
struct PickleBytes {
  var bytes: [UInt8] = [0x80, 2]

  /// The operation of this character, followed by its operand.
  mutating func op(_ character: Unicode.Scalar, _ operand: [UInt8] = []) {
    bytes.append(UInt8(ascii: character))
    bytes += operand
  }

  mutating func op(_ byte: UInt8, _ operand: [UInt8] = []) {
    bytes.append(byte)
    bytes += operand
  }

  mutating func global(_ module: String, _ name: String) { op("c", Array("\(module)\n\(name)\n".utf8)) }
  mutating func string(_ text: String) { op("X", little(UInt32(text.utf8.count)) + Array(text.utf8)) }

  mutating func integer(_ value: Int) {
    if let narrow = Int32(exactly: value) { op("J", little(narrow)) } else { op(0x8a, [8] + little(Int64(value))) }
  }

  mutating func tuple(_ values: [Int]) {
    op("(")
    for value in values { integer(value) }
    op("t")
  }

  /// An empty `OrderedDict()`.
  mutating func dictionary() {
    global("collections", "OrderedDict")
    op(")")
    op("R")
  }

  mutating func storage(_ type: String, key: String, count: Int) {
    op("(")
    string("storage")
    global("torch", type)
    string(key)
    string("cpu")
    integer(count)
    op("t")
    op("Q")
  }

  /// A call of `torch._utils._rebuild_tensor_v2`.
  mutating func tensor(
    _ type: String = "FloatStorage", key: String, count: Int, offset: Int = 0, shape: [Int], strides: [Int]
  ) {
    global("torch._utils", "_rebuild_tensor_v2")
    op("(")
    storage(type, key: key, count: count)
    integer(offset)
    tuple(shape)
    tuple(strides)
    op(0x89)
    dictionary()
    op("t")
    op("R")
  }

  /// What `body` leaves on the stack, between an empty dictionary and STOP.
  static func dictionary(_ body: (inout PickleBytes) -> Void) -> [UInt8] {
    var pickle = PickleBytes()
    pickle.dictionary()
    pickle.op("(")
    body(&pickle)
    pickle.op("u")
    pickle.op(".")
    return pickle.bytes
  }

  static func operations(_ body: (inout PickleBytes) -> Void) -> [UInt8] {
    var pickle = PickleBytes()
    body(&pickle)
    return pickle.bytes
  }
}

/// A checkpoint of this pickle and these storages, by key.
func checkpoint(_ pickle: [UInt8], _ storages: [(key: String, bytes: [UInt8])] = []) -> ZipBytes {
  ZipBytes(
    [.init("archive/data.pkl", pickle), .init("archive/byteorder", Array("little".utf8))]
      + storages.map { .init("archive/data/\($0.key)", $0.bytes) } + [.init("archive/version", Array("3\n".utf8))])
}

/// The float32 values 0, 1, 2, ...
func floats(_ count: Int) -> [UInt8] { (0..<count).flatMap { little(Float($0).bitPattern) } }
