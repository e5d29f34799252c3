import RAMiTParallel

extension MobiVari {
  /// Of a plain map narrow, so that their rows of e stay in the second cache; high, as two rows of each are computed
  /// twice, and enough for all threads to end together.
  var forwardStrips: Strips {
    let width = input.isPlain ? min(FeedForward.tile / partCount * partCount, size.width) : size.width
    let rows = size.images * size.height, limit = input.isPlain ? min(64, 4096 / max(1, width)) : 64
    // The rows of a strip if each thread had one. Six are better, but not below 16 rows.
    let share = rows * size.width / (max(1, width) * workerCount(for: rows))
    return Strips(size: size, height: max(1, min(limit, max(share / 6, min(16, share)))), width: width)
  }
  /// The pieces of work of `forward`, to size the scratch.
  package var forwardPieces: Int { forwardStrips.count }
  /// Floats of scratch for each worker of `forward`: three rows of e, a part of one of d, one of the input.
  package var forwardScratchCount: Int {
    3 * rowCount(columns: forwardStrips.width) + partCount * stride + input.rowCount + 2 * vectorWidth
  }

  /// y [N x H x W x O] from the input's maps; overwrites y.
  package func forward(_ x: [UnsafePointer<Float>], _ y: UnsafeMutablePointer<Float>, scratch: Scratch) {
    // Cut out here: within, work is another number of threads'.
    let strips = forwardStrips
    parallelFor(strips.count) { piece, worker in
      forward(x, strips, piece: piece, memory: scratch.of(worker: worker)) { pixel, _ in y + pixel &* outputs }
    }
  }

  /// The strip of a piece of work, a part of a row at a time.
  /// - Parameters:
  ///   - memory: `forwardScratchCount` floats.
  ///   - target: where y [count x O] of a part goes, from its first pixel in the map on; the parts come in order.
  @inline(__always)
  func forward(
    _ x: [UnsafePointer<Float>], _ strips: Strips, piece: Int, memory ring: UnsafeMutablePointer<Float>,
    into target: (_ pixel: Int, _ count: Int) -> UnsafeMutablePointer<Float>
  ) {
    let (image, rows, columns) = strips.strip(piece), rowCount = rowCount(columns: columns.count)
    let d = ring + 3 * rowCount, gathered = d + partCount * stride
    // Row r of the image lies in place (r + 3) % 3 of the ring.
    func expanded(_ row: Int) -> UnsafeMutablePointer<Float> { ring + (row + 3) % 3 * rowCount }
    func expand(_ row: Int) {
      expandRow(x, image: image, y: row, columns: columns, gathered: gathered, into: expanded(row), before: nil)
    }
    expand(rows.lowerBound - 1)
    expand(rows.lowerBound)
    for row in rows {
      expand(row + 1)
      let residual = isResidual ? input.row(of: x, image: image, y: row, memory: gathered) : nil
      forEachPart(of: columns) { first, count in
        let place = (first &- columns.lowerBound) &* stride
        let (above, here, below) = (expanded(row - 1) + place, expanded(row) + place, expanded(row + 1) + place)
        if activation == .leakyReLU, self.expand != nil {
          depthwiseRow(above, here, below, into: d, count: count) { $0.leaking(slope: Activation.leakySlope) }
        } else {
          depthwiseRow(above, here, below, into: d, count: count)
          activateAndAdd(d, here + stride, into: d, count: count)
        }
        let y = target((image &* size.height &+ row) &* size.width &+ first, count)
        project(d, residual: residual.map { $0 + first &* outputs }, y, count: count)
      }
    }
  }

  /// q [count x E] = `finish` of bias + the nine taps over three rows of e; transposed, of q + the taps in reverse.
  @inline(__always)
  func depthwiseRow(
    _ above: UnsafePointer<Float>, _ here: UnsafePointer<Float>, _ below: UnsafePointer<Float>,
    into q: UnsafeMutablePointer<Float>, count: Int, transposed: Bool = false,
    finish: (Vector) -> Vector = { $0 }
  ) {
    let w = depthwise.pointer, stride = stride
    for c in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      func tap(_ number: Int) -> Vector { load(w + (transposed ? 8 - number : number) * stride + c) }
      let w0 = tap(0), w1 = tap(1), w2 = tap(2), w3 = tap(3), w4 = tap(4), w5 = tap(5), w6 = tap(6), w7 = tap(7)
      let w8 = tap(8), bias = load(w + 9 * stride + c)
      // A pixel's right neighbours are the next one's middle: three loads for nine taps.
      var a0 = load(above + c), b0 = load(here + c), c0 = load(below + c)
      var a1 = load(above + (c &+ stride)), b1 = load(here + (c &+ stride)), c1 = load(below + (c &+ stride))
      var place = c
      for _ in 0..<count {
        let next = place &+ stride, last = next &+ stride
        let a2 = load(above + last), b2 = load(here + last), c2 = load(below + last)
        let first = multiplyAdd(
          w2, a2, multiplyAdd(w1, a1, multiplyAdd(w0, a0, transposed ? load(q + place) : bias)))
        let second = multiplyAdd(w5, b2, multiplyAdd(w4, b1, w3 * b0))
        let third = multiplyAdd(w8, c2, multiplyAdd(w7, c1, w6 * c0))
        store(finish(first + second + third), q + place)
        (a0, b0, c0) = (a1, b1, c1)
        (a1, b1, c1) = (a2, b2, c2)
        place = next
      }
    }
  }

  /// d = f(q), in version 1 plus e, over `count` pixels; d may be q.
  @inline(__always)
  func activateAndAdd(
    _ q: UnsafePointer<Float>, _ e: UnsafePointer<Float>, into d: UnsafeMutablePointer<Float>, count pixels: Int
  ) {
    let count = pixels &* stride
    activation.apply(q, d, count: count)
    guard expand == nil else { return }
    for i in Swift.stride(from: 0, to: count, by: vectorWidth) { store(load(d + i) + load(e + i), d + i) }
  }

  /// y [count x O] from d [count x E] and the residual [count x O].
  @inline(__always)
  private func project(
    _ d: UnsafePointer<Float>, residual: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>, count: Int
  ) {
    pointwise.apply(
      rows: count, d, xStride: stride, adding: expand == nil ? nil : residual, into: y, yStride: outputs)
    // Version 1 activates the product before it adds the residual: in a second pass over the row, which is in cache.
    if expand == nil { activation.apply(y, y, adding: residual, count: count &* outputs) }
  }
}
