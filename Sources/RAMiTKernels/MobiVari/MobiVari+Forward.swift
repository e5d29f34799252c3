import RAMiTParallel

extension MobiVari {
  private var forwardStrips: Strips { Strips(size: size, height: 16) }
  /// The pieces of work of `forward`, to size the scratch.
  package var forwardPieces: Int { forwardStrips.count }
  /// Floats of scratch for each worker of `forward`: three rows of e, a part of one of d, one of the input.
  package var forwardScratchCount: Int { 3 * rowCount + partCount * stride + input.rowCount + 2 * vectorWidth }

  /// y [N x H x W x O] from the input's maps; overwrites y.
  package func forward(_ x: [UnsafePointer<Float>], _ y: UnsafeMutablePointer<Float>, scratch: Scratch) {
    parallelFor(forwardPieces) { piece, worker in
      let (image, rows) = forwardStrips.strip(piece)
      let ring = scratch.of(worker: worker)
      let d = ring + 3 * rowCount, gathered = d + partCount * stride
      // Row r of the image lies in place (r + 3) % 3 of the ring.
      func expanded(_ row: Int) -> UnsafeMutablePointer<Float> { ring + (row + 3) % 3 * rowCount }
      func expand(_ row: Int) {
        expandRow(x, image: image, y: row, gathered: gathered, into: expanded(row), before: nil)
      }
      expand(rows.lowerBound - 1)
      expand(rows.lowerBound)
      for row in rows {
        expand(row + 1)
        let residual = isResidual ? input.row(of: x, image: image, y: row, memory: gathered) : nil
        let y = y + (image * size.height + row) * size.width * outputs
        forEachPart { first, count in
          let place = first &* stride, result = first &* outputs
          depthwiseRow(
            expanded(row - 1) + place, expanded(row) + place, expanded(row + 1) + place, into: d, count: count)
          activateAndAdd(d, expanded(row) + (place &+ stride), into: d, count: count)
          project(d, residual: residual.map { $0 + result }, y + result, count: count)
        }
      }
    }
  }

  /// q [count x E] = bias + the nine taps over three rows of e; transposed, q += the taps in reverse.
  @inline(__always)
  func depthwiseRow(
    _ above: UnsafePointer<Float>, _ here: UnsafePointer<Float>, _ below: UnsafePointer<Float>,
    into q: UnsafeMutablePointer<Float>, count: Int, transposed: Bool = false
  ) {
    let w = depthwise.pointer, stride = stride
    for c in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      func tap(_ number: Int) -> Vector { load(w + (transposed ? 8 - number : number) * stride + c) }
      let w0 = tap(0), w1 = tap(1), w2 = tap(2), w3 = tap(3), w4 = tap(4), w5 = tap(5), w6 = tap(6), w7 = tap(7)
      let w8 = tap(8), bias = load(w + 9 * stride + c)
      var place = c
      for _ in 0..<count {
        let next = place &+ stride, last = next &+ stride
        var first = multiplyAdd(w0, load(above + place), transposed ? load(q + place) : bias)
        first = multiplyAdd(w2, load(above + last), multiplyAdd(w1, load(above + next), first))
        var second = multiplyAdd(w4, load(here + next), w3 * load(here + place))
        second = multiplyAdd(w5, load(here + last), second)
        var third = multiplyAdd(w7, load(below + next), w6 * load(below + place))
        third = multiplyAdd(w8, load(below + last), third)
        store(first + second + third, q + place)
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
