/// Reads numbers from a file's bytes, at any place, and never beyond the end.
struct ByteReader {
  enum Order { case little, big }

  let bytes: [UInt8]
  let order: Order

  init(_ bytes: [UInt8], _ order: Order) {
    self.bytes = bytes
    self.order = order
  }

  /// - Throws: `ImageFault` when the bytes are not all there.
  func range(_ start: Int, count: Int) throws -> Range<Int> {
    guard start >= 0, count >= 0, start <= bytes.count, count <= bytes.count - start else {
      throw ImageFault(
        "a file that ends at byte \(bytes.count) of \(start.addingReportingOverflow(count).partialValue)")
    }
    return start..<start + count
  }

  func uint8(_ place: Int) throws -> Int { Int(bytes[try range(place, count: 1).lowerBound]) }

  func uint16(_ place: Int) throws -> Int {
    let start = try range(place, count: 2).lowerBound
    let (a, b) = (Int(bytes[start]), Int(bytes[start + 1]))
    return order == .little ? a | b << 8 : a << 8 | b
  }

  func uint32(_ place: Int) throws -> Int {
    let first = try uint16(place), second = try uint16(place + 2)
    return order == .little ? first | second << 16 : first << 16 | second
  }

  func int32(_ place: Int) throws -> Int { Int(Int32(truncatingIfNeeded: try uint32(place))) }
}

/// What is wrong with an image file; the door (`ImageFile`) adds the path and what was expected.
struct ImageFault: Error {
  let found: String

  init(_ found: String) { self.found = found }
}

/// A file format's reader: the header when it is made, the pixels when they are asked for.
protocol ImageDecoder {
  /// The format's name, for messages.
  static var format: String { get }
  /// Whether a file that begins like this is of the format.
  static func recognizes(_ bytes: [UInt8]) -> Bool

  /// Reads the header.
  /// - Throws: `ImageFault`.
  init(_ bytes: [UInt8]) throws

  /// As they are stored, before the orientation.
  var width: Int { get }
  var height: Int { get }
  /// Of the decoded image: 1 to 4.
  var channels: Int { get }
  /// 8 or 16, of the decoded image.
  var bitDepth: Int { get }
  var orientation: Orientation { get }

  /// - Precondition: the sizes have been found reasonable.
  /// - Throws: `ImageFault`.
  func decode() throws -> Image
}
