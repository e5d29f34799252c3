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
    forEachBlock(of: rows) { first, block in
      let x = x + first &* stride
      let (centre, scale) = statistics(x, stride: stride, form: form, block)
      @inline(__always)
      func write(_ i: Int, _ result: (_ channel: Int, _ normal: Vector) -> Vector) {
        let centre = Vector(repeating: centre[i]), scale = Vector(repeating: scale[i])
        let x = x + i &* stride, y = y + (first &+ i) &* channels
        @inline(__always)
        func value(_ c: Int) -> Vector {
          result(c, multiplyAdd(load(weight + c), (load(x + c) - centre) * scale, load(bias + c)))
        }
        var c = 0
        while c &+ vectorWidth <= channels {
          store(value(c), y + c)
          c &+= vectorWidth
        }
        if c < channels { store(value(c), y + c, count: channels &- c) }
      }
      if let residual {
        let residual = residual + first &* channels
        for i in 0..<block.count { write(i) { c, value in value + load(residual + (i &* channels &+ c)) } }
      } else {
        for i in 0..<block.count { write(i) { _, value in value } }
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
    forEachBlock(of: rows) { first, block in
      let x = x + first &* stride, dy = dy + first &* channels, dx = dx + first &* dxStride
      let (centre, scale) = statistics(x, stride: stride, form: form, block)
      @inline(__always)
      func normal(_ i: Int, _ c: Int) -> Vector {
        (load(x + (i &* stride &+ c)) - Vector(repeating: centre[i])) * Vector(repeating: scale[i])
      }
      addParameterGradients(dy: dy, to: sums, block, normal: normal)
      @inline(__always)
      func g(_ i: Int, _ c: Int) -> Vector { load(dy + (i &* channels &+ c)) * load(weight + c) }
      let meanGN = block.products, constant = block.constants
      block.sumLanes(channels: channels, times: part, into: meanGN) { i, c in g(i, c) * normal(i, c) }
      if form == .layer {
        block.sumLanes(channels: channels, times: part, into: constant) { i, c in g(i, c) }
      } else {
        // The mean is zero where the spread is about zero.
        for i in 0..<block.count { constant[i] = -(block.means[i] * scale[i] * meanGN[i]) }
      }
      for i in 0..<block.count {
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

  /// dweight += the sum of dy n over a block's rows, dbias += that of dy.
  @inline(__always)
  private func addParameterGradients(
    dy: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>, _ block: RowBlock,
    normal: (_ row: Int, _ channel: Int) -> Vector
  ) {
    var c = 0
    while c < channels {
      var dWeight = load(sums + c), dBias = load(sums + (channels &+ c))
      for i in 0..<block.count {
        let gradient = load(dy + (i &* channels &+ c))
        dWeight = multiplyAdd(gradient, normal(i, c), dWeight)
        dBias += gradient
      }
      block.storeLanes(of: dWeight, sums + c, count: channels &- c)
      block.storeLanes(of: dBias, sums + (channels &+ c), count: channels &- c)
      c &+= vectorWidth
    }
  }

  /// For each row of a block, what is subtracted and the factor after that; fills the block's means, too.
  @inline(__always)
  private func statistics(
    _ x: UnsafePointer<Float>, stride: Int, form: Form, _ block: RowBlock
  ) -> (centre: UnsafePointer<Float>, scale: UnsafePointer<Float>) {
    let mean = block.means, scale = block.scales
    // The mean square is the spread about zero.
    if form != .rootMeanSquare {
      block.sumLanes(channels: channels, times: part, into: mean) { i, c in load(x + (i &* stride &+ c)) }
    }
    block.sumLanes(channels: channels, times: part, into: scale) { i, c in
      let deviation = load(x + (i &* stride &+ c)) - Vector(repeating: mean[i])
      return deviation * deviation
    }
    invertRoots(scale, count: block.count, adding: epsilon)
    return (UnsafePointer(form == .layer ? mean : block.zeros), UnsafePointer(scale))
  }

  /// Calls `body` for blocks of rows: the first row of each.
  @inline(__always)
  private func forEachBlock(of rows: Int, _ body: (_ first: Int, _ block: RowBlock) -> Void) {
    RowBlock.withMemory { memory in
      var row = 0
      while row < rows {
        let count = min(RowBlock.rows, rows &- row)
        body(row, RowBlock(count: count, memory: memory))
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

/// A number of rows that stay in the first cache from one step to the next, and memory for their sums and for what
/// follows from them: a step for all rows does not wait, as one for a few would, for the sums of the step before.
private struct RowBlock {
  /// Rows of a block: 16 KB of 64 channels.
  static let rows = 64

  let count: Int
  private let memory: UnsafeMutablePointer<Float>

  init(count: Int, memory: UnsafeMutablePointer<Float>) {
    self.count = count
    self.memory = memory
  }

  /// Zeros at first: [rows] each.
  var means: UnsafeMutablePointer<Float> { memory + 8 &* vectorWidth }
  var zeros: UnsafeMutablePointer<Float> { means + Self.rows }
  var scales: UnsafeMutablePointer<Float> { means + 2 &* Self.rows }
  var products: UnsafeMutablePointer<Float> { means + 3 &* Self.rows }
  var constants: UnsafeMutablePointer<Float> { means + 4 &* Self.rows }

  @inline(__always)
  static func withMemory(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 8 &* vectorWidth &+ 5 &* rows) { memory in
      memory.baseAddress!.update(repeating: 0, count: memory.count)
      body(memory.baseAddress!)
    }
  }

  /// Writes the first `count` lanes.
  @inline(__always)
  func storeLanes(of vector: Vector, _ target: UnsafeMutablePointer<Float>, count: Int) {
    if count >= vectorWidth { return store(vector, target) }
    store(vector, memory)
    copyFloats(memory, target, count: count)
  }

  /// sums [count, up to the next eight] = factor times the sum of each row over the channels. Lanes past the last
  /// channel may hold anything, NaN too: they are left out, even where a factor is zero.
  ///
  /// Eight rows at a time, of which the last ones may be summed twice; fewer than eight one by one. What a vector is
  /// may be long: it is compiled for eight rows once, and once more for each of the rare cases.
  @inline(__always)
  func sumLanes(
    channels: Int, times factor: Float, into sums: UnsafeMutablePointer<Float>,
    of vector: (_ row: Int, _ channel: Int) -> Vector
  ) {
    guard count >= 8 else {
      for i in 0..<count {
        var total = Vector.zero, c = 0
        while c < channels {
          total += first(channels &- c, of: vector(i, c))
          c &+= vectorWidth
        }
        store(total, memory + i &* vectorWidth)
      }
      return sumEightLanes(memory, again: memory, times: factor, into: sums)
    }
    var row = 0
    while row < count {
      let start = min(row, count &- 8)
      sumEight(channels: channels, times: factor, into: sums + start) { i, c in vector(start &+ i, c) }
      row &+= 8
    }
  }

  /// A compiler that sees a sum's vector takes it, and all that leads to it, apart into single lanes: the sums go
  /// through memory.
  @inline(__always)
  private func sumEight(
    channels: Int, times factor: Float, into sums: UnsafeMutablePointer<Float>,
    of vector: (_ row: Int, _ channel: Int) -> Vector
  ) {
    var total = EightVectors()
    var c = 0
    while c &+ vectorWidth <= channels {
      total.add { i in vector(i, c) }
      c &+= vectorWidth
    }
    total.store(memory)
    if c < channels {
      for i in 0..<8 {
        let lanes = memory + i &* vectorWidth
        store(load(lanes) + first(channels &- c, of: vector(i, c)), lanes)
      }
    }
    sumEightLanes(memory, again: memory, times: factor, into: sums)
  }
}

/// numbers [count, up to the next eight] = 1 / sqrt(numbers + epsilon).
@inline(never)
private func invertRoots(_ numbers: UnsafeMutablePointer<Float>, count: Int, adding epsilon: Float) {
  var place = 0
  while place < count {
    let spread: SIMD8<Float> = load(numbers + place)
    store(1 / squareRoot(spread + epsilon), numbers + place)
    place &+= 8
  }
}
