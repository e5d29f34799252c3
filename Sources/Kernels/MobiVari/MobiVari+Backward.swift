import Parallel

extension MobiVari {
  /// Floats of scratch for each worker of `backward`: of a strip with its neighbours, e and what went into its activation (two
  /// rows more on either side), dq and dd (one row more), and the gradient that enters the point-wise convolution.
  public var backwardScratchCount: Int {
    let rows = min(Self.stripHeight, size.height)
    return 2 * (rows + 4) * rowCount + 2 * (rows + 2) * rowCount + 2 * size.width * max(stride, paddedToVector(outputs))
      + 2 * vectorWidth
  }

  /// Writes dx (or adds to it) [N x H x W x C] and adds to the sums of the parameters' gradients.
  public func backward(
    _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>, adds: Bool, scratch: Scratch,
    sums: PartialSums
  ) {
    sums.forEachPiece(pieces) { piece, worker, sums in
      let (image, rows) = strip(piece)
      var memory = scratch.of(worker: worker)
      func take(_ count: Int) -> UnsafeMutablePointer<Float> {
        defer { memory += count }
        return memory
      }
      // Places of image row r: e and before at r - first + 2, dq and dd at r - first + 1.
      let first = rows.lowerBound
      let e = take((rows.count + 4) * rowCount), before = take((rows.count + 4) * rowCount)
      let dq = take((rows.count + 2) * rowCount), dd = take((rows.count + 2) * rowCount)
      let d = take(size.width * max(stride, paddedToVector(outputs)))
      let dp = take(size.width * max(stride, paddedToVector(outputs)))
      func eRow(_ row: Int) -> UnsafeMutablePointer<Float> { e + (row - first + 2) * rowCount }
      func dqRow(_ row: Int) -> UnsafeMutablePointer<Float> { dq + (row - first + 1) * rowCount }
      func ddRow(_ row: Int) -> UnsafeMutablePointer<Float> { dd + (row - first + 1) * rowCount }

      for row in first - 2..<rows.upperBound + 2 {
        expandRow(x, image: image, y: row, into: eRow(row), before: before + (row - first + 2) * rowCount)
      }
      let depthwiseSums = sums + (expand?.gradientCount ?? 0)
      let pointwiseSums = depthwiseSums + 10 * depthwise.channels
      for row in first - 1..<rows.upperBound + 1 {
        let dqRow = dqRow(row)
        dqRow.update(repeating: 0, count: stride)
        (dqRow + (size.width + 1) * stride).update(repeating: 0, count: stride)
        guard row >= 0, row < size.height else {
          dqRow.update(repeating: 0, count: rowCount)
          continue
        }
        let q = dqRow + stride
        let isOwn = rows.contains(row)
        depthwiseRow(eRow(row - 1), eRow(row), eRow(row + 1), into: q)
        activateAndAdd(q, eRow(row) + stride, into: d)
        let dyRow = dy + (image * size.height + row) * size.width * outputs
        pointwiseBackward(d, dyRow, dp: dp, dd: ddRow(row), sums: isOwn ? pointwiseSums : nil)
        // dq = dd f'(q)
        for i in Swift.stride(from: 0, to: size.width * stride, by: vectorWidth) {
          store(load(ddRow(row) + i) * activation.derivative(load(q + i)), q + i)
        }
        if isOwn { addDepthwiseGradient(eRow(row - 1), eRow(row), eRow(row + 1), dq: q, to: depthwiseSums) }
      }
      for row in rows {
        // Version 1 adds e after the activation, version 2 before it, through the centre tap.
        let de = ddRow(row)
        if expand != nil { de.update(repeating: 0, count: size.width * stride) }
        addTransposedDepthwise(dqRow(row - 1), dqRow(row), dqRow(row + 1), to: de)
        let pixel = (image * size.height + row) * size.width
        let xRow = x + pixel * channels
        let residual = isResidual ? dy + pixel * outputs : nil
        inputBackward(
          de, before: before + (row - first + 2) * rowCount, x: xRow, residual: residual, dx: dx + pixel * channels,
          adds: adds, sums: sums)
      }
    }
  }

  /// dd [W x E] from dy [W x O], through the point-wise convolution (and in version 1 the activation after it).
  @inline(__always)
  private func pointwiseBackward(
    _ d: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, dp: UnsafeMutablePointer<Float>,
    dd: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>?
  ) {
    var gradient = dy
    if expand == nil {
      gemm(
        rows: size.width, Rows(pointer: d, stride: stride, step: 1), pointwise.forward, dp, cStride: outputs,
        epilogue: AddBias(bias: pointwise.bias))
      activation.derivativeTimes(dy, at: dp, into: dp, count: size.width * outputs)
      gradient = UnsafePointer(dp)
    }
    gemm(
      rows: size.width, Rows(pointer: gradient, stride: outputs, step: 1), pointwise.backward, dd, cStride: stride,
      padsColumns: true, epilogue: Identity())
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
        t0.addProduct(g, load(above + place))
        t1.addProduct(g, load(above + next))
        t2.addProduct(g, load(above + last))
        t3.addProduct(g, load(here + place))
        t4.addProduct(g, load(here + next))
        t5.addProduct(g, load(here + last))
        t6.addProduct(g, load(below + place))
        t7.addProduct(g, load(below + next))
        t8.addProduct(g, load(below + last))
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

  /// de [W x E] += the transposed depth-wise convolution of dq: the taps in reverse.
  @inline(__always)
  private func addTransposedDepthwise(
    _ above: UnsafePointer<Float>, _ here: UnsafePointer<Float>, _ below: UnsafePointer<Float>,
    to de: UnsafeMutablePointer<Float>
  ) {
    let w = depthwise.pointer, stride = stride
    for c in Swift.stride(from: 0, to: stride, by: vectorWidth) {
      let w0 = load(w + 8 * stride + c), w1 = load(w + 7 * stride + c), w2 = load(w + 6 * stride + c)
      let w3 = load(w + 5 * stride + c), w4 = load(w + 4 * stride + c), w5 = load(w + 3 * stride + c)
      let w6 = load(w + 2 * stride + c), w7 = load(w + stride + c), w8 = load(w + c)
      var place = c
      for _ in 0..<size.width {
        let next = place &+ stride, last = next &+ stride
        var first = load(de + place).addingProduct(w0, load(above + place))
        first = first.addingProduct(w1, load(above + next)).addingProduct(w2, load(above + last))
        var second = (w3 * load(here + place)).addingProduct(w4, load(here + next))
        second = second.addingProduct(w5, load(here + last))
        var third = (w6 * load(below + place)).addingProduct(w7, load(below + next))
        third = third.addingProduct(w8, load(below + last))
        store(first + second + third, de + place)
        place = next
      }
    }
  }

  /// dx [W x C] from de [W x E], through the expansion and its activation, plus the residual's gradient.
  @inline(__always)
  private func inputBackward(
    _ de: UnsafeMutablePointer<Float>, before: UnsafePointer<Float>, x: UnsafePointer<Float>,
    residual: UnsafePointer<Float>?, dx: UnsafeMutablePointer<Float>, adds: Bool, sums: UnsafeMutablePointer<Float>
  ) {
    if let expand {
      activation.multiplyByDerivative(de, at: before, count: size.width * stride)
      let deRows = Rows(pointer: de, stride: stride, step: 1)
      expand.addGradient(rows: size.width, dy: de, dyStride: stride, x: x, xStride: channels, to: sums)
      if let residual {
        gemm(
          rows: size.width, deRows, expand.backward, dx, cStride: channels, adds: adds,
          epilogue: AddRows(addend: residual, stride: channels, columns: channels))
      } else {
        gemm(rows: size.width, deRows, expand.backward, dx, cStride: channels, adds: adds, epilogue: Identity())
      }
    } else {
      for pixel in 0..<size.width {
        for c in Swift.stride(from: 0, to: channels, by: vectorWidth) {
          let lanes = channels - c, place = pixel * channels + c
          var value = load(de + pixel * stride + c)
          if let residual { value += load(residual + place, count: lanes) }
          if adds { value += load(dx + place, count: lanes) }
          store(value, dx + place, count: lanes)
        }
      }
    }
  }
}
