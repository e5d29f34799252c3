/// What cosine attention does with the rows of a head's T tokens, of c channels each: their lengths, and gradients
/// through the division by them.
struct TokenRows {
  let tokens: Int
  /// c.
  let channels: Int

  /// reciprocals [T] = 1 / max(|row|, 1e-12).
  /// - Parameter stride: floats from one row of `source` to the next.
  @inline(__always)
  func reciprocalLengths(
    _ source: UnsafePointer<Float>, stride: Int, into reciprocals: UnsafeMutablePointer<Float>
  ) {
    sumRows(into: reciprocals) { row, c in
      let value = load(source + (row &* stride &+ c), count: channels &- c)
      return value * value
    } finish: { squares in
      let length = squareRoot(squares), least = SIMD8<Float>(repeating: 1e-12)
      return 1 / least.replacing(with: length, where: length .> least)
    }
  }

  /// products [T] = the sums of a b over the channels, both [T x padded c] with zeros in the padding.
  @inline(__always)
  func products(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into products: UnsafeMutablePointer<Float>) {
    let stride = paddedToVector(channels)
    sumRows(into: products) { row, c in
      load(a + (row &* stride &+ c)) * load(b + (row &* stride &+ c))
    } finish: {
      $0
    }
  }

  /// sums [T] = `finish` of the sum of `term` over a row's channels.
  @inline(__always)
  private func sumRows(
    into sums: UnsafeMutablePointer<Float>, _ term: (_ row: Int, _ channel: Int) -> Vector,
    finish: (SIMD8<Float>) -> SIMD8<Float>
  ) {
    var start = 0
    while start < tokens {
      var eight = EightSums()
      var c = 0
      while c < channels {
        // Past the last token, the last one again.
        eight.add { i in term(min(start &+ i, tokens &- 1), c) }
        c &+= vectorWidth
      }
      let totals = finish(eight.totals)
      for i in 0..<min(8, tokens &- start) { sums[start &+ i] = totals[i] }
      start &+= 8
    }
  }

  /// target [T x c] = outer (gradient - along u) in each row: where `along` is u . gradient / |u|^2, what is left of
  /// the gradient at right angles to u.
  /// - Parameters:
  ///   - gradient, u: [T x padded c].
  ///   - along, outer: a number for each token.
  ///   - target: rows `stride` apart; it may be the gradient.
  @inline(__always)
  func subtract(
    _ u: UnsafePointer<Float>, times along: (_ token: Int) -> Float, from gradient: UnsafePointer<Float>,
    outer: (_ token: Int) -> Float, into target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let rowStride = paddedToVector(channels)
    for token in 0..<tokens {
      let u = u + token &* rowStride, g = gradient + token &* rowStride, to = target + token &* stride
      let along = Vector(repeating: along(token)), outer = Vector(repeating: outer(token))
      var c = 0
      while c < channels {
        store((load(g + c) - load(u + c) * along) * outer, to + c, count: channels &- c)
        c &+= vectorWidth
      }
    }
  }
}
