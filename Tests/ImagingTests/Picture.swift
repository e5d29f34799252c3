import Foundation
import RAMiTImaging

/// The picture that the fixtures hold; see Fixtures/make_fixtures.py.
enum Picture {
  static let width = 21, height = 18

  /// Sample (x, y, c) with this many bits.
  static func sample(_ x: Int, _ y: Int, _ c: Int, bits: Int = 8) -> Int {
    let value = (37 * x + 59 * y + 101 * c + 13 * x * y) % 256
    return bits == 16 ? (value * 257 + x + 3 * y) % 65536 : value % (1 << bits)
  }

  /// The picture, each sample changed by `change`.
  static func image(channels: Int, bits: Int = 8, _ change: (Int) -> Int = { $0 }) -> Image {
    var values: [Int] = []
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels { values.append(change(sample(x, y, c, bits: bits))) }
      }
    }
    let samples: Image.Samples = bits == 16 ? .uint16(values.map(UInt16.init)) : .uint8(values.map(UInt8.init))
    return Image(width: width, height: height, channels: channels, samples: samples)
  }

  /// The picture as indices into a palette of 16 colours.
  static let indexed = drawn(width: width, height: height, channels: 3) { x, y, c in
    let index = sample(x, y, 0, bits: 4)
    return [7 * index, 11 * index, 255 - index][c]
  }
}

/// The path of a fixture.
func fixture(_ name: String) -> String { Bundle.module.resourcePath! + "/Fixtures/" + name }
