/// Columns of an attention map that lies transposed, a row for each key and a column for each query: the softmax over
/// keys runs down the columns, sixteen queries at a time, and no sum goes across the lanes of a vector.
struct MapColumns {
  let map: UnsafeMutablePointer<Float>
  let keys: Int
  /// Columns; whole vectors are computed.
  let queries: Int
  /// Floats between the rows.
  let stride: Int

  /// Each column becomes its exponentials. Of values that are known to be from -40 to 40 these need nothing more:
  /// neither they nor their sum come near the ends of the range of numbers.
  /// - Parameter factors: [queries], 1 / the sums of the exponentials.
  @inline(__always)
  func exponentiateBounded(factors: UnsafeMutablePointer<Float>) {
    var column = 0
    while column < queries {
      replace(map + column, factors: factors + column) { expOfNegative($0) }
      column &+= vectorWidth
    }
  }

  /// Each column becomes its exponentials, after its largest value is subtracted.
  /// - Parameters:
  ///   - least: exponentials of numbers below it, at least -87, are 0; nil for no such bound.
  ///   - peaks: [queries], the largest values; nil saves none.
  ///   - factors: [queries], 1 / the sums of the exponentials.
  @inline(__always)
  func exponentiate(
    zeroBelow least: Float?, peaks: UnsafeMutablePointer<Float>?, factors: UnsafeMutablePointer<Float>
  ) {
    var column = 0
    while column < queries {
      let top = map + column
      var largest = (load(top), load(top))
      forEachPair(top) { a, b in
        largest.0 = maximum(largest.0, load(a))
        largest.1 = maximum(largest.1, load(b))
      }
      let peak = maximum(largest.0, largest.1)
      replace(top, factors: factors + column) { Self.exponential($0 - peak, least) }
      if let peaks { store(peak, peaks + column) }
      column &+= vectorWidth
    }
  }

  /// Sixteen columns become their exponentials.
  @inline(__always)
  private func replace(
    _ top: UnsafeMutablePointer<Float>, factors: UnsafeMutablePointer<Float>, by exponential: (Vector) -> Vector
  ) {
    var total = (Vector.zero, Vector.zero)
    forEachPair(top) { a, b in
      let value = (exponential(load(a)), exponential(load(b)))
      total.0 += value.0
      store(value.0, a)
      if a != b {
        total.1 += value.1
        store(value.1, b)
      }
    }
    store(Vector(repeating: 1) / (total.0 + total.1), factors)
  }

  /// exp(x) for x up to 0; 0 below `least`. NaN stays: the loss must show it.
  @inline(__always)
  static func exponential(_ x: Vector, _ least: Float?) -> Vector {
    let value = expOfNegative(x)
    guard let least else { return value }
    return value.replacing(with: 0, where: x .< Vector(repeating: least))
  }

  /// Calls `body` with two rows of a column at a time; an odd last one comes as both.
  @inline(__always)
  private func forEachPair(
    _ top: UnsafeMutablePointer<Float>, _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    var row = 0
    while row < keys {
      body(top + row &* stride, top + min(row &+ 1, keys &- 1) &* stride)
      row &+= 2
    }
  }
}
