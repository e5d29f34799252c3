import Foundation
import RAMiTKernels

extension Twin {
  /// The largest pixel of each window; the margin to the next one is a kink's distance.
  package static func maxPool2d(_ x: DoubleTensor, kernel: IntPair, _ window: Window) -> DoubleTensor {
    var y = pooled(x, kernel: kernel, window)
    var seen = Array(repeating: -Double.infinity, count: y.values.count), second = seen
    forEachTap(x, y, kernel: kernel, window) { n, from, to, _ in
      for c in 0..<x.channels {
        let place = ((n * y.shape[1] + to.height) * y.shape[2] + to.width) * x.channels + c
        let value = x[n, from.height, from.width, c]
        second[place] = max(second[place], min(value, seen[place]))
        seen[place] = max(seen[place], value)
      }
    }
    for place in seen.indices { KinkDistance.current?.note(seen[place] - second[place]) }
    y.values = seen
    return y
  }

  /// The mean of each window, with or without the zeros outside the map.
  package static func avgPool2d(
    _ x: DoubleTensor, kernel: IntPair, _ window: Window, countIncludesPadding: Bool
  ) -> DoubleTensor {
    var y = pooled(x, kernel: kernel, window), counts = y
    forEachTap(x, y, kernel: kernel, window) { n, from, to, _ in
      for c in 0..<x.channels {
        y[n, to.height, to.width, c] += x[n, from.height, from.width, c]
        counts[n, to.height, to.width, c] += 1
      }
    }
    for place in y.values.indices {
      y.values[place] /= countIncludesPadding ? Double(kernel.height * kernel.width) : counts.values[place]
    }
    return y
  }

  /// The mean of each of height x width parts, from floor(i H / height) to ceil((i + 1) H / height).
  package static func adaptiveAvgPool2d(_ x: DoubleTensor, height: Int, width: Int) -> DoubleTensor {
    func part(_ index: Int, _ size: Int, _ count: Int) -> Range<Int> {
      let (low, high) = (Double(index * size) / Double(count), Double((index + 1) * size) / Double(count))
      return Int(low.rounded(.down))..<Int(high.rounded(.up))
    }
    var y = DoubleTensor(zeros: [x.shape[0], height, width, x.channels])
    for n in 0..<x.shape[0] {
      for row in 0..<height {
        for column in 0..<width {
          let rows = part(row, x.shape[1], height), columns = part(column, x.shape[2], width)
          for c in 0..<x.channels {
            var sum = 0.0
            for i in rows { for j in columns { sum += x[n, i, j, c] } }
            y[n, row, column, c] = sum / Double(rows.count * columns.count)
          }
        }
      }
    }
    return y
  }

  private static func pooled(_ x: DoubleTensor, kernel: IntPair, _ window: Window) -> DoubleTensor {
    DoubleTensor(zeros: [
      x.shape[0], window.size(x.shape[1], kernel: kernel.height, \.height),
      window.size(x.shape[2], kernel: kernel.width, \.width), x.channels,
    ])
  }

  /// How a resized map's pixels are made, for `interpolate`.
  package enum Filter: String, Sendable {
    case nearest, linear, cubic, antialiasedLinear, antialiasedCubic

    /// The weight of a source pixel at a distance.
    fileprivate func weight(_ distance: Double) -> Double {
      let x = abs(distance)
      switch self {
      case .nearest: return 1
      case .linear, .antialiasedLinear: return max(0, 1 - x)
      case .cubic, .antialiasedCubic:
        let a = self == .cubic ? -0.75 : -0.5
        if x <= 1 { return (a + 2) * pow(x, 3) - (a + 3) * pow(x, 2) + 1 }
        return x < 2 ? a * pow(x, 3) - 5 * a * pow(x, 2) + 8 * a * x - 4 * a : 0
      }
    }
  }

  /// Every result as the sum over all source pixels of the map, with the weights of both axes. Beyond its edges the map
  /// goes on with its outermost pixels, but antialiasing filters are cut off there.
  /// - Parameter step: source pixels from one result to the next.
  package static func interpolate(
    _ x: DoubleTensor, height: Int, width: Int, step: (height: Double, width: Double), filter: Filter,
    alignCorners: Bool
  ) -> DoubleTensor {
    /// [result][source].
    func matrix(_ source: Int, _ count: Int, _ step: Double) -> [[Double]] {
      (0..<count).map { position in
        var weights = Array(repeating: 0.0, count: source)
        let place = alignCorners ? Double(position) * step : (Double(position) + 0.5) * step - 0.5
        switch filter {
        case .nearest: weights[min(Int(Double(position) * step + 1e-9), source - 1)] = 1
        case .linear, .cubic:
          for tap in -3..<source + 3 {
            weights[min(max(tap, 0), source - 1)] += filter.weight(place - Double(tap))
          }
        case .antialiasedLinear, .antialiasedCubic:
          for tap in 0..<source { weights[tap] = filter.weight((place - Double(tap)) / max(1, step)) }
          let total = weights.reduce(0, +)
          weights = weights.map { $0 / total }
        }
        return weights
      }
    }
    let rows = matrix(x.shape[1], height, step.height), columns = matrix(x.shape[2], width, step.width)
    var y = DoubleTensor(zeros: [x.shape[0], height, width, x.channels])
    for n in 0..<x.shape[0] {
      for (row, rowWeights) in rows.enumerated() {
        for (column, columnWeights) in columns.enumerated() {
          for (i, a) in rowWeights.enumerated() where a != 0 {
            for (j, b) in columnWeights.enumerated() where b != 0 {
              for c in 0..<x.channels { y[n, row, column, c] += a * b * x[n, i, j, c] }
            }
          }
        }
      }
    }
    return y
  }
}
