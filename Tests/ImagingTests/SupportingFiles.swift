import Foundation
import RAMiTImaging

/// An image of 8 bits from a formula.
func drawn(width: Int, height: Int, channels: Int, _ value: (_ x: Int, _ y: Int, _ c: Int) -> Int) -> Image {
  let values = gathered(width, height, channels, value).map { UInt8($0) }
  return Image(width: width, height: height, channels: channels, samples: .uint8(values))
}

/// An image of 16 bits from a formula.
func deep(width: Int, height: Int, channels: Int, _ value: (_ x: Int, _ y: Int, _ c: Int) -> Int) -> Image {
  let values = gathered(width, height, channels, value).map { UInt16($0) }
  return Image(width: width, height: height, channels: channels, samples: .uint16(values))
}

private func gathered(_ width: Int, _ height: Int, _ channels: Int, _ value: (Int, Int, Int) -> Int) -> [Int] {
  (0..<width * height * channels).map { i in
    value(i / channels % width, i / channels / width, i % channels)
  }
}

/// An image's values, whatever their depth.
func levels(_ image: Image) -> [Int] {
  switch image.samples {
  case .uint8(let values): values.map(Int.init)
  case .uint16(let values): values.map(Int.init)
  }
}

/// The largest difference of two images; nil when their forms differ.
func largestDifference(_ a: Image, _ b: Image) -> Int? {
  guard a.width == b.width, a.height == b.height, a.channels == b.channels, a.bitDepth == b.bitDepth else { return nil }
  return zip(levels(a), levels(b)).map { abs($0 - $1) }.max() ?? 0
}

/// What an error says; nil without one.
func message(_ body: () throws -> some Any) -> String? {
  do {
    _ = try body()
    return nil
  } catch {
    return "\(error)"
  }
}

func bytes(of path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

/// Numbers of a file, in a byte order.
struct ByteWriter {
  var bytes: [UInt8] = []
  var isLittle = true

  mutating func uint8(_ values: Int...) { bytes += values.map { UInt8(truncatingIfNeeded: $0) } }
  mutating func uint16(_ values: Int...) { for value in values { append(value, size: 2) } }
  mutating func uint32(_ values: Int...) { for value in values { append(value, size: 4) } }

  private mutating func append(_ value: Int, size: Int) {
    let little = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    bytes += isLittle ? little : little.reversed()
  }
}
