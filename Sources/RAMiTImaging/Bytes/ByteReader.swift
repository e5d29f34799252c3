/// Reads numbers from a file's bytes, at any place, and never beyond the end.
struct ByteReader {
  enum Order { case little, big }

  let bytes: [UInt8]
  let order: Order

  init(_ bytes: [UInt8], _ order: Order) {
    self.bytes = bytes
    self.order = order
  }

  /// - Throws: `ImageError` when the bytes are not all there.
  func range(_ start: Int, count: Int) throws -> Range<Int> {
    guard start >= 0, count >= 0, start <= bytes.count, count <= bytes.count - start else {
      let (end, overflow) = start.addingReportingOverflow(count)
      throw ImageError("a file that ends at byte \(bytes.count)" + (overflow || end < 0 ? "" : " of \(end)"))
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

  /// - Throws: `ImageError` also for a number that no file's size reaches.
  func uint64(_ place: Int) throws -> Int {
    let first = try uint32(place), second = try uint32(place + 4)
    let (low, high) = order == .little ? (first, second) : (second, first)
    guard high < 1 << 31 else { throw ImageError("an offset or a count beyond any file's end") }
    return low | high << 32
  }

  func int32(_ place: Int) throws -> Int { Int(Int32(truncatingIfNeeded: try uint32(place))) }
}

/// What is wrong with an image file; `ImageFile` adds the path and what was expected.
struct ImageError: Error {
  let found: String

  init(_ found: String) { self.found = found }
}

/// A number of 32 bits, as PNG and ICC profiles have it.
func bigEndian(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

/// A number of 16 bits, as JPEG and ICC profiles have it.
func bigEndian16(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }
