/// Cosine attention of one head over the T tokens of one window, in cache.
///
///     P = softmax(scale * cos(q, k) + bias);  D = dropout(P);  o = D v
struct SpatialHead {
  /// T, padded T, c, padded c, and the floats between the tokens of q, k and v.
  let tokens: Int
  let tokenStride: Int
  let headDim: Int
  let headStride: Int
  let qkvStride: Int
  let scale: Float
  /// [T x padded T].
  let bias: UnsafePointer<Float>
  /// What drops entries of P, and the place of this map's first entry among all maps; nil keeps all.
  let dropout: (mask: DropoutMask, place: Int)?

  /// Intermediate values of one head, at places in a worker's scratch.
  struct Buffers {
    /// q / |q| * scale and k / |k|: [T x padded c]; 1 / |q| and 1 / |k|: [T].
    let q, k, qNorm, kNorm: UnsafeMutablePointer<Float>
    /// k / |k| or v transposed and packed: [c x padded T].
    let transposed: UnsafeMutablePointer<Float>
    /// P, D (P itself without dropout), and the gradient: [T x padded T].
    let map, dropped, dMap: UnsafeMutablePointer<Float>
    /// Gradients of q and k before normalisation's: [T x padded c].
    let dq, dk: UnsafeMutablePointer<Float>

    static func count(tokens: Int, tokenStride: Int, headStride: Int, drops: Bool) -> Int {
      4 * tokens * headStride + 2 * tokenStride + headStride * tokenStride + (drops ? 3 : 2) * tokens * tokenStride
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
      transposed = take(headStride * tokenStride)
      map = take(tokens * tokenStride)
      dMap = take(tokens * tokenStride)
      dropped = drops ? take(tokens * tokenStride) : map
    }
  }

  /// Fills q, k, norms and the attention maps P and D.
  @inline(__always)
  func attend(_ qkv: UnsafePointer<Float>, _ b: Buffers) {
    normalize(qkv, into: b.q, norms: b.qNorm, factor: scale)
    normalize(qkv + headDim, into: b.k, norms: b.kNorm, factor: 1)
    transpose(b.k, stride: headStride, into: b.transposed)
    gemm(
      rows: tokens, Rows(pointer: b.q, stride: headStride, step: 1),
      PackedMatrix(b.transposed, rows: headDim, columns: tokens), b.map, cStride: tokenStride, padsColumns: true,
      epilogue: AddPositionBias(bias: bias, stride: tokenStride))
    for token in 0..<tokens { softmax(b.map + token &* tokenStride) }
    if let dropout { dropout.mask.apply(b.map, b.dropped, count: tokens &* tokenStride, place: dropout.place) }
  }

  /// o [T x c], rows `oStride` apart, from D and v, rows `vStride` apart.
  @inline(__always)
  func mix(
    _ v: UnsafePointer<Float>, vStride: Int, _ b: Buffers, into o: UnsafeMutablePointer<Float>, oStride: Int
  ) {
    gemm(
      rows: tokens, Rows(pointer: b.dropped, stride: tokenStride, step: 1),
      PackedMatrix(inPlace: v, rows: tokens, columns: headDim, stride: vStride), o, cStride: oStride,
      epilogue: Identity())
  }

  /// Writes the gradients of q, k and v at their places in `dqkv`, from that of o; adds to those of the bias [T x padded T] and,
  /// for the factor's logarithm, `dLogScale`. `attend` has run.
  @inline(__always)
  func backward(
    _ v: UnsafePointer<Float>, vStride: Int, _ b: Buffers, dO: UnsafePointer<Float>, oStride: Int,
    dqkv: UnsafeMutablePointer<Float>, dBias: UnsafeMutablePointer<Float>, dLogScale: UnsafeMutablePointer<Float>
  ) {
    let dO = (rows: Rows(pointer: dO, stride: oStride, step: 1), pointer: dO)
    let mapTransposed = Rows(pointer: b.dropped, stride: 1, step: tokenStride)
    gemm(
      rows: tokens, mapTransposed, PackedMatrix(inPlace: dO.pointer, rows: tokens, columns: headDim, stride: oStride),
      dqkv + 2 &* headDim, cStride: qkvStride, epilogue: Identity())
    transpose(v, stride: vStride, into: b.transposed)
    gemm(
      rows: tokens, dO.rows, PackedMatrix(b.transposed, rows: headDim, columns: tokens), b.dMap, cStride: tokenStride,
      padsColumns: true, epilogue: Identity())
    if let dropout { dropout.mask.apply(b.dMap, b.dMap, count: tokens &* tokenStride, place: dropout.place) }
    for token in 0..<tokens {
      let place = token &* tokenStride
      softmaxBackward(b.map + place, b.dMap + place, dBias: dBias + place)
    }
    gemm(
      rows: tokens, Rows(pointer: b.dMap, stride: tokenStride, step: 1),
      PackedMatrix(inPlace: b.k, rows: tokens, columns: headDim, stride: headStride), b.dq, cStride: headStride,
      padsColumns: true, epilogue: Identity())
    gemm(
      rows: tokens, Rows(pointer: b.dMap, stride: 1, step: tokenStride),
      PackedMatrix(inPlace: b.q, rows: tokens, columns: headDim, stride: headStride), b.dk, cStride: headStride,
      padsColumns: true, epilogue: Identity())
    dLogScale.pointee += normalizeBackward(b.q, b.dq, norms: b.qNorm, factor: scale, into: dqkv)
    _ = normalizeBackward(b.k, b.dk, norms: b.kNorm, factor: 1, into: dqkv + headDim)
  }

  /// unit [T x padded c] = source * factor / max(|source|, 1e-12), zeros in the padding; norms [T] = 1 / max(|source|, 1e-12).
  @inline(__always)
  private func normalize(
    _ source: UnsafePointer<Float>, into unit: UnsafeMutablePointer<Float>, norms: UnsafeMutablePointer<Float>,
    factor: Float
  ) {
    for token in 0..<tokens {
      let from = source + token &* qkvStride, to = unit + token &* headStride
      var squares = Vector.zero
      var c = 0
      while c < headDim {
        let v = load(from + c, count: headDim &- c)
        squares.addProduct(v, v)
        c &+= vectorWidth
      }
      let norm = 1 / max(sum(squares).squareRoot(), 1e-12)
      norms[token] = norm
      c = 0
      while c < headDim {
        store(load(from + c, count: headDim &- c) * Vector(repeating: norm * factor), to + c)
        c &+= vectorWidth
      }
    }
  }

  /// With u = unit / factor: target [T x c] = factor / |source| * (gradient - u (u . gradient)); returns the sum of
  /// unit . gradient, which is the gradient of the factor's logarithm.
  @inline(__always)
  private func normalizeBackward(
    _ unit: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, norms: UnsafePointer<Float>, factor: Float,
    into target: UnsafeMutablePointer<Float>
  ) -> Float {
    var total: Float = 0
    for token in 0..<tokens {
      let u = unit + token &* headStride, g = gradient + token &* headStride, to = target + token &* qkvStride
      var products = Vector.zero
      var c = 0
      while c < headDim {
        products.addProduct(load(u + c), load(g + c, count: headDim &- c))
        c &+= vectorWidth
      }
      let product = sum(products)
      total += product
      let along = Vector(repeating: product / (factor * factor)), outer = Vector(repeating: factor * norms[token])
      c = 0
      while c < headDim {
        store((load(g + c) - load(u + c) * along) * outer, to + c, count: headDim &- c)
        c &+= vectorWidth
      }
    }
    return total
  }

  /// source [T x c] as a packed matrix [c x T].
  @inline(__always)
  private func transpose(_ source: UnsafePointer<Float>, stride: Int, into target: UnsafeMutablePointer<Float>) {
    PackedMatrix.pack(
      source, rowStride: 1, columnStride: stride, rows: headDim, columns: tokens, into: target)
  }

  @inline(__always)
  private func softmax(_ row: UnsafeMutablePointer<Float>) {
    var top = load(row)
    for i in stride(from: vectorWidth, to: tokenStride, by: vectorWidth) { top = maximum(top, load(row + i)) }
    let peak = Vector(repeating: largest(top))
    var total = Vector.zero
    for i in stride(from: 0, to: tokenStride, by: vectorWidth) {
      let logits = load(row + i)
      // The vector exponential never reaches zero; the padding must.
      let value = exp(logits - peak).replacing(with: 0, where: logits .< Vector(repeating: -1e29))
      total += value
      store(value, row + i)
    }
    let scale = Vector(repeating: 1 / sum(total))
    for i in stride(from: 0, to: tokenStride, by: vectorWidth) { store(load(row + i) * scale, row + i) }
  }

  /// d = p (d - p . d), in place; dBias += d.
  @inline(__always)
  private func softmaxBackward(
    _ p: UnsafePointer<Float>, _ d: UnsafeMutablePointer<Float>, dBias: UnsafeMutablePointer<Float>
  ) {
    var products = Vector.zero
    for i in stride(from: 0, to: tokenStride, by: vectorWidth) { products.addProduct(load(p + i), load(d + i)) }
    let product = Vector(repeating: sum(products))
    for i in stride(from: 0, to: tokenStride, by: vectorWidth) {
      let value = load(p + i) * (load(d + i) - product)
      store(value, d + i)
      store(load(dBias + i) + value, dBias + i)
    }
  }
}

/// Product + bias, whose rows are padded.
private struct AddPositionBias: Epilogue {
  let bias: UnsafePointer<Float>
  let stride: Int
  @inline(__always)
  func callAsFunction(_ value: Vector, row: Int, column: Int) -> Vector {
    value + load(bias + (row &* stride &+ column))
  }
}
