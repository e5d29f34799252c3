extension Reduction {
  /// x.
  package static let sum = Reduction(Sum())
  /// x y.
  package static let sumOfProducts = Reduction(SumOfProducts())
  /// x^2.
  package static let sumOfSquares = Reduction(SumOfSquares())
  /// |x|.
  package static let sumOfMagnitudes = Reduction(SumOfMagnitudes())
  /// (x - centre)^2.
  package static let sumOfSquaredDeviations = Reduction(SumOfSquaredDeviations())
  /// exp(x - centre).
  package static let sumOfExponentials = Reduction(SumOfExponentials())
  /// The number of elements that are equal to the centre.
  package static let countOfEqual = Reduction(CountOfEqual())
  /// The largest element; NaN where one is.
  package static let maximum = Reduction(Largest())
  /// The smallest element; NaN where one is.
  package static let minimum = Reduction(Smallest())
}

private protocol SumFunction: ReductionFunction {}

extension SumFunction {
  static var identity: Float { 0 }
  @inline(__always)
  func combine(_ total: Vector, _ term: Vector) -> Vector { total + term }
  @inline(__always)
  func total(_ lanes: Vector) -> Float { sumOfLanes(lanes) }
  func total(_ partials: UnsafePointer<Float>, count: Int, stride: Int) -> Double {
    var total = 0.0
    for i in 0..<count { total += Double(partials[i &* stride]) }
    return total
  }
}

private struct Sum: SumFunction {
  @inline(__always)
  func term(_ x: Vector, _: Vector, _: Vector) -> Vector { x }
}

private struct SumOfProducts: SumFunction {
  @inline(__always)
  func term(_ x: Vector, _ y: Vector, _: Vector) -> Vector { x * y }
}

private struct SumOfSquares: SumFunction {
  @inline(__always)
  func term(_ x: Vector, _: Vector, _: Vector) -> Vector { x * x }
}

private struct SumOfMagnitudes: SumFunction {
  @inline(__always)
  func term(_ x: Vector, _: Vector, _: Vector) -> Vector { magnitude(x) }
}

private struct SumOfSquaredDeviations: SumFunction {
  @inline(__always)
  func term(_ x: Vector, _: Vector, _ centre: Vector) -> Vector {
    let difference = x - centre
    return difference * difference
  }
}

private struct SumOfExponentials: SumFunction {
  @inline(__always)
  func term(_ x: Vector, _: Vector, _ centre: Vector) -> Vector { exponential(x - centre) }
}

private struct CountOfEqual: SumFunction {
  @inline(__always)
  func term(_ x: Vector, _: Vector, _ centre: Vector) -> Vector {
    Vector.zero.replacing(with: 1, where: x .== centre)
  }
}

private struct Largest: ReductionFunction {
  static let identity = -Float.infinity
  @inline(__always)
  func term(_ x: Vector, _: Vector, _: Vector) -> Vector { x }
  @inline(__always)
  func combine(_ total: Vector, _ term: Vector) -> Vector {
    total.replacing(with: term, where: (term .> total) .| (term .!= term))
  }
  func total(_ lanes: Vector) -> Float {
    var total = lanes[0]
    for lane in 1..<16 where lanes[lane] > total || lanes[lane].isNaN { total = lanes[lane] }
    return total
  }
  func total(_ partials: UnsafePointer<Float>, count: Int, stride: Int) -> Double {
    var total = partials[0]
    for i in 1..<max(1, count) where partials[i &* stride] > total || partials[i &* stride].isNaN {
      total = partials[i &* stride]
    }
    return Double(total)
  }
}

private struct Smallest: ReductionFunction {
  static let identity = Float.infinity
  @inline(__always)
  func term(_ x: Vector, _: Vector, _: Vector) -> Vector { x }
  @inline(__always)
  func combine(_ total: Vector, _ term: Vector) -> Vector {
    total.replacing(with: term, where: (term .< total) .| (term .!= term))
  }
  func total(_ lanes: Vector) -> Float {
    var total = lanes[0]
    for lane in 1..<16 where lanes[lane] < total || lanes[lane].isNaN { total = lanes[lane] }
    return total
  }
  func total(_ partials: UnsafePointer<Float>, count: Int, stride: Int) -> Double {
    var total = partials[0]
    for i in 1..<max(1, count) where partials[i &* stride] < total || partials[i &* stride].isNaN {
      total = partials[i &* stride]
    }
    return Double(total)
  }
}
