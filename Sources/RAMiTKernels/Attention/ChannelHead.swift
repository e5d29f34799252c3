/// The small matrices of one head of channel attention, for one image: everything between the sums over its pixels and
/// what is applied to them. Rows are padded to whole vectors.
struct ChannelHead {
  /// c.
  let headDim: Int
  let scale: Float
  /// A [c x c], a row for each query channel.
  let map: UnsafeMutablePointer<Float>
  /// A's transpose, packed [c x padded c].
  let packed: UnsafeMutablePointer<Float>
  /// How the gradients follow: dq = k toQ + q alpha, dk = q toK + k beta, with diagonals alpha and beta [c].
  let toQ, toK, alpha, beta: UnsafeMutablePointer<Float>
  /// The reciprocal norms of the channels of q and k: [c].
  private let qNorm, kNorm: UnsafeMutablePointer<Float>
  /// Of the scale: one number.
  let dScale: UnsafeMutablePointer<Float>

  static func count(headDim: Int) -> Int { (4 * headDim + 5) * paddedToVector(headDim) }

  /// - Parameter memory: `count` floats.
  init(_ memory: UnsafeMutablePointer<Float>, headDim: Int, scale: Float) {
    self.headDim = headDim
    self.scale = scale
    let padded = paddedToVector(headDim), matrix = headDim * padded
    map = memory
    packed = memory + matrix
    toQ = memory + 2 * matrix
    toK = memory + 3 * matrix
    alpha = memory + 4 * matrix
    beta = alpha + padded
    qNorm = beta + padded
    kNorm = qNorm + padded
    dScale = kNorm + padded
  }

  private var stride: Int { paddedToVector(headDim) }

  /// 1 / max(sqrt(squares), 1e-12), zeros in the padding.
  private func fillNorms(_ squares: UnsafePointer<Float>, into norms: UnsafeMutablePointer<Float>) {
    forEachVector { c, lanes in
      let length = maximum(load(squares + c, count: lanes).squareRoot(), Vector(repeating: 1e-12))
      store(first(lanes, of: Vector(repeating: 1) / length), norms + c)
    }
  }

  /// A, from the sums of the pixels.
  func fillMap(_ sums: UnsafePointer<Float>) {
    fillNorms(sums + headDim &* headDim, into: qNorm)
    fillNorms(sums + (headDim &+ 1) &* headDim, into: kNorm)
    for i in 0..<headDim {
      let row = map + i &* stride
      var peak = Vector(repeating: -.infinity)
      let factor = Vector(repeating: scale * qNorm[i])
      forEachVector { c, lanes in
        let logit = load(sums + (i &* headDim &+ c), count: lanes) * load(kNorm + c) * factor
        store(logit, row + c)
        peak = maximum(peak, first(lanes, of: logit, others: -.infinity))
      }
      let top = Vector(repeating: largestLane(peak))
      var total = Vector.zero
      forEachVector { c, lanes in
        let value = first(lanes, of: expOfNegative(load(row + c) - top))
        store(value, row + c)
        total += value
      }
      let part = Vector(repeating: 1 / sum(total))
      forEachVector { c, _ in store(load(row + c) * part, row + c) }
    }
  }

  func packMap() {
    PackedMatrix.packTransposed(map, stride: stride, rows: headDim, columns: headDim, into: packed)
  }

  /// The matrices for the gradients of q and k, and the scale's gradient, from that of A [c x c] (without padding).
  func fillGradients(_ sums: UnsafePointer<Float>, dMap: UnsafePointer<Float>) {
    var scaleSum = Vector.zero
    forEachVector { c, _ in store(Vector.zero, beta + c) }
    for i in 0..<headDim {
      let row = map + i &* stride, target = toK + i &* stride
      let qNorm = Vector(repeating: qNorm[i])
      var product = Vector.zero
      forEachVector { c, lanes in
        product = multiplyAdd(load(row + c), load(dMap + (i &* headDim &+ c), count: lanes), product)
      }
      let mean = Vector(repeating: sum(product))
      var own = Vector.zero
      forEachVector { c, lanes in
        let place = i &* headDim &+ c, norms = qNorm * load(kNorm + c)
        let dLogit = load(row + c) * (load(dMap + place, count: lanes) - mean)
        let cosine = load(sums + place, count: lanes) * norms
        let along = dLogit * cosine
        scaleSum += along
        own += along
        store(dLogit * norms * Vector(repeating: scale), target + c)
        store(load(beta + c) - along, beta + c)
      }
      alpha[i] = -sum(own) * scale * self.qNorm[i] * self.qNorm[i]
    }
    forEachVector { c, _ in
      let norm = load(kNorm + c)
      store(load(beta + c) * norm * norm * Vector(repeating: scale), beta + c)
    }
    for i in 0..<headDim {
      for j in 0..<headDim { toQ[j &* stride &+ i] = toK[i &* stride &+ j] }
    }
    dScale.pointee = sum(scaleSum)
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
