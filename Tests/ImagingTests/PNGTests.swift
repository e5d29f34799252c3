import RAMiTCZlib
import RAMiTImaging
import Testing

/// A PNG of any kind, written from its definition (PNG, third edition), to be read through the library.
struct PNGSource: CustomStringConvertible, Sendable {
  /// 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha.
  let colorType: Int
  let depth: Int
  let isInterlaced: Bool
  /// Whether a tRNS chunk names a transparent colour, or gives the palette alpha.
  let hasTransparency: Bool
  static let width = 11, height = 9

  var description: String {
    "type \(colorType), \(depth) bits\(isInterlaced ? ", interlaced" : "")\(hasTransparency ? ", tRNS" : "")"
  }

  static let all: [PNGSource] = [
    (0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16]),
  ]
  .flatMap { type, depths in
    depths.flatMap { depth in
      [false, true].flatMap { isInterlaced in
        (type < 4 ? [false, true] : [false]).map {
          PNGSource(colorType: type, depth: depth, isInterlaced: isInterlaced, hasTransparency: $0)
        }
      }
    }
  }

  private var storedChannels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType]! }

  /// A stored sample; all values of small depths occur.
  func stored(_ x: Int, _ y: Int, _ c: Int) -> Int {
    (x * 7 + y * 29 + c * 53 + x * y * 1021) & (1 << depth - 1)
  }

  private func paletteColor(_ index: Int) -> [Int] { [index * 37 & 255, 255 - index, index * 91 & 255] }
  private func paletteAlpha(_ index: Int) -> Int { index < 3 ? 60 * index : 255 }

  /// What readers are to make of it.
  var image: Image {
    let channels = (colorType == 3 ? 3 : storedChannels) + (hasTransparency ? 1 : 0)
    let top = depth == 16 ? 65535 : 255
    func value(_ x: Int, _ y: Int, _ c: Int) -> Int {
      if colorType == 3 {
        let index = stored(x, y, 0)
        return c < 3 ? paletteColor(index)[c] : paletteAlpha(index)
      }
      guard c < storedChannels else {
        return (0..<storedChannels).allSatisfy { stored(x, y, $0) == stored(4, 3, $0) } ? 0 : top
      }
      return stored(x, y, c) * (depth < 8 ? 255 / (1 << depth - 1) : 1)
    }
    return depth == 16
      ? deep(width: Self.width, height: Self.height, channels: channels, value)
      : drawn(width: Self.width, height: Self.height, channels: channels, value)
  }

  var file: [UInt8] {
    var png = ByteWriter(bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], isLittle: false)
    var header = ByteWriter(isLittle: false)
    header.uint32(Self.width, Self.height)
    header.uint8(depth, colorType, 0, 0, isInterlaced ? 1 : 0)
    png.chunk("IHDR", header.bytes)
    if colorType == 3 {
      png.chunk("PLTE", (0..<1 << depth).flatMap { paletteColor($0).map { UInt8($0) } })
      if hasTransparency { png.chunk("tRNS", (0..<min(3, 1 << depth)).map { UInt8(paletteAlpha($0)) }) }
    } else if hasTransparency {
      var color = ByteWriter(isLittle: false)
      for c in 0..<storedChannels { color.uint16(stored(4, 3, c)) }
      png.chunk("tRNS", color.bytes)
    }
    let passes =
      isInterlaced
      ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
      : [(0, 0, 1, 1)]
    png.chunk("IDAT", deflated(passes.flatMap(pass)))
    png.chunk("IEND", [])
    return png.bytes
  }

  /// The rows of every `dx`-th and `dy`-th pixel, none of them filtered.
  private func pass(x: Int, y: Int, dx: Int, dy: Int) -> [UInt8] {
    guard x < Self.width else { return [] }
    return stride(from: y, to: Self.height, by: dy).flatMap { y in
      var row: [UInt8] = [0], held = 0, bits = 0
      for x in stride(from: x, to: Self.width, by: dx) {
        for c in 0..<storedChannels {
          (held, bits) = (held << depth | stored(x, y, c), bits + depth)
          while bits >= 8 {
            bits -= 8
            row.append(UInt8(truncatingIfNeeded: held >> bits))
          }
        }
      }
      if bits > 0 { row.append(UInt8(truncatingIfNeeded: held << (8 - bits))) }
      return row
    }
  }
}

extension ByteWriter {
  mutating func chunk(_ name: String, _ data: [UInt8]) {
    let body = Array(name.utf8) + data
    uint32(data.count)
    bytes += body
    uint32(Int(crc32(0, body, UInt32(body.count))))
  }
}

func deflated(_ bytes: [UInt8]) -> [UInt8] {
  var size = compressBound(uLong(bytes.count))
  var result = [UInt8](repeating: 0, count: Int(size))
  #expect(compress(&result, &size, bytes, uLong(bytes.count)) == Z_OK)
  return Array(result.prefix(Int(size)))
}

@Suite struct PNGTests {
  @Test(arguments: PNGSource.all) func everyKindIsRead(_ source: PNGSource) throws {
    let file = source.file, expected = source.image
    let image = try ImageFile.decode(file, from: "a.png")
    #expect(largestDifference(image, expected) == 0)
  }
}
