import RAMiTImaging

/// The smallest and the largest value around each pixel of a gray image, within one pixel.
///
/// A model rings at edges, and seldom returns 0 or the largest value exactly. Limited to this range, its result stays
/// transparent or opaque where the image was. A range over two pixels would let a faint second edge through.
struct LocalRange {
  private static let reach = 1

  private let width, height: Int
  private let lowest, highest: [UInt16]

  /// - Parameter image: one channel.
  init(_ image: Image) {
    (width, height) = (image.width, image.height)
    let values: [UInt16] =
      switch image.samples {
      case .uint8(let values): values.map(UInt16.init)
      case .uint16(let values): values
      }
    lowest = Self.spread(values, width, height, min)
    highest = Self.spread(values, width, height, max)
  }

  var isOneValue: Bool { lowest.min() == highest.max() }

  /// Along rows, then along columns.
  private static func spread(
    _ values: [UInt16], _ width: Int, _ height: Int, _ choose: (UInt16, UInt16) -> UInt16
  ) -> [UInt16] {
    var rows = values
    for y in 0..<height {
      for x in 0..<width {
        for other in max(0, x - reach)...min(width - 1, x + reach) {
          rows[y * width + x] = choose(rows[y * width + x], values[y * width + other])
        }
      }
    }
    var result = rows
    for y in 0..<height {
      for other in max(0, y - reach)...min(height - 1, y + reach) {
        for x in 0..<width { result[y * width + x] = choose(result[y * width + x], rows[other * width + x]) }
      }
    }
    return result
  }

  /// - Parameter image: one channel, `scale` times as large as the image that the range is of.
  func limiting(_ image: Image, scale: Int) -> Image {
    func limited<Sample: FixedWidthInteger & UnsignedInteger>(_ values: [Sample]) -> [Sample] {
      values.indices.map { i in
        let from = i / image.width / scale * width + i % image.width / scale
        return Sample(truncatingIfNeeded: min(max(UInt16(values[i]), lowest[from]), highest[from]))
      }
    }
    let samples: Image.Samples =
      switch image.samples {
      case .uint8(let values): .uint8(limited(values))
      case .uint16(let values): .uint16(limited(values))
      }
    return Image(width: image.width, height: image.height, channels: 1, samples: samples)
  }
}
