import RAMiTParallel

extension MobiVari {
  private var backwardStrips: Strips { Strips(size: size, height: 32, width: size.width) }
  /// The pieces of work of `backward`, to size the scratch.
  package var backwardPieces: Int { backwardStrips.count }
  /// Floats of scratch for each worker of `backward`: see `BackwardRows`.
  package var backwardScratchCount: Int {
    11 * rowCount + 2 * size.width * max(stride, paddedToVector(outputs)) + 2 * input.rowCount + 2 * vectorWidth
  }

  /// Writes the gradients of the input's maps (or adds to them) and adds to the sums of the parameters' gradients.
  /// - Parameters:
  ///   - dy: [N x H x W x O].
  ///   - dx: for each map the gradient, and whether to add to it.
  package func backward(
    _ x: [UnsafePointer<Float>], dy: UnsafePointer<Float>,
    dx: [(pointer: UnsafeMutablePointer<Float>, accumulate: Bool)],
    scratch: Scratch, sums: PartialSums
  ) {
    let dx = dx.map { JoinedMaps.Gradient(pointer: $0.pointer, accumulate: $0.accumulate) }
    sums.forEachPiece(backwardPieces) { piece, worker, sums in
      let (image, strip, columns) = backwardStrips.strip(piece)
      let rows = BackwardRows(scratch.of(worker: worker), of: self)
      func expand(_ row: Int) {
        expandRow(
          x, image: image, y: row, columns: columns, gathered: rows.x, into: rows.e(row), before: rows.before(row))
      }
      func back(_ row: Int) { rowBackward(row, image: image, dy: dy, isOwn: strip.contains(row), rows, sums: sums) }
      for row in strip.lowerBound - 2..<strip.lowerBound + 1 { expand(row) }
      back(strip.lowerBound - 1)
      expand(strip.lowerBound + 1)
      back(strip.lowerBound)
      for row in strip {
        expand(row + 2)
        back(row + 1)
        // Version 1 adds e after the activation, version 2 before it, through the centre tap.
        let de = rows.dd(row)
        if self.expand != nil { de.update(repeating: 0, count: size.width * stride) }
        depthwiseRow(rows.dq(row - 1), rows.dq(row), rows.dq(row + 1), into: de, count: size.width, transposed: true)
        let xRow = input.row(of: x, image: image, y: row, memory: rows.x)
        let residual = isResidual ? dy + (image * size.height + row) * size.width * outputs : nil
        input.writeRow(to: dx, image: image, y: row, memory: rows.dx) { target, accumulate in
          inputBackward(
            de, before: rows.before(row), x: xRow, residual: residual, dx: target, accumulate: accumulate, sums: sums)
        }
      }
    }
  }

  /// The rows in work: a row of dx needs dq of three, each of which needs e of three.
  private struct BackwardRows {
    let rowCount: Int
    /// Rings of three rows [(W + 2) x E]: e, what went into its activation (without the border), and the gradient of q.
    private let expanded, beforeActivation, dConvolved: UnsafeMutablePointer<Float>
    /// A ring of two rows: the gradient of d.
    private let dActivated: UnsafeMutablePointer<Float>
    /// d, the gradient that enters the point-wise convolution, and a row of the input and of its gradient.
    let d, dp, x, dx: UnsafeMutablePointer<Float>

    init(_ memory: UnsafeMutablePointer<Float>, of m: MobiVari) {
      var memory = memory
      func take(_ count: Int) -> UnsafeMutablePointer<Float> {
        defer { memory += count }
        return memory
      }
      rowCount = m.rowCount
      expanded = take(3 * rowCount)
      beforeActivation = take(3 * rowCount)
      dConvolved = take(3 * rowCount)
      dActivated = take(2 * rowCount)
      d = take(m.size.width * max(m.stride, paddedToVector(m.outputs)))
      dp = take(m.size.width * max(m.stride, paddedToVector(m.outputs)))
      x = take(m.input.rowCount)
      dx = take(m.input.rowCount)
    }

    /// The place in a ring of three; rows from -2 on.
    private func third(_ row: Int) -> Int { (row + 3) % 3 * rowCount }
    func e(_ row: Int) -> UnsafeMutablePointer<Float> { expanded + third(row) }
    func before(_ row: Int) -> UnsafeMutablePointer<Float> { beforeActivation + third(row) }
    func dq(_ row: Int) -> UnsafeMutablePointer<Float> { dConvolved + third(row) }
    func dd(_ row: Int) -> UnsafeMutablePointer<Float> { dActivated + (row + 2) % 2 * rowCount }
  }

  /// Fills the rows of dq (zeros outside the image) and dd; where the row is the strip's own, adds to the parameters'
  /// gradients.
  @inline(__always)
  private func rowBackward(
    _ row: Int, image: Int, dy: UnsafePointer<Float>, isOwn: Bool, _ rows: BackwardRows,
    sums: UnsafeMutablePointer<Float>
  ) {
    let dq = rows.dq(row)
    guard row >= 0, row < size.height else { return dq.update(repeating: 0, count: rowCount) }
    dq.update(repeating: 0, count: stride)
    (dq + (size.width + 1) * stride).update(repeating: 0, count: stride)
    let q = dq + stride, dd = rows.dd(row)
    let depthwiseSums = sums + (expand?.gradientCount ?? 0)
    let pointwiseSums = depthwiseSums + 10 * depthwise.channels
    let dyRow = dy + (image * size.height + row) * size.width * outputs
    depthwiseRow(rows.e(row - 1), rows.e(row), rows.e(row + 1), into: q, count: size.width)
    activateAndAdd(q, rows.e(row) + stride, into: rows.d, count: size.width)
    pointwiseBackward(rows.d, dyRow, dp: rows.dp, dd: dd, sums: isOwn ? pointwiseSums : nil)
    // dq = dd f'(q)
    activation.derivativeTimes(dd, at: q, into: q, count: size.width * stride)
    if isOwn { addDepthwiseGradient(rows.e(row - 1), rows.e(row), rows.e(row + 1), dq: q, to: depthwiseSums) }
  }

  /// dd [W x E] from dy [W x O], through the point-wise convolution (and in version 1 the activation after it).
  @inline(__always)
  private func pointwiseBackward(
    _ d: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, dp: UnsafeMutablePointer<Float>,
    dd: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>?
  ) {
    var gradient = dy
    if expand == nil {
      pointwise.apply(rows: size.width, d, xStride: stride, into: dp, yStride: outputs)
      activation.derivativeTimes(dy, at: dp, into: dp, count: size.width * outputs)
      gradient = UnsafePointer(dp)
    }
    gemm(
      rows: size.width, Rows(pointer: gradient, stride: outputs, step: 1), pointwise.backward, dd, cStride: stride,
      padsColumns: true,
      epilogue: Identity().asking(for: RowsAhead(channels: outputs, dy + size.width * outputs)))
    if let sums {
      pointwise.addGradient(rows: size.width, dy: gradient, dyStride: outputs, x: d, xStride: stride, to: sums)
    }
  }

  /// Adds the sum over a row of dq times e under each tap: weight [3 x 3 x E], then bias [E].
  @inline(__always)
  private func addDepthwiseGradient(
    _ above: UnsafePointer<Float>, _ here: UnsafePointer<Float>, _ below: UnsafePointer<Float>,
    dq: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>
  ) {
    let channels = depthwise.channels
    for c in Swift.stride(from: 0, to: channels, by: vectorWidth) {
      let lanes = channels - c
      var t0 = Vector.zero, t1 = Vector.zero, t2 = Vector.zero, t3 = Vector.zero, t4 = Vector.zero
      var t5 = Vector.zero, t6 = Vector.zero, t7 = Vector.zero, t8 = Vector.zero, total = Vector.zero
      var place = c
      for _ in 0..<size.width {
        let next = place &+ stride, last = next &+ stride
        let g = load(dq + place)
        t0 = multiplyAdd(g, load(above + place), t0)
        t1 = multiplyAdd(g, load(above + next), t1)
        t2 = multiplyAdd(g, load(above + last), t2)
        t3 = multiplyAdd(g, load(here + place), t3)
        t4 = multiplyAdd(g, load(here + next), t4)
        t5 = multiplyAdd(g, load(here + last), t5)
        t6 = multiplyAdd(g, load(below + place), t6)
        t7 = multiplyAdd(g, load(below + next), t7)
        t8 = multiplyAdd(g, load(below + last), t8)
        total += g
        place = next
      }
      func add(_ value: Vector, tap: Int) {
        let sum = sums + tap * channels + c
        store(load(sum, count: lanes) + value, sum, count: lanes)
      }
      add(t0, tap: 0)
      add(t1, tap: 1)
      add(t2, tap: 2)
      add(t3, tap: 3)
      add(t4, tap: 4)
      add(t5, tap: 5)
      add(t6, tap: 6)
      add(t7, tap: 7)
      add(t8, tap: 8)
      add(total, tap: 9)
    }
  }

  /// dx [W x C] from de [W x E], through the expansion and its activation, plus the residual's gradient.
  @inline(__always)
  private func inputBackward(
    _ de: UnsafeMutablePointer<Float>, before: UnsafePointer<Float>, x: UnsafePointer<Float>,
    residual: UnsafePointer<Float>?, dx: UnsafeMutablePointer<Float>, accumulate: Bool,
    sums: UnsafeMutablePointer<Float>
  ) {
    if let expand {
      activation.multiplyByDerivative(de, at: before, count: size.width * stride)
      let deRows = Rows(pointer: de, stride: stride, step: 1)
      expand.addGradient(rows: size.width, dy: de, dyStride: stride, x: x, xStride: channels, to: sums)
      if let residual {
        gemm(
          rows: size.width, deRows, expand.backward, dx, cStride: channels, accumulate: accumulate,
          epilogue: AddRows(addend: residual, stride: channels))
      } else {
        gemm(
          rows: size.width, deRows, expand.backward, dx, cStride: channels, accumulate: accumulate, epilogue: Identity()
        )
      }
    } else {
      for pixel in 0..<size.width {
        for c in Swift.stride(from: 0, to: channels, by: vectorWidth) {
          let lanes = channels - c, place = pixel * channels + c
          var value = load(de + pixel * stride + c)
          if let residual { value += load(residual + place, count: lanes) }
          if accumulate { value += load(dx + place, count: lanes) }
          store(value, dx + place, count: lanes)
        }
      }
    }
  }
}
