extension Twin {
  /// f(x) for each element. Near `kinks` of f its slope jumps.
  package static func map(
    _ x: DoubleTensor, kinks: [Double] = [], _ function: (Double) -> Double
  ) -> DoubleTensor {
    for kink in kinks { for value in x.values { KinkDistance.current?.note(value - kink) } }
    return DoubleTensor(x.values.map(function), x.shape)
  }

  /// f(a, b) for each element, with NumPy's broadcasting.
  /// - Parameter hasKinkAtTie: the slope jumps where a and b are equal.
  package static func map(
    _ a: DoubleTensor, _ b: DoubleTensor, hasKinkAtTie: Bool = false, _ function: (Double, Double) -> Double
  ) -> DoubleTensor {
    let rank = max(a.shape.count, b.shape.count)
    func padded(_ shape: [Int]) -> [Int] { Array(repeating: 1, count: rank - shape.count) + shape }
    let (shapeA, shapeB) = (padded(a.shape), padded(b.shape))
    var result = DoubleTensor(zeros: zip(shapeA, shapeB).map { $0 == 1 ? $1 : $0 })
    for place in result.values.indices {
      let index = multiIndex(place, result.shape)
      let x = a.values[flatIndex(index, shapeA)], y = b.values[flatIndex(index, shapeB)]
      if hasKinkAtTie { KinkDistance.current?.note(x - y) }
      result.values[place] = function(x, y)
    }
    return result
  }

  /// The place on each axis of the element at `place` in row-major order.
  package static func multiIndex(_ place: Int, _ shape: [Int]) -> [Int] {
    var rest = place, index = shape
    for axis in shape.indices.reversed() {
      index[axis] = rest % shape[axis]
      rest /= shape[axis]
    }
    return index
  }

  /// The place in row-major order; axes of size 1 are repeated.
  package static func flatIndex(_ index: [Int], _ shape: [Int]) -> Int {
    zip(index, shape).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : $1.0) }
  }
}

extension Twin {
  /// What `function` makes of the elements that share their place on the other axes.
  /// - Parameter axes: negative ones count from the end; nil stands for all.
  package static func reduce(
    _ x: DoubleTensor, axes: [Int]?, keepsDimensions: Bool, _ function: ([Double]) -> Double
  ) -> DoubleTensor {
    let rank = x.shape.count, reduced = axes.map { $0.map { $0 < 0 ? rank + $0 : $0 } } ?? Array(0..<rank)
    let kept = x.shape.enumerated().map { reduced.contains($0.offset) ? 1 : $0.element }
    var groups = [[Double]](repeating: [], count: kept.reduce(1, *))
    for (place, value) in x.values.enumerated() { groups[flatIndex(multiIndex(place, x.shape), kept)].append(value) }
    let shape = keepsDimensions ? kept : x.shape.indices.filter { !reduced.contains($0) }.map { x.shape[$0] }
    return DoubleTensor(groups.map(function), shape)
  }
}

extension KinkDistance {
  /// Tells that a computation comes this near to a kink.
  package static func note(_ distance: Double) { current?.note(distance) }
}
