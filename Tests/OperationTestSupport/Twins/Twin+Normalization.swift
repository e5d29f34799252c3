import Foundation

extension Twin {
  /// Every line along an axis replaced by what `function` makes of it.
  private static func alongAxis(
    _ x: DoubleTensor, _ axis: Int, _ function: ([Double]) -> [Double]
  ) -> DoubleTensor {
    var y = x
    let size = x.shape[axis], inner = x.shape[(axis + 1)...].reduce(1, *)
    for place in 0..<x.values.count where place / inner % size == 0 {
      let line = (0..<size).map { place + $0 * inner }
      for (place, value) in zip(line, function(line.map { x.values[$0] })) { y.values[place] = value }
    }
    return y
  }

  package static func softmax(_ x: DoubleTensor, axis: Int) -> DoubleTensor { alongAxis(x, axis, softmax) }

  package static func logSoftmax(_ x: DoubleTensor, axis: Int) -> DoubleTensor {
    alongAxis(x, axis) { line in
      let largest = line.max() ?? 0
      let logarithm = log(line.reduce(0) { $0 + exp($1 - largest) })
      return line.map { $0 - largest - logarithm }
    }
  }

  /// x / max(|x|, epsilon).
  package static func l2Normalize(_ x: DoubleTensor, axis: Int, epsilon: Double) -> DoubleTensor {
    alongAxis(x, axis) { line in
      let length = line.reduce(0) { $0 + $1 * $1 }.squareRoot()
      KinkDistance.current?.note(length - epsilon)
      return line.map { $0 / max(length, epsilon) }
    }
  }

  /// Each pixel's channels: (x - mean) / sqrt(variance + epsilon), without "- mean" where the mean is not subtracted.
  package static func layerNorm(
    _ x: DoubleTensor, weight: DoubleTensor?, bias: DoubleTensor?, epsilon: Double = 1e-5, subtractsMean: Bool = true
  ) -> DoubleTensor {
    let normal = alongAxis(x, x.shape.count - 1) { row in
      let (mean, variance) = moments(row)
      return row.map { ($0 - (subtractsMean ? mean : 0)) / (variance + epsilon).squareRoot() }
    }
    return scaled(normal, weight, bias)
  }

  /// x / sqrt(mean(x^2) + epsilon) over each pixel's channels.
  package static func rmsNorm(_ x: DoubleTensor, weight: DoubleTensor?, epsilon: Double) -> DoubleTensor {
    let normal = alongAxis(x, x.shape.count - 1) { row in
      let square = row.reduce(0) { $0 + $1 * $1 } / Double(row.count)
      return row.map { $0 / (square + epsilon).squareRoot() }
    }
    return scaled(normal, weight, nil)
  }

  /// Groups of channels of each of `samples` parts of the outermost axis, over their pixels.
  package static func groupNorm(
    _ x: DoubleTensor, samples: Int, groups: Int, weight: DoubleTensor?, bias: DoubleTensor?, epsilon: Double
  ) -> DoubleTensor {
    var normal = x
    let perSample = x.values.count / samples, width = x.channels / groups
    for sample in 0..<samples {
      for group in 0..<groups {
        let places = (sample * perSample..<(sample + 1) * perSample).filter { $0 % x.channels / width == group }
        let (mean, variance) = moments(places.map { x.values[$0] })
        for place in places { normal.values[place] = (x.values[place] - mean) / (variance + epsilon).squareRoot() }
      }
    }
    return scaled(normal, weight, bias)
  }

  /// With the statistics given for each channel.
  package static func batchNorm(
    _ x: DoubleTensor, mean: [Double], variance: [Double], weight: DoubleTensor?, bias: DoubleTensor?, epsilon: Double
  ) -> DoubleTensor {
    var normal = x
    for place in x.values.indices {
      let c = place % x.channels
      normal.values[place] = (x.values[place] - mean[c]) / (variance[c] + epsilon).squareRoot()
    }
    return scaled(normal, weight, bias)
  }

  private static func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
  }

  private static func scaled(_ x: DoubleTensor, _ weight: DoubleTensor?, _ bias: DoubleTensor?) -> DoubleTensor {
    var y = x
    for place in y.values.indices {
      let c = place % x.channels
      y.values[place] = y.values[place] * (weight?.values[c] ?? 1) + (bias?.values[c] ?? 0)
    }
    return y
  }
}
