/// The small matrices of channel attention (Eq. 3), per image: everything after the sums over pixels.
///
/// With G = q^T k and the norms of q's and k's channels over all pixels, A = softmax(scale * G / (|q| |k|)); attention
/// and projection together are one matrix, F = projection * A, applied to every pixel's values. Plain loops: c is 16.
struct ChannelHeads {
  /// c and K.
  let headDim: Int
  let heads: Int
  let scale: UnsafePointer<Float>
  /// [K c x K c].
  let projection: UnsafePointer<Float>
  /// What drops entries of A; nil keeps all.
  let dropout: DropoutMask?

  /// Floats of one image's sums: per head G [c x c], |q|^2 [c], |k|^2 [c].
  static func sumsCount(headDim: Int, heads: Int) -> Int { heads * (headDim * headDim + 2 * headDim) }

  private var width: Int { headDim * heads }
  private var perHead: Int { headDim * headDim + 2 * headDim }

  /// cos(q_i, k_j).
  private func cosine(_ sums: UnsafePointer<Float>, _ i: Int, _ j: Int) -> Float {
    let q = norm(sums[headDim * headDim + i]), k = norm(sums[headDim * headDim + headDim + j])
    return sums[i * headDim + j] / (q * k)
  }

  private func norm(_ square: Float) -> Float { max(square.squareRoot(), 1e-12) }

  /// The attention maps A [K x c x c] of an image.
  func maps(_ sums: UnsafePointer<Float>, into a: UnsafeMutablePointer<Float>) {
    for head in 0..<heads {
      let sums = sums + head * perHead, a = a + head * headDim * headDim
      for i in 0..<headDim {
        let row = a + i * headDim
        var top = -Float.infinity
        for j in 0..<headDim {
          row[j] = scale[head] * cosine(sums, i, j)
          top = max(top, row[j])
        }
        var total: Float = 0
        for j in 0..<headDim {
          row[j] = exp(Vector(repeating: row[j] - top))[0]
          total += row[j]
        }
        for j in 0..<headDim { row[j] /= total }
      }
    }
  }

  /// Drops entries of an image's maps, in place.
  func drop(_ a: UnsafeMutablePointer<Float>, image: Int) {
    let count = width * headDim
    dropout?.apply(a, a, count: count, place: image * count)
  }

  /// The factor that dropout gave to an entry.
  private func factor(image: Int, entry: Int) -> Float { dropout?.factors(at: image * width * headDim + entry)[0] ?? 1 }

  /// F [K c x K c] = projection * A, after dropout.
  func fused(_ a: UnsafePointer<Float>, into f: UnsafeMutablePointer<Float>) {
    for o in 0..<width {
      for head in 0..<heads {
        for j in 0..<headDim {
          var total: Float = 0
          for i in 0..<headDim {
            total += projection[o * width + head * headDim + i] * a[(head * headDim + i) * headDim + j]
          }
          f[o * width + head * headDim + j] = total
        }
      }
    }
  }

  /// How q's and k's gradients follow from q and k, per head: dq = k dG^T + q alpha, dk = q dG + k beta.
  struct Maps {
    /// [K x c x padded c]: element (j, i) of `toQ` is dG(i, j); element (i, j) of `toK` is dG(i, j). The diagonals [K x
    /// c].
    let toQ, toK, alpha, beta: UnsafeMutablePointer<Float>

    static func count(headDim: Int, heads: Int) -> Int {
      2 * heads * headDim * paddedToVector(headDim) + 2 * paddedToVector(heads * headDim)
    }

    init(_ memory: UnsafeMutablePointer<Float>, headDim: Int, heads: Int) {
      let matrix = heads * headDim * paddedToVector(headDim)
      toQ = memory
      toK = memory + matrix
      alpha = memory + 2 * matrix
      beta = memory + (2 * matrix + paddedToVector(heads * headDim))
    }
  }

  /// From dF [K c x K c] of an image, and A before and after dropout: the maps for q and k; adds to the gradients of
  /// projection [K c x K c] and of the factors' logarithms [K].
  func backward(
    _ sums: UnsafePointer<Float>, image: Int, a: UnsafePointer<Float>, dropped: UnsafePointer<Float>,
    dF: UnsafePointer<Float>, maps: Maps,
    dProjection: UnsafeMutablePointer<Float>, dLogScale: UnsafeMutablePointer<Float>
  ) {
    let padded = paddedToVector(headDim)
    for head in 0..<heads {
      let start = head * headDim * headDim
      let sums = sums + head * perHead, a = a + start, dropped = dropped + start
      let first = head * headDim
      for o in 0..<width {
        for i in 0..<headDim {
          var total: Float = 0
          for j in 0..<headDim { total += dF[o * width + first + j] * dropped[i * headDim + j] }
          dProjection[o * width + first + i] += total
        }
      }
      for i in 0..<headDim { maps.alpha[first + i] = 0 }
      for j in 0..<headDim { maps.beta[first + j] = 0 }
      for i in 0..<headDim {
        // The gradient of row i of A, then through its softmax, and so of the logits.
        func dA(_ j: Int) -> Float {
          var total: Float = 0
          for o in 0..<width { total += projection[o * width + first + i] * dF[o * width + first + j] }
          return total * factor(image: image, entry: start + i * headDim + j)
        }
        var product: Float = 0
        for j in 0..<headDim { product += a[i * headDim + j] * dA(j) }
        let q = norm(sums[headDim * headDim + i])
        for j in 0..<headDim {
          let dLogit = a[i * headDim + j] * (dA(j) - product)
          let cos = cosine(sums, i, j)
          let k = norm(sums[headDim * headDim + headDim + j])
          let dCos = dLogit * scale[head]
          dLogScale[head] += dCos * cos
          let dG = dCos / (q * k)
          maps.toQ[(first + j) * padded + i] = dG
          maps.toK[(first + i) * padded + j] = dG
          maps.alpha[first + i] -= dCos * cos / (q * q)
          maps.beta[first + j] -= dCos * cos / (k * k)
        }
      }
    }
  }
}
