/// Columns of an attention map that lies transposed, a row for each key and a column for each query: the softmax over
/// keys runs down the columns, sixteen queries at a time, and no sum goes across the lanes of a vector.
struct MapColumns {
  let map: UnsafeMutablePointer<Float>
  let keys: Int
  /// Columns; whole vectors are computed.
  let queries: Int
  /// Floats between the rows.
  let stride: Int

  /// Each column becomes its powers of two. Of values that are known to be from -57 to 57 these need nothing more:
  /// neither they nor their sum come near the ends of the range of numbers.
  /// - Parameter factors: [queries], 1 / the sums of the powers.
  @inline(__always)
  func raiseTwoBounded(factors: UnsafeMutablePointer<Float>) {
    var column = 0
    while column < queries {
      replace(map + column, factors: factors + column) { exp2Unclamped($0) }
      column &+= vectorWidth
    }
  }

  /// Each column becomes its powers of two, after its largest value is subtracted.
  /// - Parameter factors: [queries], 1 / the sums of the powers.
  @inline(__always)
  func raiseTwo(factors: UnsafeMutablePointer<Float>) {
    forEachPeak { column, peak in
      replace(map + column, factors: factors + column) { exp2OfNegative($0 - peak) }
    }
  }

  /// Each column becomes its exponentials, after its largest value is subtracted.
  /// - Parameters:
  ///   - least: exponentials of numbers below it, at least -87, are 0.
  ///   - peaks: [queries], the largest values.
  ///   - factors: [queries], 1 / the sums of the exponentials.
  @inline(__always)
  func exponentiate(
    zeroBelow least: Float, peaks: UnsafeMutablePointer<Float>, factors: UnsafeMutablePointer<Float>
  ) {
    forEachPeak { column, peak in
      replace(map + column, factors: factors + column) { Self.exponential($0 - peak, least) }
      store(peak, peaks + column)
    }
  }

  /// Calls `body` for sixteen columns at a time: the first one, and the largest value of each.
  @inline(__always)
  private func forEachPeak(_ body: (_ column: Int, _ peak: Vector) -> Void) {
    var column = 0
    while column < queries {
      let top = map + column
      var largest = (load(top), load(top))
      forEachPair(top) { a, b in
        largest.0 = maximum(largest.0, load(a))
        if let b { largest.1 = maximum(largest.1, load(b)) }
      }
      body(column, maximum(largest.0, largest.1))
      column &+= vectorWidth
    }
  }

  /// Sixteen columns become their powers.
  @inline(__always)
  private func replace(
    _ top: UnsafeMutablePointer<Float>, factors: UnsafeMutablePointer<Float>, by power: (Vector) -> Vector
  ) {
    var total = (Vector.zero, Vector.zero)
    forEachPair(top) { a, b in
      // Both are loaded before either is stored: the compiler does not know that they lie apart.
      let values = (load(a), b.map { load($0) })
      let first = power(values.0)
      total.0 += first
      store(first, a)
      if let b, let value = values.1 {
        let second = power(value)
        total.1 += second
        store(second, b)
      }
    }
    store(Vector(repeating: 1) / (total.0 + total.1), factors)
  }

  /// exp(x) for x up to 0; 0 below `least`. NaN stays: the loss must show it.
  @inline(__always)
  static func exponential(_ x: Vector, _ least: Float) -> Vector {
    let value = expOfNegative(x)
    return value.replacing(with: 0, where: x .< Vector(repeating: least))
  }

  /// Calls `body` with two rows of a column at a time; an odd last one comes alone.
  @inline(__always)
  private func forEachPair(
    _ top: UnsafeMutablePointer<Float>, _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>?) -> Void
  ) {
    var place = top
    for _ in 0..<keys / 2 {
      body(place, place + stride)
      place += 2 &* stride
    }
    if keys & 1 == 1 { body(place, nil) }
  }
}
