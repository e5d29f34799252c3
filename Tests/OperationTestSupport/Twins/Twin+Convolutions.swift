extension Twin {
  /// y[o] = bias[o] + sum over the group's i of weight[o, i] x[i], at every pixel.
  package static func pointwise(
    _ x: DoubleTensor, weight: DoubleTensor, bias: DoubleTensor?, groups: Int = 1
  ) -> DoubleTensor {
    let outputs = weight.shape[0], inputsEach = weight.shape[1], outputsEach = outputs / groups
    var y = x.zeros(channels: outputs)
    for pixel in 0..<x.pixels {
      for o in 0..<outputs {
        let first = pixel * x.channels + o / outputsEach * inputsEach
        var total = bias?.values[o] ?? 0
        for i in 0..<inputsEach { total += weight.values[o * inputsEach + i] * x.values[first + i] }
        y.values[pixel * outputs + o] = total
      }
    }
    return y
  }

  /// A point-wise convolution of a map whose channels are moved: a fifth each from the right, the left, below and
  /// above, the rest not.
  package static func shiftConv2d(_ x: DoubleTensor, weight: DoubleTensor, bias: DoubleTensor) -> DoubleTensor {
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
