/// Netpbm images: PBM, PGM and PPM as text or bytes (P1 to P6) and PAM (P7), of up to 16 bits; and PFM, of
/// floating-point numbers.
struct PNMFile: ImageDecoder {

  static func recognizes(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 3, bytes[0] == UInt8(ascii: "P"), kind(bytes[1]) != nil else { return false }
    return isSpace(bytes[2]) || bytes[2] == UInt8(ascii: "#")
  }

  /// The digit after the P; PFM's letters count as 8 (gray) and 9 (colours).
  private static func kind(_ byte: UInt8) -> Int? {
    switch byte {
    case 0x31...0x37: Int(byte) - 0x30
    case UInt8(ascii: "f"): 8
    case UInt8(ascii: "F"): 9
    default: nil
    }
  }

  let width, height, channels: Int
  let orientation = Symmetry.identity
  private let bytes: [UInt8]
  private let kind: Int
  /// Of PFM's numbers.
  private let isLittle: Bool
  /// The number that stands for white.
  private let white: Int
  /// Of the first pixel.
  private let start: Int

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    kind = Self.kind(bytes[1]) ?? 0
    var scanner = Scanner(bytes: bytes, place: 2)
    if kind >= 8 {
      (width, height) = (try scanner.number(), try scanner.number())
      // A scale, whose sign tells the order of bytes.
      let scale = Double(try scanner.word())
      guard let scale, scale != 0, scale.isFinite else { throw ImageError("a PFM file without a scale") }
      (white, channels, isLittle) = (65535, kind == 9 ? 3 : 1, scale < 0)
      start = scanner.place + 1
      return
    }
    isLittle = false
    if kind == 7 {
      let header = try scanner.pamHeader()
      (width, height, white) = (header.width, header.height, header.white)
      channels = header.depth
      guard (1...4).contains(channels) else { throw ImageError("\(channels) channels") }
    } else {
      width = try scanner.number()
      height = try scanner.number()
      white = kind == 1 || kind == 4 ? 1 : try scanner.number()
      channels = kind == 3 || kind == 6 ? 3 : 1
      if kind > 3 { scanner.place += 1 }  // one white space, and then bytes that may look like it
    }
    start = scanner.place
    guard (1...65535).contains(white) else { throw ImageError("\(white) for white") }
  }

  var bitDepth: Int { white > 255 ? 16 : 8 }

  func decode(notes: inout [String]) throws -> Image {
    let count = width * height * channels
    var end = 0
    let samples: Image.Samples
    if kind >= 8 {
      let range = try ByteReader(bytes, .big).range(start, count: 4 * count)
      end = range.upperBound
      samples = .uint16(NumberRange.sixteenBits(floats(range), notes: &notes))
    } else if bitDepth == 16 {
      let levels = try stored(count, as: UInt16.self, end: &end)
      let scale = scale(to: 65535)
      samples = .uint16(white == 65535 ? levels : levels.map { UInt16(scale[min(Int($0), white)]) })
    } else {
      let levels = try stored(count, as: UInt8.self, end: &end)
      let scale = scale(to: 255)
      samples = .uint8(white == 255 ? levels : levels.map { UInt8(scale[min(Int($0), white)]) })
    }
    let rest = Array(bytes[min(end, bytes.count)...].drop(while: Self.isSpace).prefix(3))
    if Self.recognizes(rest) { notes.append("the pictures after the first left out") }
    return Image(width: width, height: height, channels: channels, samples: samples)
  }

  /// PFM's numbers, the top row first; the file begins with the last one.
  private func floats(_ range: Range<Int>) -> [Float] {
    bytes.withUnsafeBytes { bytes in
      let line = width * channels
      return (0..<height * line).map { i in
        let place = range.lowerBound + 4 * ((height - 1 - i / line) * line + i % line)
        let bits = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
        return Float(bitPattern: isLittle ? UInt32(littleEndian: bits) : UInt32(bigEndian: bits))
      }
    }
  }

  /// Every level as one of 0 to `top`, rounded as Pillow does: halves to the even number.
  private func scale(to top: Int) -> [Int] {
    (0...white).map { Int((Double($0) / Double(white) * Double(top)).rounded(.toNearestOrEven)) }
  }

  /// The numbers of the file, 0 for black.
  private func stored<Sample: FixedWidthInteger & UnsignedInteger>(
    _ count: Int, as type: Sample.Type, end: inout Int
  ) throws -> [Sample] {
    if kind <= 3 {
      // A number is a digit at least.
      guard count <= bytes.count - start else {
        throw ImageError("\(bytes.count) bytes for \(width) x \(height) pixels")
      }
      var scanner = Scanner(bytes: bytes, place: start)
      let values = try (0..<count).map { _ in
        try Sample(truncatingIfNeeded: kind == 1 ? 1 - scanner.bit() : min(scanner.number(), white))
      }
      end = scanner.place
      return values
    }
    let line = kind == 4 ? (width + 7) / 8 : width * channels * MemoryLayout<Sample>.size
    let (size, overflow) = line.multipliedReportingOverflow(by: height)
    let range = try ByteReader(bytes, .big).range(start, count: overflow ? .max : size)
    end = range.upperBound
    return bytes.withUnsafeBytes { bytes in
      let pixels = UnsafeRawBufferPointer(rebasing: bytes[range])
      if kind == 4 {
        return (0..<count).map { i in
          let (y, x) = (i / width, i % width)
          return pixels[y * line + x / 8] >> UInt8(7 - x % 8) & 1 == 1 ? 0 : 1
        }
      }
      return (0..<count).map {
        Sample(bigEndian: pixels.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Sample>.size, as: Sample.self))
      }
    }
  }

  fileprivate static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}

/// Reads the text of a Netpbm file.
private struct Scanner {
  let bytes: [UInt8]
  var place: Int

  /// Passes white space, and comments: from # to the line's end.
  private mutating func skip() throws {
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "#") {
        while place < bytes.count, bytes[place] != 10, bytes[place] != 13 { place += 1 }
      } else if PNMFile.isSpace(bytes[place]) {
        place += 1
      } else {
        return
      }
    }
    throw ImageError("a file that ends at byte \(bytes.count)")
  }

  mutating func number() throws -> Int {
    try skip()
    let first = place
    var value = 0
    while place < bytes.count, (0x30...0x39).contains(bytes[place]) {
      value = value * 10 + Int(bytes[place]) - 0x30
      place += 1
      guard value <= 1 << 32 else { throw ImageError("a number of more than ten digits") }
    }
    guard place > first else { throw ImageError("the byte \(bytes[place]) where a number should stand") }
    return value
  }

  /// A digit that may stand next to the one before.
  mutating func bit() throws -> Int {
    try skip()
    guard bytes[place] == 0x30 || bytes[place] == 0x31 else {
      throw ImageError("the byte \(bytes[place]) where 0 or 1 should stand")
    }
    defer { place += 1 }
    return Int(bytes[place]) - 0x30
  }

  mutating func word() throws -> String {
    try skip()
    let first = place
    while place < bytes.count, !PNMFile.isSpace(bytes[place]) { place += 1 }
    return String(decoding: bytes[first..<place], as: UTF8.self)
  }

  /// The lines of PAM's header, each a name and a value.
  mutating func pamHeader() throws -> (width: Int, height: Int, depth: Int, white: Int) {
    var width = 0, height = 0, depth = 0, white = 0
    while true {
      switch try word() {
      case "WIDTH": width = try number()
      case "HEIGHT": height = try number()
      case "DEPTH": depth = try number()
      case "MAXVAL": white = try number()
      case "TUPLTYPE": _ = try word()
      case "ENDHDR":
        place += 1
        return (width, height, depth, white)
      case let name: throw ImageError("\(name.prefix(20)) in the header")
      }
    }
  }
}
