/// Cosine attention of one head over the T tokens of one window, in cache.
///
///     P = softmax(scale * cos(q, k) + bias);  D = dropout(P);  o = D v
///
/// The softmax is one of powers of two, which need no reduction by ln 2: its logits are those above times log2(e).
/// The maps lie transposed (`MapColumns`); the products read them either way.
struct SpatialHead {
  /// T, padded T, c, padded c, and the floats between the tokens of q, k and v.
  let tokens: Int
  let tokenStride: Int
  let headDim: Int
  let headStride: Int
  let qkvStride: Int
  let scale: Float
  /// [T x padded T], times log2(e): a row for each key.
  let bias: UnsafePointer<Float>
  /// Whether all logits times log2(e) are from -57 to 57.
  let isBounded: Bool
  /// What drops entries of P, and the place of this map's first entry among all maps; nil drops none.
  let dropout: (mask: DropoutMask, place: Int)?

  private var rows: TokenRows { TokenRows(tokens: tokens, channels: headDim) }

  /// Intermediate values of one head, at places in a worker's scratch.
  struct Buffers {
    /// q / |q| * scale (for the backward pass) and k / |k|: [T x padded c]; 1 / |q| and 1 / |k|: [T].
    let q, k, qNorm, kNorm: UnsafeMutablePointer<Float>
    /// q / |q| * scale * log2(e) or the gradient of o, transposed and packed: [c x padded T].
    let transposed: UnsafeMutablePointer<Float>
    /// For each query [T], the factor of the exponentials; for each token, the gradient along a unit vector.
    let factors: UnsafeMutablePointer<Float>
    /// P (in `attend` without its factors), D (P itself without dropout), and the gradient: [T x padded T].
    let map, dropped, dMap: UnsafeMutablePointer<Float>
    /// Gradients of q and k before normalisation's: [T x padded c].
    let dq, dk: UnsafeMutablePointer<Float>

    static func count(tokens: Int, tokenStride: Int, headStride: Int, drops: Bool) -> Int {
      4 * tokens * headStride + 3 * tokenStride + headStride * tokenStride + (drops ? 3 : 2) * tokens * tokenStride
    }

    init(
      _ memory: UnsafeMutablePointer<Float>, tokens: Int, tokenStride: Int, headStride: Int, drops: Bool
    ) {
      var memory = memory
      func take(_ count: Int) -> UnsafeMutablePointer<Float> {
        defer { memory += count }
        return memory
      }
      q = take(tokens * headStride)
      k = take(tokens * headStride)
      dq = take(tokens * headStride)
      dk = take(tokens * headStride)
      qNorm = take(tokenStride)
      kNorm = take(tokenStride)
      factors = take(tokenStride)
      transposed = take(headStride * tokenStride)
      map = take(tokens * tokenStride)
      dMap = take(tokens * tokenStride)
      dropped = drops ? take(tokens * tokenStride) : map
    }
  }

  /// Fills k, norms, and the attention maps P and D up to the factors of the queries, which are filled too.
  @inline(__always)
  func attend(_ qkv: UnsafePointer<Float>, _ b: Buffers) {
    // Lengths are sums down columns: sums across lanes take longer than both transposes.
    transpose(qkv + headDim, stride: qkvStride, into: b.transposed)
    forEachColumn(b.transposed) { column, start, step in store(reciprocalLength(start, step: step), b.kNorm + column) }
    transpose(qkv, stride: qkvStride, into: b.transposed)
    normalizeColumns(b.transposed, norms: b.qNorm)
    scaleRows(qkv + headDim, by: b.kNorm, times: 1, into: b.k)
    gemm(
      rows: tokens, Rows(pointer: b.k, stride: headStride, step: 1),
      PackedMatrix(b.transposed, rows: headDim, columns: tokens), b.map, cStride: tokenStride, padsColumns: true,
      epilogue: AddRows(addend: bias, stride: tokenStride))
    let columns = MapColumns(map: b.map, keys: tokens, queries: tokenStride, stride: tokenStride)
    if isBounded { columns.raiseTwoBounded(factors: b.factors) } else { columns.raiseTwo(factors: b.factors) }
    if let dropout { dropout.mask.apply(b.map, b.dropped, count: tokens &* tokenStride, place: dropout.place) }
  }

  /// o [T x c], rows `oStride` apart, from D, the queries' factors and v, rows `vStride` apart.
  @inline(__always)
  func mix(
    _ v: UnsafePointer<Float>, vStride: Int, _ b: Buffers, into o: UnsafeMutablePointer<Float>, oStride: Int
  ) {
    gemm(
      rows: tokens, Rows(pointer: b.dropped, stride: 1, step: tokenStride),
      PackedMatrix(inPlace: v, rows: tokens, columns: headDim, stride: vStride), o, cStride: oStride,
      epilogue: ScaleRows(factors: b.factors))
  }

  /// As `mix`, but transposed: o [c x padded T]. Its tiles are as wide as tokens are many, not as channels are.
  @inline(__always)
  func mixTransposed(_ v: UnsafePointer<Float>, vStride: Int, _ b: Buffers, into o: UnsafeMutablePointer<Float>) {
    gemm(
      rows: headDim, Rows(pointer: v, stride: 1, step: vStride),
      PackedMatrix(inPlace: b.dropped, rows: tokens, columns: tokens, stride: tokenStride), o, cStride: tokenStride,
      padsColumns: true, epilogue: ScaleColumns(factors: b.factors))
  }

  /// Writes the gradients of q, k and v at their places in `dqkv`, from that of o; adds to those of the bias [T x
  /// padded T] and, for the factor's logarithm, `dLogScale`. `attend` has run, and `mix`, if at all: the maps take
  /// their factors here.
  @inline(__always)
  func backward(
    _ qkv: UnsafePointer<Float>, _ v: UnsafePointer<Float>, vStride: Int, _ b: Buffers, dO: UnsafePointer<Float>,
    oStride: Int, dqkv: UnsafeMutablePointer<Float>, dBias: UnsafeMutablePointer<Float>,
    dLogScale: UnsafeMutablePointer<Float>
  ) {
    scaleColumns(b.map, by: b.factors)
    if dropout != nil { scaleColumns(b.dropped, by: b.factors) }
    gemm(
      rows: tokens, Rows(pointer: b.dropped, stride: tokenStride, step: 1),
      PackedMatrix(inPlace: dO, rows: tokens, columns: headDim, stride: oStride), dqkv + 2 &* headDim,
      cStride: qkvStride, epilogue: Identity())
    transpose(dO, stride: oStride, into: b.transposed)
    gemm(
      rows: tokens, Rows(pointer: v, stride: vStride, step: 1),
      PackedMatrix(b.transposed, rows: headDim, columns: tokens), b.dMap, cStride: tokenStride, padsColumns: true,
      epilogue: Identity())
    if let dropout { dropout.mask.apply(b.dMap, b.dMap, count: tokens &* tokenStride, place: dropout.place) }
    softmaxBackward(b.map, b.dMap, dBias: dBias)
    gemm(
      rows: tokens, Rows(pointer: b.dMap, stride: 1, step: tokenStride),
      PackedMatrix(inPlace: b.k, rows: tokens, columns: headDim, stride: headStride), b.dq, cStride: headStride,
      padsColumns: true, epilogue: Identity())
    scaleRows(qkv, by: b.qNorm, times: scale, into: b.q)
    gemm(
      rows: tokens, Rows(pointer: b.dMap, stride: tokenStride, step: 1),
      PackedMatrix(inPlace: b.q, rows: tokens, columns: headDim, stride: headStride), b.dk, cStride: headStride,
      padsColumns: true, epilogue: Identity())
    normalizeBackward(b.q, b.dq, norms: b.qNorm, factor: scale, products: b.factors, into: dqkv)
    for token in 0..<tokens { dLogScale.pointee += b.factors[token] }
    normalizeBackward(b.k, b.dk, norms: b.kNorm, factor: 1, products: b.factors, into: dqkv + headDim)
  }

  /// source [T x c] as a packed matrix [c x T], zeros past the last column.
  @inline(__always)
  private func transpose(_ source: UnsafePointer<Float>, stride: Int, into target: UnsafeMutablePointer<Float>) {
    PackedMatrix.packTransposed(source, stride: stride, rows: headDim, columns: tokens, into: target)
  }

  /// The columns of a packed matrix [c x T] times scale log2(e) / max(|column|, 1e-12); norms [T] = 1 / max(|column|,
  /// 1e-12).
  @inline(__always)
  private func normalizeColumns(_ matrix: UnsafeMutablePointer<Float>, norms: UnsafeMutablePointer<Float>) {
    forEachColumn(matrix) { column, start, step in
      let norm = reciprocalLength(start, step: step)
      store(norm, norms + column)
      let factor = norm * Vector(repeating: scale * log2OfE)
      var row = start
      for _ in 0..<headDim {
        store(load(row) * factor, row)
        row += step
      }
    }
  }

  /// 1 / max(|column|, 1e-12) of 16 columns [c], whose rows lie `step` apart.
  @inline(__always)
  private func reciprocalLength(_ start: UnsafePointer<Float>, step: Int) -> Vector {
    var squares = Vector.zero
    var row = start
    for _ in 0..<headDim {
      squares = multiplyAdd(load(row), load(row), squares)
      row += step
    }
    return Vector(repeating: 1) / maximum(squareRoot(squares), Vector(repeating: 1e-12))
  }

  /// Calls `body` for each 16 columns of a packed matrix [c x T]: the first column, where it begins, and the floats
  /// between its rows.
  @inline(__always)
  private func forEachColumn(
    _ matrix: UnsafeMutablePointer<Float>,
    _ body: (_ column: Int, _ start: UnsafeMutablePointer<Float>, _ step: Int) -> Void
  ) {
    let packed = PackedMatrix(matrix, rows: headDim, columns: tokens)
    var column = 0
    while column < tokenStride {
      let width = min(PackedMatrix.panelWidth, tokenStride &- column)
      let panel = packed.panel(at: column, width: width)
      let start = matrix + (panel.start - UnsafePointer(matrix))
      var lane = 0
      while lane < width {
        body(column &+ lane, start + lane, panel.step)
        lane &+= vectorWidth
      }
      column &+= width
    }
  }

  /// target [T x padded c] = source times each token's norm and a factor, zeros in the padding.
  @inline(__always)
  private func scaleRows(
    _ source: UnsafePointer<Float>, by norms: UnsafePointer<Float>, times factor: Float,
    into target: UnsafeMutablePointer<Float>
  ) {
    for token in 0..<tokens {
      let from = source + token &* qkvStride, to = target + token &* headStride
      let factor = Vector(repeating: norms[token] * factor)
      var c = 0
      while c < headDim {
        store(load(from + c, count: headDim &- c) * factor, to + c)
        c &+= vectorWidth
      }
    }
  }

  /// With u = unit / factor: target [T x c] = factor / |source| * (gradient - u (u . gradient)), rows `qkvStride`
  /// apart; products [T] = unit . gradient, whose sum is the gradient of the factor's logarithm.
  @inline(__always)
  private func normalizeBackward(
    _ unit: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, norms: UnsafePointer<Float>, factor: Float,
    products: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) {
    rows.products(unit, gradient, into: products)
    rows.subtract(
      unit, times: { products[$0] / (factor * factor) }, from: gradient, outer: { factor * norms[$0] }, into: target,
      stride: qkvStride)
  }

  /// The columns of a map times their factors.
  @inline(__always)
  private func scaleColumns(_ map: UnsafeMutablePointer<Float>, by factors: UnsafePointer<Float>) {
    for row in 0..<tokens {
      let row = map + row &* tokenStride
      var column = 0
      while column < tokenStride {
        store(load(row + column) * load(factors + column), row + column)
        column &+= vectorWidth
      }
    }
  }

  /// d = p (d - p . d) in each column, in place; dBias += d.
  @inline(__always)
  private func softmaxBackward(
    _ p: UnsafePointer<Float>, _ d: UnsafeMutablePointer<Float>, dBias: UnsafeMutablePointer<Float>
  ) {
    var column = 0
    while column < tokenStride {
      var products = (Vector.zero, Vector.zero)
      var place = column
      for row in 0..<tokens {
        if row & 1 == 0 {
          products.0 = multiplyAdd(load(p + place), load(d + place), products.0)
        } else {
          products.1 = multiplyAdd(load(p + place), load(d + place), products.1)
        }
        place &+= tokenStride
      }
      let product = products.0 + products.1
      place = column
      for _ in 0..<tokens {
        let value = load(p + place) * (load(d + place) - product)
        store(value, d + place)
        store(load(dBias + place) + value, dBias + place)
        place &+= tokenStride
      }
      column &+= vectorWidth
    }
  }
}
