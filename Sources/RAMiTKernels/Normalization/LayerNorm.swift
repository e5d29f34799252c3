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
    forEachEight(of: rows) { row, count, memory in
      let x = x + row &* stride
      let (centre, scale, _) = statistics(x, stride: stride, count: count, form: form, memory)
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
    forEachEight(of: rows) { row, count, memory in
      let x = x + row &* stride, dy = dy + row &* channels, dx = dx + row &* dxStride
      let (centre, scale, mean) = statistics(x, stride: stride, count: count, form: form, memory)
      @inline(__always)
      func normal(_ i: Int, _ c: Int) -> Vector {
        (load(x + (i &* stride &+ c)) - Vector(repeating: centre[i])) * Vector(repeating: scale[i])
      }
      addParameterGradients(count: count, dy: dy, to: sums, memory: memory, normal: normal)
      @inline(__always)
      func g(_ i: Int, _ c: Int) -> Vector { load(dy + (i &* channels &+ c)) * load(weight + c) }
      // Of a single row, that row eight times.
      let meanGN = memory.products, constant = memory.constants
      memory.sumLanes(channels: channels, times: part, into: meanGN) { i, c in
        let i = count == 8 ? i : 0
        return g(i, c) * normal(i, c)
      }
      if form == .layer {
        memory.sumLanes(channels: channels, times: part, into: constant) { i, c in g(count == 8 ? i : 0, c) }
      } else {
        // The mean is zero where the spread is about zero.
        for i in 0..<8 { constant[i] = -(mean[i] * scale[i] * meanGN[i]) }
      }
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
    count: Int, dy: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>, memory: EightRows,
    normal: (_ row: Int, _ channel: Int) -> Vector
  ) {
    var c = 0
    while c < channels {
      var dWeight = load(sums + c), dBias = load(sums + (channels &+ c))
      for i in 0..<count {
        let gradient = load(dy + (i &* channels &+ c))
        dWeight = multiplyAdd(gradient, normal(i, c), dWeight)
        dBias += gradient
      }
      memory.storeLanes(of: dWeight, sums + c, count: channels &- c)
      memory.storeLanes(of: dBias, sums + (channels &+ c), count: channels &- c)
      c &+= vectorWidth
    }
  }

  /// For eight rows, or one: what is subtracted, the factor after that, and the mean.
  @inline(__always)
  private func statistics(
    _ x: UnsafePointer<Float>, stride: Int, count: Int, form: Form, _ memory: EightRows
  ) -> (centre: UnsafePointer<Float>, scale: UnsafePointer<Float>, mean: UnsafePointer<Float>) {
    // Of a single row, that row eight times.
    let stride = count == 8 ? stride : 0, mean = memory.means, scale = memory.scales
    // The mean square is the spread about zero.
    if form != .rootMeanSquare {
      memory.sumLanes(channels: channels, times: part, into: mean) { i, c in load(x + (i &* stride &+ c)) }
    }
    memory.sumLanes(channels: channels, times: part, into: scale) { i, c in
      let deviation = load(x + (i &* stride &+ c)) - Vector(repeating: mean[i])
      return deviation * deviation
    }
    invertRoots(scale, adding: epsilon)
    return (UnsafePointer(form == .layer ? mean : memory.zeros), UnsafePointer(scale), UnsafePointer(mean))
  }

  /// Calls `body` for eight rows at a time, then for each row that is left.
  @inline(__always)
  private func forEachEight(of rows: Int, _ body: (_ first: Int, _ count: Int, _ memory: EightRows) -> Void) {
    EightRows.withMemory { memory in
      var row = 0
      while row < rows {
        let count = row &+ 8 <= rows ? 8 : 1
        body(row, count, memory)
        row &+= count
      }
    }
  }
}

/// to [count] = from [count], floats that the compiler cannot know: of a vector that it sees stored in part it keeps
/// parts, sums of many steps too.
@inline(never)
private func copyFloats(_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, count: Int) {
  for i in 0..<count { to[i] = from[i] }
}

/// Memory for sums of eight rows and for what follows from them. A compiler that sees a sum's vector takes it, and all
/// that leads to it, apart into single lanes.
private struct EightRows {
  private let rows: UnsafeMutablePointer<Float>

  /// Zeros at first: [8] each.
  var means: UnsafeMutablePointer<Float> { rows + 8 &* vectorWidth }
  var zeros: UnsafeMutablePointer<Float> { means + 8 }
  var scales: UnsafeMutablePointer<Float> { means + 16 }
  var products: UnsafeMutablePointer<Float> { means + 24 }
  var constants: UnsafeMutablePointer<Float> { means + 32 }

  @inline(__always)
  static func withMemory(_ body: (EightRows) -> Void) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 8 &* vectorWidth &+ 40) { memory in
      let memory = EightRows(rows: memory.baseAddress!)
      store(Vector.zero, memory.means)
      body(memory)
    }
  }

  /// Writes the first `count` lanes.
  @inline(__always)
  func storeLanes(of vector: Vector, _ target: UnsafeMutablePointer<Float>, count: Int) {
    if count >= vectorWidth { return store(vector, target) }
    store(vector, rows)
    copyFloats(rows, target, count: count)
  }

  /// sums [8] = factor times the sums of eight rows over the channels. Lanes past the last channel may hold anything,
  /// NaN too: they are left out, even where a factor is zero.
  @inline(__always)
  func sumLanes(
    channels: Int, times factor: Float, into sums: UnsafeMutablePointer<Float>,
    of vector: (_ row: Int, _ channel: Int) -> Vector
  ) {
    var total = EightVectors()
    var c = 0
    while c &+ vectorWidth <= channels {
      total.add { i in vector(i, c) }
      c &+= vectorWidth
    }
    if c < channels { total.add { i in first(channels &- c, of: vector(i, c)) } }
    total.sumLanes(times: factor, memory: rows, into: sums)
  }
}

/// numbers [8] = 1 / sqrt(numbers + epsilon).
@inline(never)
private func invertRoots(_ numbers: UnsafeMutablePointer<Float>, adding epsilon: Float) {
  let spread: SIMD8<Float> = load(numbers)
  store(1 / squareRoot(spread + epsilon), numbers)
}
