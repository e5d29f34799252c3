/// Attention of one head over the T tokens of one window, for a block of queries at a time. The maps lie transposed
/// (`MapColumns`); the products read them either way.
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
  /// What drops entries of P, and the place of this map's first entry among all maps; nil drops none.
  let dropout: (mask: DropoutMask, place: Int)?

  /// The queries whose maps are in work at once: the maps of 64 keys, and their gradients, stay in the first cache. It
  /// is a multiple of a panel's width.
  static let queryBlock = 32

  var tokenStride: Int { paddedToVector(tokens) }
  var headStride: Int { paddedToVector(headDim) }
  var mapStride: Int { min(Self.queryBlock, tokenStride) }
  var rows: TokenRows { TokenRows(tokens: tokens, channels: headDim) }

  /// Calls `body(start, count)` for each block of queries.
  @inline(__always)
  func forEachBlock(_ body: (_ start: Int, _ count: Int) -> Void) {
    var start = 0
    while start < tokens {
      body(start, min(Self.queryBlock, tokens &- start))
      start &+= Self.queryBlock
    }
  }

  /// Normalises q and k [T x padded c] in place for cosine attention, and fills q's transpose.
  @inline(__always)
  func prepare(_ b: WindowBuffers) {
    if isCosine {
      normalize(b.q, reciprocals: b.qNorm)
      normalize(b.k, reciprocals: b.kNorm)
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

  /// The exponentials of a map's columns, without their factors (`MapColumns`).
  @inline(__always)
  func exponentials(
    _ map: UnsafeMutablePointer<Float>, count: Int, peaks: UnsafeMutablePointer<Float>,
    factors: UnsafeMutablePointer<Float>
  ) {
    MapColumns(map: map, keys: tokens, queries: count, stride: mapStride)
      .exponentiate(zeroBelow: Self.leastLogit, peaks: peaks, factors: factors)
  }

  /// Below it a weight is 0, which a sum with 1 does not show. The smaller numbers that a mask gives would be
  /// subnormal, and arithmetic with those takes many times as long.
  private static var leastLogit: Float { -40 }

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
        store(MapColumns.exponential(load(place) - peak, Self.leastLogit) * factor, place)
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

  /// rows [T x padded c] /= max(length, 1e-12); reciprocals [T] = 1 / max(length, 1e-12).
  @inline(__always)
  private func normalize(_ rows: UnsafeMutablePointer<Float>, reciprocals: UnsafeMutablePointer<Float>) {
    self.rows.reciprocalLengths(rows, stride: headStride, into: reciprocals)
    for token in 0..<tokens { scale(rows + token &* headStride, by: reciprocals[token]) }
  }

  /// The gradient of q or k [T x padded c], in place, from that of the products' operand without the factor. In cosine
  /// attention the operand is u, of length 1.
  /// - Parameters:
  ///   - reciprocals: [T], of the lengths before normalisation.
  ///   - products: [T], overwritten: u . gradient, whose sum over the queries is the gradient of the factor.
  @inline(__always)
  func scaleGradient(
    _ gradient: UnsafeMutablePointer<Float>, unit: UnsafePointer<Float>, reciprocals: UnsafePointer<Float>,
    products: UnsafeMutablePointer<Float>
  ) {
    rows.products(unit, gradient, into: products)
    if isCosine {
      rows.subtract(
        unit, times: { products[$0] }, from: gradient, outer: { factor * reciprocals[$0] }, into: gradient,
        stride: headStride)
    } else {
      for token in 0..<tokens { scale(gradient + token &* headStride, by: factor) }
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
