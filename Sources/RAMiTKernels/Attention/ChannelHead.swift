/// One head of channel attention, for one image: everything between the sums over its pixels and what is applied to
/// them. With q_i and k_j as the channels, vectors over all pixels:
///
///     A = softmax(scale * cos(q_i, k_j)),  cos(q_i, k_j) = G(i, j) / (|q_i| |k_j|),  G = q^T k
///
/// Lengths below 1e-12 count as 1e-12. Scaled dot products have G(i, j) in place of the cosine: all lengths count as 1.
/// Sums along a row are taken number by number, in order.
struct ChannelHead {
  /// c.
  let headDim: Int
  let scale: Float
  /// Of all pixels: G [c x c], |q|^2 [c] and |k|^2 [c].
  let sums: UnsafePointer<Float>
  /// Whether lengths count.
  var isCosine = true

  /// Floats of the sums.
  static func sumsCount(headDim: Int) -> Int { headDim * headDim + 2 * headDim }

  /// Adds the sums of `count` pixels, whose q and k lie `stride` floats apart.
  @inline(__always)
  static func addSums(
    _ q: UnsafePointer<Float>, _ k: UnsafePointer<Float>, stride: Int, count: Int, headDim: Int,
    to sums: UnsafeMutablePointer<Float>
  ) {
    addProducts(q, stride: stride, k, stride: stride, count: count, headDim: headDim, to: sums)
    addColumnSquares(rows: count, columns: headDim, q, stride: stride, to: sums + headDim &* headDim)
    addColumnSquares(rows: count, columns: headDim, k, stride: stride, to: sums + (headDim &+ 1) &* headDim)
  }

  /// sums [c x c] += a^T b over `count` pixels.
  @inline(__always)
  static func addProducts(
    _ a: UnsafePointer<Float>, stride aStride: Int, _ b: UnsafePointer<Float>, stride bStride: Int, count: Int,
    headDim: Int, to sums: UnsafeMutablePointer<Float>
  ) {
    gemm(
      rows: headDim, Rows(pointer: a, stride: 1, step: aStride),
      PackedMatrix(inPlace: b, rows: count, columns: headDim, stride: bStride), sums, cStride: headDim,
      accumulate: true, epilogue: Identity())
  }

  @inline(__always)
  private func lengths(_ squares: Vector) -> Vector { maximum(Vector(repeating: 1e-12), squareRoot(squares)) }

  /// |q_i| in all lanes, and |k_j| from channel j on.
  @inline(__always)
  private func queryLength(_ i: Int) -> Vector {
    isCosine ? lengths(Vector(repeating: sums[headDim &* headDim &+ i])) : Vector(repeating: 1)
  }
  @inline(__always)
  private func keyLengths(_ j: Int) -> Vector {
    isCosine ? lengths(load(sums + ((headDim &+ 1) &* headDim &+ j))) : Vector(repeating: 1)
  }

  /// A [c x c]: a row for each query channel.
  func fillMap(_ map: UnsafeMutablePointer<Float>) {
    for i in 0..<headDim {
      let row = map + i &* headDim, q = queryLength(i)
      var peak = Vector(repeating: -.infinity)
      forEachVector { j, lanes in
        let logit = Vector(repeating: scale) * (load(sums + (i &* headDim &+ j)) / (q * keyLengths(j)))
        store(logit, row + j, count: lanes)
        peak = maximum(first(lanes, of: logit, others: -.infinity), peak)
      }
      let top = Vector(repeating: largestLane(peak))
      forEachVector { j, lanes in store(exp(load(row + j) - top), row + j, count: lanes) }
      var total: Float = 0
      for j in 0..<headDim { total += row[j] }
      forEachVector { j, lanes in store(load(row + j) / Vector(repeating: total), row + j, count: lanes) }
    }
  }

  /// How the gradients of q and k follow: dq = k toQ + q alpha, dk = q toK + k beta.
  struct Gradients {
    private let headDim: Int
    /// [c x padded c]: element (j, i) of `toQ` and element (i, j) of `toK` are the gradient of G(i, j).
    fileprivate let toQ, toK: UnsafeMutablePointer<Float>
    /// Diagonals [c].
    fileprivate let alpha, beta: UnsafeMutablePointer<Float>
    /// Of the scale: one number.
    let dScale: UnsafeMutablePointer<Float>

    static func count(headDim: Int) -> Int { 2 * (headDim + 1) * paddedToVector(headDim) + 1 }

    /// - Parameter memory: `count` floats.
    init(_ memory: UnsafeMutablePointer<Float>, headDim: Int) {
      let padded = paddedToVector(headDim)
      self.headDim = headDim
      toQ = memory
      toK = toQ + headDim * padded
      alpha = toK + headDim * padded
      beta = alpha + padded
      dScale = beta + padded
    }

    /// Writes the gradients of q and k of `count` pixels, or adds to them. All rows lie `stride` floats apart.
    @inline(__always)
    func apply(
      _ q: UnsafePointer<Float>, _ k: UnsafePointer<Float>, dq: UnsafeMutablePointer<Float>,
      dk: UnsafeMutablePointer<Float>, stride: Int, count: Int, accumulate: Bool
    ) {
      multiply(k, toQ, adding: q, times: alpha, into: dq, stride: stride, count: count, accumulate: accumulate)
      multiply(q, toK, adding: k, times: beta, into: dk, stride: stride, count: count, accumulate: accumulate)
    }

    @inline(__always)
    private func multiply(
      _ rows: UnsafePointer<Float>, _ matrix: UnsafePointer<Float>, adding own: UnsafePointer<Float>,
      times diagonal: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, stride: Int, count: Int,
      accumulate: Bool
    ) {
      gemm(
        rows: count, Rows(pointer: rows, stride: stride, step: 1),
        PackedMatrix(inPlace: matrix, rows: headDim, columns: headDim, stride: paddedToVector(headDim)), target,
        cStride: stride, accumulate: accumulate,
        epilogue: AddScaledRows(rows: own, stride: stride, diagonal: diagonal))
    }
  }

  /// Fills the gradients from that of A.
  /// - Parameters:
  ///   - map: A [c x c].
  ///   - dMap: its gradient [c x c].
  ///   - dLogScale: the gradient of the scale's logarithm is added to it, term by term.
  func fillGradients(
    _ gradients: Gradients, map: UnsafePointer<Float>, dMap: UnsafePointer<Float>,
    dLogScale: UnsafeMutablePointer<Float>?
  ) {
    let padded = paddedToVector(headDim)
    var scaleSum: Float = 0
    forEachVector { j, _ in store(Vector.zero, gradients.beta + j) }
    for i in 0..<headDim {
      let start = i &* headDim, q = queryLength(i)
      var product: Float = 0
      for j in 0..<headDim { product += map[start &+ j] * dMap[start &+ j] }
      var own: Float = 0
      forEachVector { j, lanes in
        let k = keyLengths(j), cosine = load(sums + (start &+ j)) / (q * k)
        let dLogit = load(map + (start &+ j)) * (load(dMap + (start &+ j)) - Vector(repeating: product))
        let dCosine = dLogit * Vector(repeating: scale)
        // What a length takes back of the gradient, along the vector itself.
        let along = isCosine ? dCosine * cosine : Vector.zero
        store(dCosine / (q * k), gradients.toK + (i &* padded &+ j))
        store(load(gradients.beta + j) - along / (k * k), gradients.beta + j)
        let part = along / (q * q), unscaled = dLogit * cosine
        for lane in 0..<min(vectorWidth, lanes) {
          dLogScale?.pointee += along[lane]
          scaleSum += unscaled[lane]
          own -= part[lane]
        }
      }
      gradients.alpha[i] = own
    }
    for i in 0..<headDim {
      for j in 0..<headDim { gradients.toQ[j &* padded &+ i] = gradients.toK[i &* padded &+ j] }
    }
    gradients.dScale.pointee = scaleSum
  }

  /// Calls `body` with the first channel of each vector of a row, and the lanes that the row has from there on.
  @inline(__always)
  private func forEachVector(_ body: (_ channel: Int, _ lanes: Int) -> Void) {
    var c = 0
    while c < headDim {
      body(c, headDim &- c)
      c &+= vectorWidth
    }
  }
}

/// Adds a matrix [m x n] whose columns are scaled.
private struct AddScaledRows: Epilogue {
  let rows: UnsafePointer<Float>
  let stride: Int
  /// [n], padded to whole vectors.
  let diagonal: UnsafePointer<Float>
  @inline(__always)
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V {
    multiplyAdd(load(rows + (row &* stride &+ column)), load(diagonal + column), value)
  }
}
