/// The fields of a message in the wire format of Protocol Buffers, read without knowing the message.
struct ProtobufReader {
  enum Content: Equatable {
    case varint(UInt64)
    case fixed32(UInt32)
    case bytes([UInt8])
  }

  struct Failure: Error {
    let reason: String
  }

  /// In the order of the bytes.
  let fields: [(number: Int, content: Content)]

  init(_ bytes: [UInt8]) throws {
    var place = 0, fields: [(Int, Content)] = []
    func take(_ count: Int) throws -> ArraySlice<UInt8> {
      guard count >= 0, place + count <= bytes.count else { throw Failure(reason: "the bytes end in a field") }
      defer { place += count }
      return bytes[place..<place + count]
    }
    func varint() throws -> UInt64 {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 70, by: 7) {
        let byte = try take(1).first!
        value |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return value }
      }
      throw Failure(reason: "a number of more than ten bytes")
    }
    while place < bytes.count {
      let tag = try varint(), number = Int(tag >> 3)
      switch tag & 7 {
      case 0: fields.append((number, .varint(try varint())))
      case 2: fields.append((number, .bytes(Array(try take(Int(try varint()))))))
      case 5:
        let word = try take(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        fields.append((number, .fixed32(word)))
      default: throw Failure(reason: "a field of wire type \(tag & 7)")
      }
    }
    self.fields = fields
  }

  /// The contents of a field, which may be repeated.
  subscript(number: Int) -> [Content] { fields.filter { $0.number == number }.map(\.content) }

  func integers(_ number: Int) -> [Int] {
    self[number].compactMap { if case .varint(let value) = $0 { Int(Int64(bitPattern: value)) } else { nil } }
  }

  func numbers(_ number: Int) -> [Float] {
    self[number].compactMap { if case .fixed32(let bits) = $0 { Float(bitPattern: bits) } else { nil } }
  }

  func bytes(_ number: Int) -> [[UInt8]] {
    self[number].compactMap { if case .bytes(let bytes) = $0 { bytes } else { nil } }
  }

  func texts(_ number: Int) -> [String] { bytes(number).map { String(decoding: $0, as: UTF8.self) } }

  func messages(_ number: Int) throws -> [ProtobufReader] { try bytes(number).map { try ProtobufReader($0) } }
}
