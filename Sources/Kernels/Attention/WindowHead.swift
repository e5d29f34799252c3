/// Attention of one head over the T tokens of one window, for a block of queries at a time.
///
/// The maps lie transposed, a row for each key and a column for each query: the softmax over keys then runs down the
/// columns, sixteen queries at a time, and no sum goes across the lanes of a vector. The products read them either way.
struct WindowHead {
  let tokens: Int
  let headDim: Int
  /// Of the products of queries and keys.
  let factor: Float
  let isCosine: Bool
  /// [T x padded T]: a row for each key.
  let bias: UnsafePointer<Float>?
  /// The tokens' regions, [padded T]; nil when there is one.
  let regions: UnsafePointer<Float>?
  /// What drops entries of P, and the place of this map's first entry among all maps; nil keeps all.
  let dropout: (mask: DropoutMask, place: Int)?

  /// So many queries' maps are in work at once: those of 64 keys, and their gradients, stay in the first cache. A
  /// multiple of a panel's width.
  static let queryBlock = 32

  var tokenStride: Int { paddedToVector(tokens) }
  var headStride: Int { paddedToVector(headDim) }
  var mapStride: Int { min(Self.queryBlock, tokenStride) }

  /// Calls `body(start, count)` for each block of queries.
  @inline(__always)
  func forEachBlock(_ body: (_ start: Int, _ count: Int) -> Void) {
    var start = 0
    while start < tokens {
      body(start, min(Self.queryBlock, tokens &- start))
      start &+= Self.queryBlock
    }
  }

  /// q and k [T x padded c], normalised in place where the attention is cosine's, and q's transpose.
  @inline(__always)
  func prepare(_ b: WindowBuffers) {
    if isCosine {
      normalize(b.q, lengths: b.qNorm)
      normalize(b.k, lengths: b.kNorm)
    }
    PackedMatrix.packTransposed(b.q, stride: headStride, rows: headDim, columns: tokens, into: b.transposedQ)
  }

  /// map [T x block] = factor k q^T + bias + mask, for the queries from `start` on.
  @inline(__always)
  func logits(_ b: WindowBuffers, start: Int, count: Int) {
    let k = Rows(pointer: b.k, stride: headStride, step: 1)
    let q = PackedMatrix(b.transposedQ + start &* headDim, rows: headDim, columns: count)
    if let bias {
      gemm(
        rows: tokens, k, q, b.map, cStride: mapStride, padsColumns: true,
        epilogue: ScaleAndAdd(factor: factor, addend: bias + start, stride: tokenStride))
    } else {
      gemm(rows: tokens, k, q, b.map, cStride: mapStride, padsColumns: true, epilogue: ScaleBy(factor: factor))
    }
    if let regions { mask(b.map, regions: regions, start: start, count: count) }
  }

  /// -100 between tokens of different regions.
  private func mask(_ map: UnsafeMutablePointer<Float>, regions: UnsafePointer<Float>, start: Int, count: Int) {
    for key in 0..<tokens {
      let region = Vector(repeating: regions[key]), row = map + key &* mapStride
      var column = 0
      while column < count {
        let value = load(row + column)
        let isOther = load(regions + (start &+ column)) .!= region
        store(value.replacing(with: value - Vector(repeating: 100), where: isOther), row + column)
        column &+= vectorWidth
      }
    }
  }

  /// The exponentials of a map's columns, less the largest value of each: `peaks` [block]; factors [block] = 1 / the
  /// column's sum.
  @inline(__always)
  func exponentials(
    _ map: UnsafeMutablePointer<Float>, count: Int, peaks: UnsafeMutablePointer<Float>,
    factors: UnsafeMutablePointer<Float>
  ) {
    var column = 0
    while column < count {
      let top = map + column
      var largest = (load(top), load(top))
      forEachPair(top) { a, b in
        largest.0 = maximum(largest.0, load(a))
        largest.1 = maximum(largest.1, load(b))
      }
      let peak = maximum(largest.0, largest.1)
      var total = (Vector.zero, Vector.zero)
      forEachPair(top) { a, b in
        let value = (Self.exponential(load(a) - peak), Self.exponential(load(b) - peak))
        total.0 += value.0
        store(value.0, a)
        if a != b {
          total.1 += value.1
          store(value.1, b)
        }
      }
      store(peak, peaks + column)
      store(Vector(repeating: 1) / (total.0 + total.1), factors + column)
      column &+= vectorWidth
    }
  }

  /// exp(x) for x up to 0; 0 below -40, where nothing is left of it in a sum with 1: what comes of smaller numbers, as between
  /// regions, is subnormal, and arithmetic with that takes many times as long.
  @inline(__always)
  private static func exponential(_ x: Vector) -> Vector {
    expOfNegative(x).replacing(with: 0, where: x .< Vector(repeating: -40))
  }

  /// Calls `body` with two rows of a column at a time; an odd last one comes as both.
  @inline(__always)
  private func forEachPair(
    _ top: UnsafeMutablePointer<Float>, _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    var row = 0
    while row < tokens {
      body(top + row &* mapStride, top + min(row &+ 1, tokens &- 1) &* mapStride)
      row &+= 2
    }
  }

  /// P of a block, from its logits and the statistics of the forward pass, in place.
  @inline(__always)
  func probabilities(
    _ map: UnsafeMutablePointer<Float>, count: Int, peaks: UnsafePointer<Float>, factors: UnsafePointer<Float>
  ) {
    var column = 0
    while column < count {
      let peak = load(peaks + column), factor = load(factors + column)
      var place = map + column
      for _ in 0..<tokens {
        store(Self.exponential(load(place) - peak) * factor, place)
        place += mapStride
      }
      column &+= vectorWidth
    }
  }

  /// target = map, some of whose entries are dropped; it may be the map.
  @inline(__always)
  func drop(
    _ map: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, start: Int, count: Int,
    by dropout: (mask: DropoutMask, place: Int)
  ) {
    for key in 0..<tokens {
      dropout.mask.apply(
        map + key &* mapStride, target + key &* mapStride, count: paddedToVector(count),
        place: dropout.place &+ key &* tokenStride &+ start)
    }
  }

  /// rows [T x padded c] /= max(length, 1e-12); lengths [T] = 1 / max(length, 1e-12).
  @inline(__always)
  private func normalize(_ rows: UnsafeMutablePointer<Float>, lengths: UnsafeMutablePointer<Float>) {
    forEachEight { start in
      var squares = EightSums()
      var c = 0
      while c < headDim {
        squares.add { i in
          let value = load(rows + (row(start &+ i) &* headStride &+ c))
          return value * value
        }
        c &+= vectorWidth
      }
      let length = squares.totals.squareRoot(), least = SIMD8<Float>(repeating: 1e-12)
      let factors = 1 / least.replacing(with: length, where: length .> least)
      for i in 0..<min(8, tokens &- start) { lengths[start &+ i] = factors[i] }
    }
    for token in 0..<tokens { scale(rows + token &* headStride, by: lengths[token]) }
  }

  /// products [T] = the sums of a b over the channels, both [T x padded c].
  @inline(__always)
  func products(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into products: UnsafeMutablePointer<Float>
  ) {
    forEachEight { start in
      var totals = EightSums()
      var c = 0
      while c < headDim {
        totals.add { i in
          let place = row(start &+ i) &* headStride &+ c
          return load(a + place) * load(b + place)
        }
        c &+= vectorWidth
      }
      for i in 0..<min(8, tokens &- start) { products[start &+ i] = totals.totals[i] }
    }
  }

  /// From the gradient along unit vectors u, without the factor, that along what was normalised, with it: both [T x
  /// padded c], in place. products [T] = u . gradient, whose sum is the gradient of the factor (found with the
  /// queries).
  @inline(__always)
  func scaleGradient(
    _ gradient: UnsafeMutablePointer<Float>, unit: UnsafePointer<Float>, lengths: UnsafePointer<Float>,
    products: UnsafeMutablePointer<Float>
  ) {
    self.products(unit, gradient, into: products)
    for token in 0..<tokens {
      let g = gradient + token &* headStride
      guard isCosine else {
        scale(g, by: factor)
        continue
      }
      let u = unit + token &* headStride
      let along = Vector(repeating: products[token]), outer = Vector(repeating: factor * lengths[token])
      var c = 0
      while c < headDim {
        store((load(g + c) - load(u + c) * along) * outer, g + c)
        c &+= vectorWidth
      }
    }
  }

  @inline(__always)
  private func scale(_ row: UnsafeMutablePointer<Float>, by factor: Float) {
    var c = 0
    while c < headDim {
      store(load(row + c) * Vector(repeating: factor), row + c)
      c &+= vectorWidth
    }
  }

  /// Calls `body` with every eighth token.
  @inline(__always)
  private func forEachEight(_ body: (_ start: Int) -> Void) {
    var start = 0
    while start < tokens {
      body(start)
      start &+= 8
    }
  }

  /// Past the last token, the last one again.
  @inline(__always)
  private func row(_ token: Int) -> Int { min(token, tokens &- 1) }
}

/// The product times a number, and a matrix of the same shape.
private struct ScaleAndAdd: Epilogue {
  let factor: Float
  let addend: UnsafePointer<Float>
  let stride: Int
  @inline(__always)
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V {
    multiplyAdd(value, V(repeating: factor), load(addend + (row &* stride &+ column)))
  }
}

/// The product times a number.
private struct ScaleBy: Epilogue {
  let factor: Float
  @inline(__always)
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V { value * V(repeating: factor) }
}
