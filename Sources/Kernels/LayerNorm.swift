import Parallel

/// Layer normalisation of each row (Ba et al., 2016): y = (x - mean) / sqrt(variance + 1e-5) * gamma + beta.
///
/// Sizes: R rows of C channels. The statistics are not kept: the backward pass computes them again from x, which it reads anyway.
public struct LayerNorm {
  static let epsilon: Float = 1e-5
  /// Rows that one thread takes at a time.
  static let grain = 256

  let channels: Int
  let gamma: UnsafePointer<Float>
  let beta: UnsafePointer<Float>

  /// - Parameter gamma, beta: [C].
  public init(channels: Int, gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>) {
    self.channels = channels
    self.gamma = gamma
    self.beta = beta
  }

  /// y [R x C] = LN(x [R x C]) (+ residual [R x C]); overwrites y.
  public func forward(
    rows: Int, _ x: UnsafePointer<Float>, residual: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>
  ) {
    forEachRange(of: rows, grain: Self.grain) { range in
      for row in range {
        let start = row &* channels
        forwardRow(x + start, residual: residual.map { $0 + start }, y + start)
      }
    }
  }

  /// Writes dx (or adds to it) [R x C]; adds to the sums of gamma [C] and beta [C] after it.
  public func backward(
    rows: Int, _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, adds: Bool,
    sums: PartialSums
  ) {
    sums.forEachPiece((rows + Self.grain - 1) / Self.grain) { piece, _, sums in
      for row in piece * Self.grain..<min(rows, (piece + 1) * Self.grain) {
        let start = row &* channels
        backwardRow(x + start, dy: dy + start, dx: dx + start, adds: adds, sums: sums)
      }
    }
  }

  /// The mean and the reciprocal standard deviation of a row.
  @inline(__always)
  func statistics(_ x: UnsafePointer<Float>) -> (mean: Float, scale: Float) {
    var total = Vector.zero
    var c = 0
    while c < channels {
      total += load(x + c, count: channels &- c)
      c &+= vectorWidth
    }
    let mean = sum(total) / Float(channels)
    var squares = Vector.zero
    c = 0
    while c < channels {
      let lanes = channels &- c
      let deviation = first(lanes, of: load(x + c) - Vector(repeating: mean))
      squares.addProduct(deviation, deviation)
      c &+= vectorWidth
    }
    return (mean, 1 / (sum(squares) / Float(channels) + Self.epsilon).squareRoot())
  }

  @inline(__always)
  func forwardRow(_ x: UnsafePointer<Float>, residual: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>) {
    let (mean, scale) = statistics(x)
    var c = 0
    while c < channels {
      let lanes = channels &- c
      let normal = (load(x + c, count: lanes) - Vector(repeating: mean)) * Vector(repeating: scale)
      var value = load(beta + c, count: lanes).addingProduct(load(gamma + c, count: lanes), normal)
      if let residual { value += load(residual + c, count: lanes) }
      store(value, y + c, count: lanes)
      c &+= vectorWidth
    }
  }

  /// With n = (x - mean) * scale and g = dy * gamma: dx = scale * (g - mean(g) - n * mean(g n)), dgamma += dy n, dbeta += dy.
  /// `dx` may be `x`.
  @inline(__always)
  func backwardRow(
    _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, adds: Bool,
    sums: UnsafeMutablePointer<Float>
  ) {
    let (mean, scale) = statistics(x)
    var totalG = Vector.zero, totalGN = Vector.zero
    var c = 0
    while c < channels {
      let lanes = channels &- c
      let normal = (load(x + c, count: lanes) - Vector(repeating: mean)) * Vector(repeating: scale)
      let dyC = load(dy + c, count: lanes)
      let g = dyC * load(gamma + c, count: lanes)
      totalG += g
      totalGN.addProduct(g, normal)
      store(load(sums + c, count: lanes).addingProduct(dyC, normal), sums + c, count: lanes)
      store(load(sums + channels + c, count: lanes) + dyC, sums + channels + c, count: lanes)
      c &+= vectorWidth
    }
    let meanG = Vector(repeating: sum(totalG) / Float(channels))
    let meanGN = Vector(repeating: sum(totalGN) / Float(channels))
    c = 0
    while c < channels {
      let lanes = channels &- c
      let normal = (load(x + c, count: lanes) - Vector(repeating: mean)) * Vector(repeating: scale)
      let g = load(dy + c, count: lanes) * load(gamma + c, count: lanes)
      var value = (g - meanG - normal * meanGN) * Vector(repeating: scale)
      if adds { value += load(dx + c, count: lanes) }
      store(value, dx + c, count: lanes)
      c &+= vectorWidth
    }
  }
}
