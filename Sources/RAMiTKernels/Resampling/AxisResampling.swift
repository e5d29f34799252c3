/// How each position of one axis of a resampled map is made: a weighted sum of some positions of the source's axis.
package struct AxisResampling: Sendable {
  let sourceCount: Int
  package let count: Int
  /// Position i takes the terms `starts[i] ..< starts[i + 1]`.
  let starts: [Int]
  /// The position of the source and the weight of each term.
  let sources: [Int]
  let weights: [Float]

  /// - Parameter terms: of each position; a source position may occur several times.
  init(sourceCount: Int, terms: [[(source: Int, weight: Double)]]) {
    self.sourceCount = sourceCount
    count = terms.count
    var starts = [0], sources: [Int] = [], weights: [Float] = []
    for position in terms {
      var joined: [(source: Int, weight: Double)] = []
      for term in position {
        if let place = joined.firstIndex(where: { $0.source == term.source }) {
          joined[place].weight += term.weight
        } else {
          joined.append(term)
        }
      }
      sources += joined.map { $0.source }
      weights += joined.map { Float($0.weight) }
      starts.append(sources.count)
    }
    (self.starts, self.sources, self.weights) = (starts, sources, weights)
  }

  /// The resampling that takes the gradient of the results to that of the source.
  package var transposed: AxisResampling {
    var terms: [[(source: Int, weight: Double)]] = Array(repeating: [], count: sourceCount)
    for position in 0..<count {
      for term in starts[position]..<starts[position + 1] {
        terms[sources[term]].append((position, Double(weights[term])))
      }
    }
    return AxisResampling(sourceCount: count, terms: terms)
  }

  /// True when each position is one of the source's, as it is.
  var isSelection: Bool { sources.count == count && weights.allSatisfy { $0 == 1 } && starts == Array(0...count) }
}

// Windows and filters, by PyTorch's definitions.
extension AxisResampling {
  /// Averages of `kernel` positions, `stride` apart; zeros lie `padding` wide on either side.
  /// - Parameter countIncludesPadding: whether those zeros count in the average.
  package static func average(
    _ sourceCount: Int, kernel: Int, stride: Int, padding: Int, countIncludesPadding: Bool
  ) -> AxisResampling {
    let count = (sourceCount + 2 * padding - kernel) / stride + 1
    return AxisResampling(
      sourceCount: sourceCount,
      terms: (0..<count).map { position in
        let start = position * stride - padding
        let inside = max(0, start)..<min(sourceCount, start + kernel)
        let weight = 1 / Double(countIncludesPadding ? kernel : inside.count)
        return inside.map { ($0, weight) }
      })
  }

  /// Averages of `count` parts that cover the source; they overlap where it cannot be divided.
  package static func adaptiveAverage(_ sourceCount: Int, to count: Int) -> AxisResampling {
    AxisResampling(
      sourceCount: sourceCount,
      terms: (0..<count).map { position in
        let start = position * sourceCount / count
        let end = ((position + 1) * sourceCount + count - 1) / count
        return (start..<end).map { ($0, 1 / Double(end - start)) }
      })
  }

  /// The source position at or before each one.
  /// - Parameter step: source positions from one result to the next.
  package static func nearest(_ sourceCount: Int, to count: Int, step: Double) -> AxisResampling {
    // In single precision, as PyTorch's, so that the same positions are taken.
    let step = Float(step)
    return AxisResampling(
      sourceCount: sourceCount,
      terms: (0..<count).map { [(min(Int(Float($0) * step), sourceCount - 1), 1)] })
  }

  /// Straight lines between the source's positions.
  /// - Parameter alignCorners: whether the first and last positions are the source's, rather than the outer edges of
  ///   the pixels.
  package static func linear(_ sourceCount: Int, to count: Int, step: Double, alignCorners: Bool) -> AxisResampling {
    AxisResampling(
      sourceCount: sourceCount,
      terms: (0..<count).map { position in
        let place = alignCorners ? Double(position) * step : max(0, (Double(position) + 0.5) * step - 0.5)
        let low = min(Int(place), sourceCount - 1), share = min(max(place - Double(low), 0), 1)
        return [(low, 1 - share), (min(low + 1, sourceCount - 1), share)]
      })
  }

  /// Cubic convolution (Keys, 1981) with A = -0.75; the source's ends are repeated beyond it.
  package static func cubic(_ sourceCount: Int, to count: Int, step: Double, alignCorners: Bool) -> AxisResampling {
    AxisResampling(
      sourceCount: sourceCount,
      terms: (0..<count).map { position in
        let place = alignCorners ? Double(position) * step : (Double(position) + 0.5) * step - 0.5
        let low = Int(place.rounded(.down))
        return (-1...2).map { tap in
          (min(max(low + tap, 0), sourceCount - 1), cubicWeight(place - Double(low + tap), a: -0.75))
        }
      })
  }

  /// A filter as wide as what a result covers of the source, where that is more than a position: triangles for a linear
  /// one, cubic convolution with A = -0.5 for a cubic one (as in Pillow). Filters are cut off at the source's ends.
  package static func antialiased(_ sourceCount: Int, to count: Int, step: Double, isCubic: Bool) -> AxisResampling {
    let scale = max(1, step), support = (isCubic ? 2 : 1) * scale
    return AxisResampling(
      sourceCount: sourceCount,
      terms: (0..<count).map { position in
        let center = step * (Double(position) + 0.5)
        let start = max(0, Int(center - support + 0.5)), end = min(sourceCount, Int(center + support + 0.5))
        let terms = (start..<max(start, end)).map { source in
          let distance = (Double(source) - center + 0.5) / scale
          return (source: source, weight: isCubic ? cubicWeight(distance, a: -0.5) : max(0, 1 - abs(distance)))
        }
        let total = terms.reduce(0) { $0 + $1.weight }
        return terms.map { ($0.source, $0.weight / total) }
      })
  }

  private static func cubicWeight(_ distance: Double, a: Double) -> Double {
    let x = abs(distance)
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}
