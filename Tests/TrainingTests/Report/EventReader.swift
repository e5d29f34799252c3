import Foundation
import Testing

@testable import RAMiTReports

/// A reader of TensorBoard's files that shares nothing with what writes them.
struct EventReader {
  struct Value: Equatable {
    var tag = ""
    var scalar: Float?
    var image: (height: UInt64, width: UInt64, colors: UInt64, file: [UInt8])?

    static func == (one: Value, other: Value) -> Bool {
      one.tag == other.tag && one.scalar == other.scalar && one.image?.file == other.image?.file
    }
  }

  struct Event: Equatable {
    var time = 0.0
    var step: UInt64 = 0
    var version: String?
    var values: [Value] = []
  }

  let events: [Event]

  /// Fails unless the file is whole records with right checksums, to its last byte.
  init(_ path: String) throws {
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))[...]
    var events: [Event] = []
    while !bytes.isEmpty {
      try #require(bytes.count >= 12)
      let head = Array(bytes.prefix(8))
      let length = Int(Self.number(head))
      try #require(Self.number(Array(bytes.dropFirst(8).prefix(4))) == Self.masked(head))
      try #require(bytes.count >= 16 + length)
      let content = Array(bytes.dropFirst(12).prefix(length))
      try #require(Self.number(Array(bytes.dropFirst(12 + length).prefix(4))) == Self.masked(content))
      events.append(try Self.event(content))
      bytes = bytes.dropFirst(16 + length)
    }
    self.events = events
  }

  /// The steps of a tag, in the order of the file.
  func steps(_ tag: String) -> [UInt64] { events.filter { $0.values.contains { $0.tag == tag } }.map(\.step) }

  func scalars(_ tag: String) -> [Float] { events.flatMap(\.values).filter { $0.tag == tag }.compactMap(\.scalar) }

  // MARK: Checksums, bit by bit

  private static func masked(_ bytes: [UInt8]) -> UInt64 {
    var crc: UInt32 = 0xffff_ffff
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82f6_3b78 : crc >> 1 }
    }
    crc = ~crc
    return UInt64((crc >> 15 | crc << 17) &+ 0xa282_ead8)
  }

  private static func number(_ bytes: [UInt8]) -> UInt64 {
    bytes.enumerated().reduce(0) { $0 | UInt64($1.element) << UInt64(8 * $1.offset) }
  }

  // MARK: Messages

  private enum Field {
    case number(UInt64)
    case bits32(UInt32)
    case bits64(UInt64)
    case bytes([UInt8])
  }

  private static func fields(_ message: [UInt8]) throws -> [(number: UInt64, field: Field)] {
    var place = 0
    func next(_ count: Int) throws -> [UInt8] {
      try #require(count >= 0 && place + count <= message.count)
      place += count
      return Array(message[place - count..<place])
    }
    func variable() throws -> UInt64 {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 64, by: 7) {
        let byte = try next(1)[0]
        value |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return value }
      }
      throw CocoaError(.coderReadCorrupt)
    }
    var result: [(UInt64, Field)] = []
    while place < message.count {
      let key = try variable()
      switch key & 7 {
      case 0: result.append((key >> 3, .number(try variable())))
      case 1: result.append((key >> 3, .bits64(number(try next(8)))))
      case 2: result.append((key >> 3, .bytes(try next(Int(try variable())))))
      case 5: result.append((key >> 3, .bits32(UInt32(number(try next(4))))))
      default: throw CocoaError(.coderReadCorrupt)
      }
    }
    return result
  }

  private static func event(_ message: [UInt8]) throws -> Event {
    var event = Event()
    for field in try fields(message) {
      switch field {
      case (1, .bits64(let bits)): event.time = Double(bitPattern: bits)
      case (2, .number(let step)): event.step = step
      case (3, .bytes(let text)): event.version = String(decoding: text, as: UTF8.self)
      case (5, .bytes(let summary)):
        for case (1, .bytes(let value)) in try fields(summary) { event.values.append(try self.value(value)) }
      default: throw CocoaError(.coderReadCorrupt)
      }
    }
    return event
  }

  private static func value(_ message: [UInt8]) throws -> Value {
    var value = Value()
    for field in try fields(message) {
      switch field {
      case (1, .bytes(let tag)): value.tag = String(decoding: tag, as: UTF8.self)
      case (2, .bits32(let bits)): value.scalar = Float(bitPattern: bits)
      case (4, .bytes(let image)):
        var parts: (height: UInt64, width: UInt64, colors: UInt64, file: [UInt8]) = (0, 0, 0, [])
        for field in try fields(image) {
          switch field {
          case (1, .number(let height)): parts.height = height
          case (2, .number(let width)): parts.width = width
          case (3, .number(let colors)): parts.colors = colors
          case (4, .bytes(let file)): parts.file = file
          default: throw CocoaError(.coderReadCorrupt)
          }
        }
        value.image = parts
      default: throw CocoaError(.coderReadCorrupt)
      }
    }
    return value
  }
}
