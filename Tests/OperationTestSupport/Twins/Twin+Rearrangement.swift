extension Twin {
  /// Element (n, y r + i, x r + j, c) is element (n, y, x, c r r + i r + j) (Shi et al., 2016).
  package static func pixelShuffle(_ x: DoubleTensor, _ r: Int) -> DoubleTensor {
    var result = DoubleTensor(zeros: [x.shape[0], x.shape[1] * r, x.shape[2] * r, x.channels / (r * r)])
    forEachElement(of: result.shape) { n, y, column, c in
      result[n, y, column, c] = x[n, y / r, column / r, c * r * r + y % r * r + column % r]
    }
    return result
  }

  /// The pixels of each 2 x 2 cell on the channels: top left, top right, bottom left, bottom right.
  package static func patchMerging(_ x: DoubleTensor) -> DoubleTensor {
    let channels = x.channels
    var result = DoubleTensor(zeros: [x.shape[0], x.shape[1] / 2, x.shape[2] / 2, 4 * channels])
    forEachElement(of: result.shape) { n, y, column, c in
      let quarter = c / channels
      result[n, y, column, c] = x[n, 2 * y + quarter / 2, 2 * column + quarter % 2, c % channels]
    }
    return result
  }

  /// Feature maps side by side on the channels.
  package static func concatenate(_ parts: [DoubleTensor]) -> DoubleTensor {
    let shape = Array(parts[0].shape.dropLast())
    var values: [Double] = []
    for pixel in 0..<parts[0].pixels {
      for part in parts { values += part.values[pixel * part.channels..<(pixel + 1) * part.channels] }
    }
    return DoubleTensor(values, shape + [parts.reduce(0) { $0 + $1.channels }])
  }

  private static func forEachElement(of shape: [Int], _ body: (_ n: Int, _ y: Int, _ x: Int, _ c: Int) -> Void) {
    for n in 0..<shape[0] {
      for y in 0..<shape[1] {
        for x in 0..<shape[2] {
          for c in 0..<shape[3] { body(n, y, x, c) }
        }
      }
    }
  }
}
