extension Twin {
  /// y[o] = bias[o] + sum over the group's i of weight[o, i] x[i], at every pixel.
  public static func pointwise(
    _ x: DoubleTensor, weight: DoubleTensor, bias: DoubleTensor, groups: Int = 1
  ) -> DoubleTensor {
    let outputs = weight.shape[0], inputsEach = weight.shape[1], outputsEach = outputs / groups
    var y = x.zeros(channels: outputs)
    for pixel in 0..<x.pixels {
      for o in 0..<outputs {
        let first = pixel * x.channels + o / outputsEach * inputsEach
        var total = bias.values[o]
        for i in 0..<inputsEach { total += weight.values[o * inputsEach + i] * x.values[first + i] }
        y.values[pixel * outputs + o] = total
      }
    }
    return y
  }

  /// y[c] = bias[c] + sum over the 3 x 3 neighbours of weight[ky, kx, c] x[c], with zeros outside the map.
  public static func depthwise3x3(_ x: DoubleTensor, weight: DoubleTensor, bias: DoubleTensor) -> DoubleTensor {
    let channels = x.channels
    var y = x.zeros(channels: channels)
    forEachNeighbour(x) { n, row, column, tap, fromRow, fromColumn in
      for c in 0..<channels {
        y[n, row, column, c] += weight.values[tap * channels + c] * x[n, fromRow, fromColumn, c]
      }
    }
    for place in y.values.indices { y.values[place] += bias.values[place % channels] }
    return y
  }

  /// Every pixel with each of its up to nine neighbours inside the map.
  private static func forEachNeighbour(
    _ x: DoubleTensor,
    _ body: (_ n: Int, _ row: Int, _ column: Int, _ tap: Int, _ fromRow: Int, _ fromColumn: Int) -> Void
  ) {
    let (images, height, width) = (x.shape[0], x.shape[1], x.shape[2])
    for n in 0..<images {
      for row in 0..<height {
        for column in 0..<width {
          for tap in 0..<9 {
            let fromRow = row + tap / 3 - 1, fromColumn = column + tap % 3 - 1
            guard (0..<height).contains(fromRow), (0..<width).contains(fromColumn) else { continue }
            body(n, row, column, tap, fromRow, fromColumn)
          }
        }
      }
    }
  }

  /// A point-wise convolution of a map whose channels are moved: a fifth each from the right, the left, below and above, the rest not.
  public static func shiftConv2d(_ x: DoubleTensor, weight: DoubleTensor, bias: DoubleTensor) -> DoubleTensor {
    let fifth = x.channels / 5, from = [(0, 1), (0, -1), (1, 0), (-1, 0)]
    let shifted = DoubleTensor.filled(x.shape) { place in
      let (row, column) = place[3] < 4 * fifth ? from[place[3] / fifth] : (0, 0)
      let source = [place[0], place[1] + row, place[2] + column, place[3]]
      guard (0..<x.shape[1]).contains(source[1]), (0..<x.shape[2]).contains(source[2]) else { return 0 }
      return x[source]
    }
    return pointwise(shifted, weight: weight, bias: bias)
  }
}
