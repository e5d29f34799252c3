import RAMiTParallel

/// Normalisation of each row: y = (x - centre) / sqrt(spread + epsilon) * weight + bias.
///
/// Sizes: R rows of C channels. The statistics are not saved: the backward pass computes them again from x, which
/// it reads anyway.
package struct LayerNorm {
  /// What a row is divided by, and what is subtracted from it before.
  package enum Form: Sendable {
    /// The mean is subtracted, and the spread is the variance (Ba et al., "Layer Normalization", 2016).
    case layer
    /// Nothing is subtracted, and the spread is the variance about the mean: without a bias the output follows the
    /// input's scale (the "BiasFree" form of Zamir et al., "Restormer", 2022).
    case biasFree
    /// Nothing is subtracted, and the spread is the mean square (Zhang and Sennrich, "Root Mean Square Layer
    /// Normalization", 2019).
    case rootMeanSquare
  }

  /// Rows that one thread takes at a time.
  static let grain = 256

  let channels: Int
  let weight: UnsafePointer<Float>
  let bias: UnsafePointer<Float>
  let epsilon: Float
  let form: Form

  /// - Parameter weight, bias: [C].
  package init(
    channels: Int, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, epsilon: Float = 1e-5, form: Form = .layer
  ) {
    self.channels = channels
    self.weight = weight
    self.bias = bias
    self.epsilon = epsilon
    self.form = form
  }

  /// y [R x C] = LN(x [R x C]) (+ residual [R x C]); overwrites y.
  package func forward(
    rows: Int, _ x: UnsafePointer<Float>, residual: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>
  ) {
    forEachRange(of: rows, grain: Self.grain) { range in
      let start = range.lowerBound &* channels
      forwardRows(range.count, x + start, stride: channels, residual: residual.map { $0 + start }, y + start)
    }
  }

  /// Writes dx (or adds to it) [R x C]; adds to the sums of weight [C] and bias [C] after it.
  package func backward(
    rows: Int, _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, accumulate: Bool,
    sums: PartialSums
  ) {
    sums.forEachPiece((rows + Self.grain - 1) / Self.grain) { piece, _, sums in
      let first = piece * Self.grain, start = first * channels
      backwardRows(
        min(rows - first, Self.grain), x + start, stride: channels, dy: dy + start, dx: dx + start, dxStride: channels,
        accumulate: accumulate, sums: sums)
    }
  }

  /// y [R x C] from x [R x C], whose rows lie `stride` apart, and the residual [R x C].
  func forwardRows(
    _ rows: Int, _ x: UnsafePointer<Float>, stride: Int, residual: UnsafePointer<Float>?,
    _ y: UnsafeMutablePointer<Float>
  ) {
    forEachEight(of: rows) { row, count in
      let x = x + row &* stride
      let (centre, scale, _) = statistics(x, stride: stride, count: count, form: form)
      for i in 0..<count {
        let centre = Vector(repeating: centre[i]), scale = Vector(repeating: scale[i])
        let x = x + i &* stride, place = (row &+ i) &* channels
        var c = 0
        while c < channels {
          let lanes = channels &- c
          var value = multiplyAdd(load(weight + c), (load(x + c) - centre) * scale, load(bias + c))
          if let residual { value += load(residual + (place &+ c)) }
          store(value, y + (place &+ c), count: lanes)
          c &+= vectorWidth
        }
      }
    }
  }

  /// With n = (x - centre) * scale and g = dy * weight: dx = scale * (g - h - n * mean(g n)), dweight += dy n, dbias +=
  /// dy. The form decides on h: mean(g) where the mean is subtracted, else what the variance's mean adds. x and dx have
  /// rows `stride` and `dxStride` apart, dy [R x C]; `dx` may be `x`.
  func backwardRows(
    _ rows: Int, _ x: UnsafePointer<Float>, stride: Int, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>,
    dxStride: Int, accumulate: Bool, sums: UnsafeMutablePointer<Float>
  ) {
    // Compiled apart for the common form, which needs no second centre.
    if form == .layer {
      backwardRows(
        rows, x, stride: stride, dy: dy, dx: dx, dxStride: dxStride, accumulate: accumulate, sums: sums, form: .layer)
    } else {
      backwardRows(
        rows, x, stride: stride, dy: dy, dx: dx, dxStride: dxStride, accumulate: accumulate, sums: sums, form: form)
    }
  }

  @inline(__always)
  private func backwardRows(
    _ rows: Int, _ x: UnsafePointer<Float>, stride: Int, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>,
    dxStride: Int, accumulate: Bool, sums: UnsafeMutablePointer<Float>, form: Form
  ) {
    forEachEight(of: rows) { row, count in
      let x = x + row &* stride, dy = dy + row &* channels, dx = dx + row &* dxStride
      let (centre, scale, mean) = statistics(x, stride: stride, count: count, form: form)
      @inline(__always)
      func normal(_ i: Int, _ c: Int) -> Vector {
        (load(x + (i &* stride &+ c)) - Vector(repeating: centre[i])) * Vector(repeating: scale[i])
      }
      addParameterGradients(count: count, dy: dy, to: sums, normal: normal)
      @inline(__always)
      func g(_ i: Int, _ c: Int) -> Vector { load(dy + (i &* channels &+ c)) * load(weight + c) }
      var totalG = EightSums(), totalGN = EightSums()
      // Lanes past the last channel may hold anything, NaN too: sums leave them out, even where a factor is zero.
      totalG.add { i in
        let i = min(i, count &- 1)
        return total { c, lanes in first(lanes, of: g(i, c)) }
      }
      totalGN.add { i in
        let i = min(i, count &- 1)
        return total { c, lanes in first(lanes, of: g(i, c) * normal(i, c)) }
      }
      let meanGN = totalGN.totals * part
      // The mean is zero where the spread is about zero.
      let constant = form == .layer ? totalG.totals * part : -(mean * scale * meanGN)
      for i in 0..<count {
        let (constant, meanGN) = (Vector(repeating: constant[i]), Vector(repeating: meanGN[i]))
        let scale = Vector(repeating: scale[i]), target = dx + i &* dxStride
        var c = 0
        while c < channels {
          var value = (g(i, c) - constant - normal(i, c) * meanGN) * scale
          if accumulate { value += load(target + c) }
          store(value, target + c, count: channels &- c)
          c &+= vectorWidth
        }
      }
    }
  }

  private var part: Float { 1 / Float(channels) }

  /// dweight += the sum of dy n over some rows, dbias += that of dy.
  @inline(__always)
  private func addParameterGradients(
    count: Int, dy: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>,
    normal: (_ row: Int, _ channel: Int) -> Vector
  ) {
    var c = 0
    while c < channels {
      let lanes = channels &- c
      var dWeight = load(sums + c), dBias = load(sums + (channels &+ c))
      for i in 0..<count {
        let gradient = load(dy + (i &* channels &+ c))
        dWeight = multiplyAdd(gradient, normal(i, c), dWeight)
        dBias += gradient
      }
      store(dWeight, sums + c, count: lanes)
      store(dBias, sums + (channels &+ c), count: lanes)
      c &+= vectorWidth
    }
  }

  /// For up to eight rows: what is subtracted, the factor after that, and the mean.
  @inline(__always)
  private func statistics(
    _ x: UnsafePointer<Float>, stride: Int, count: Int, form: Form
  ) -> (centre: SIMD8<Float>, scale: SIMD8<Float>, mean: SIMD8<Float>) {
    // Past the last row, the last one again.
    func row(_ i: Int) -> UnsafePointer<Float> { x + min(i, count &- 1) &* stride }
    var sums = EightSums()
    sums.add { i in
      let x = row(i)
      return total { c, lanes in load(x + c, count: lanes) }
    }
    // The mean square is the spread about zero.
    let mean = form == .rootMeanSquare ? SIMD8.zero : sums.totals * part
    var squares = EightSums()
    squares.add { i in
      let x = row(i), mean = Vector(repeating: mean[i])
      return total { c, lanes in
        let deviation = first(lanes, of: load(x + c) - mean)
        return deviation * deviation
      }
    }
    return (form == .layer ? mean : .zero, 1 / (squares.totals * part + epsilon).squareRoot(), mean)
  }

  /// The sum of vectors over the channels.
  @inline(__always)
  private func total(_ vector: (_ channel: Int, _ lanes: Int) -> Vector) -> Vector {
    var total = Vector.zero
    var c = 0
    while c < channels {
      total += vector(c, channels &- c)
      c &+= vectorWidth
    }
    return total
  }

  @inline(__always)
  private func forEachEight(of rows: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
    var row = 0
    while row < rows {
      body(row, min(8, rows &- row))
      row &+= 8
    }
  }
}
