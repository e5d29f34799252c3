/// What one error, output - target, adds to a loss.
package enum ErrorTerm: Sendable {
  /// |e|.
  case absolute
  /// e^2.
  case squared
  /// sqrt(e^2 + epsilon^2).
  case charbonnier(epsilon: Double)
  /// e^2 / (2 beta) where |e| < beta, else |e| - beta / 2.
  case smooth(beta: Double)
  /// e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2).
  case huber(delta: Double)

  /// The sum over `count` errors, in double precision and in a fixed order.
  package func sum(_ output: UnsafePointer<Float>, _ target: UnsafePointer<Float>, count: Int) -> Double {
    @inline(__always)
    func error(_ i: Int) -> Double { Double(output[i]) - Double(target[i]) }
    switch self {
    case .absolute: return fixedOrderSum(count: count) { abs(error($0)) }
    case .squared: return fixedOrderSum(count: count) { error($0) * error($0) }
    case .charbonnier(let epsilon):
      let square = epsilon * epsilon
      return fixedOrderSum(count: count) { squareRoot(error($0) * error($0) + square) }
    case .smooth(let beta):
      return fixedOrderSum(count: count) {
        let e = abs(error($0))
        return e < beta ? e * e / (2 * beta) : e - beta / 2
      }
    case .huber(let delta):
      return fixedOrderSum(count: count) {
        let e = abs(error($0))
        return e <= delta ? e * e / 2 : delta * (e - delta / 2)
      }
    }
  }

  /// gradient = the term's slope at each error times `factor`; overwrites, or adds. The slope of |e| at 0 is 0.
  package func gradient(
    _ output: UnsafePointer<Float>, _ target: UnsafePointer<Float>, times factor: Float,
    into gradient: UnsafeMutablePointer<Float>, count: Int, accumulate: Bool
  ) {
    @inline(__always)
    func write(_ slope: (Float) -> Float) {
      forEachRange(of: count, grain: streamingGrain) { range in
        if accumulate {
          for i in range { gradient[i] += slope(output[i] - target[i]) * factor }
        } else {
          for i in range { gradient[i] = slope(output[i] - target[i]) * factor }
        }
      }
    }
    switch self {
    case .absolute: write { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
    case .squared: write { 2 * $0 }
    case .charbonnier(let epsilon):
      let square = Float(epsilon * epsilon)
      write { $0 / squareRoot($0 * $0 + square) }
    case .smooth(let beta):
      let beta = Float(beta)
      write { $0 >= beta ? 1 : $0 <= -beta ? -1 : $0 / beta }
    case .huber(let delta):
      let delta = Float(delta)
      write { min(max($0, -delta), delta) }
    }
  }
}
