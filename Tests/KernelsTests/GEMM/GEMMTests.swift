import RAMiTOperationTestSupport
import Testing

@testable import RAMiTKernels

/// Products on one thread: their operands' arrangements, their epilogues, and products in segments.
@Suite(.guardedMemory) struct GEMMTests {
  struct Size: Sendable, CustomTestStringConvertible {
    let rows, columns, inner: Int
    var testDescription: String { "\(rows) x \(columns) x \(inner)" }
  }

  static let sizes = [
    (1, 1, 1), (3, 5, 0), (8, 16, 4), (7, 17, 9), (9, 32, 3), (20, 45, 11), (5, 70, 2), (17, 100, 20),
  ].map(Size.init)

  /// A's rows lie `aStride` apart, or its columns do; so do B's rows and C's.
  private func product(_ size: Size, _ a: DoubleTensor, transposesA: Bool, _ b: DoubleTensor) -> (Int, Int) -> Double {
    { row, column in
      (0..<size.inner).reduce(0) { sum, k in
        let x = a.values[transposesA ? k * a.channels + row : row * a.channels + k]
        return sum + x * b.values[k * b.channels + column]
      }
    }
  }

  private func expected(
    _ size: Size, stride: Int, _ element: (_ row: Int, _ column: Int) -> Double
  ) -> [Double?] {
    (0..<size.rows * stride).map { $0 % stride < size.columns ? element($0 / stride, $0 % stride) : nil }
  }

  private func packed(_ b: DoubleTensor, _ size: Size) -> GuardedBuffer {
    let source = GuardedBuffer(b), count = PackedMatrix.count(rows: size.inner, columns: size.columns)
    let packed = GuardedBuffer(unwritten: count)
    PackedMatrix.pack(
      source.pointer, rowStride: b.channels, columnStride: 1, rows: size.inner, columns: size.columns,
      into: packed.pointer)
    return packed
  }

  private func rows(_ a: GuardedBuffer, stride: Int, transposed: Bool) -> Rows {
    Rows(pointer: a.pointer, stride: transposed ? 1 : stride, step: transposed ? stride : 1)
  }

  @Test(arguments: sizes, [false, true]) func arrangements(_ size: Size, transposesA: Bool) {
    let stride = (transposesA ? size.rows : size.inner) + 2, cStride = size.columns + 3
    let a = random("a", [(transposesA ? size.inner : size.rows), stride]), b = random("b", [size.inner, size.columns])
    let left = GuardedBuffer(a), right = GuardedBuffer(b), packed = packed(b, size)
    let sum = product(size, a, transposesA: transposesA, b), expected = expected(size, stride: cStride, sum)
    let matrices = [
      PackedMatrix(packed.pointer, rows: size.inner, columns: size.columns),
      PackedMatrix(inPlace: right.pointer, rows: size.inner, columns: size.columns, stride: size.columns),
    ]
    let start = rows(left, stride: stride, transposed: transposesA)
    let memory = GuardedBuffer(unwritten: LeftBlock.packedCount(rows: size.rows, inner: size.inner))
    for (isInPlace, accumulate) in [(false, false), (false, true), (true, false), (true, true)] {
      let matrix = matrices[isInPlace ? 1 : 0]
      let c = GuardedBuffer(result: size.rows * cStride, accumulate: accumulate)
      gemm(
        rows: size.rows, start, matrix, c.pointer, cStride: cStride, accumulate: accumulate, epilogue: Identity())
      c.expect(expected, "in place \(isInPlace), accumulate \(accumulate)")
      let blocks = [
        LeftBlock(inPlace: start, rows: size.rows, inner: size.inner),
        LeftBlock(packing: start, rows: size.rows, inner: size.inner, memory: memory.pointer),
      ]
      for block in blocks {
        let c = GuardedBuffer(result: size.rows * cStride, accumulate: accumulate)
        block.multiply(matrix, into: c.pointer, cStride: cStride, accumulate: accumulate, epilogue: Identity())
        c.expect(expected, "left block, in place \(isInPlace), accumulate \(accumulate)")
      }
    }
  }

  @Test(arguments: sizes) func epilogues(_ size: Size) {
    let (m, n) = (size.rows, size.columns), cStride = n + 1
    let a = random("a", [m, size.inner]), b = random("b", [size.inner, n])
    let left = GuardedBuffer(a), packed = packed(b, size)
    let matrix = PackedMatrix(packed.pointer, rows: size.inner, columns: n)
    let bias = random("bias", [n]), addend = random("addend", [m, n]), scale = random("scale", [m])
    let (biases, addends, scales) = (GuardedBuffer(bias), GuardedBuffer(addend), GuardedBuffer(scale))
    let sum = product(size, a, transposesA: false, b)
    func check(_ epilogue: some Epilogue, _ element: (_ row: Int, _ column: Int) -> Double) {
      for accumulate in [false, true] {
        let c = GuardedBuffer(result: m * cStride, accumulate: accumulate)
        gemm(
          rows: m, Rows(pointer: left.pointer, stride: size.inner, step: 1), matrix, c.pointer, cStride: cStride,
          accumulate: accumulate, epilogue: epilogue)
        c.expect(expected(size, stride: cStride, element), "\(type(of: epilogue)), accumulate \(accumulate)")
      }
    }
    check(AddBias(bias: biases.pointer)) { sum($0, $1) + bias.values[$1] }
    check(AddRows(addend: addends.pointer, stride: n)) { sum($0, $1) + addend.values[$0 * n + $1] }
    check(AddBiasAndRows(bias: biases.pointer, rows: addends.pointer, stride: n)) {
      sum($0, $1) + bias.values[$1] + addend.values[$0 * n + $1]
    }
    check(MultiplyRows(factors: addends.pointer, stride: n)) { sum($0, $1) * addend.values[$0 * n + $1] }
    check(ScaleRows(factors: scales.pointer)) { row, column in sum(row, column) * scale.values[row] }

    // Rows with room for whole vectors.
    let stride = paddedToVector(n), c = GuardedBuffer(result: m * stride, accumulate: false)
    gemm(
      rows: m, Rows(pointer: left.pointer, stride: size.inner, step: 1), matrix, c.pointer, cStride: stride,
      padsColumns: true, epilogue: Identity())
    c.expect(expected(size, stride: stride, sum), ignoring: { $0 % stride >= n })
  }

  @Test(arguments: [1, 6, 19], [(4, 6, 2), (48, 40, 4), (90, 3, 3)])
  func groupedWeights(rows: Int, size: (inputs: Int, outputs: Int, groups: Int)) {
    let (inputs, outputs, groups) = size, each = inputs / groups, outputsEach = outputs / groups
    let weight = random("weight", [outputs, each]), bias = random("bias", [outputs])
    let x = random("x", [rows, inputs]), dy = random("dy", [rows, outputs])
    var terms = BilinearTerms(inputs: rows * inputs, weights: outputs * each, outputs: rows * outputs)
    for row in 0..<rows {
      for o in 0..<outputs {
        for i in 0..<each {
          terms.add(x: row * inputs + o / outputsEach * each + i, weight: o * each + i, y: row * outputs + o)
        }
      }
    }
    let memory = GuardedBuffer(unwritten: PointwiseWeight.count(inputs: inputs, outputs: outputs))
    let (weights, biases) = (GuardedBuffer(weight), GuardedBuffer(bias))
    let layer = PointwiseWeight(
      weights.pointer, bias: biases.pointer, inputs: inputs, outputs: outputs, groups: groups, memory: memory.pointer)
    let (input, gradient) = (GuardedBuffer(x), GuardedBuffer(dy))
    let y = GuardedBuffer(unwritten: rows * outputs), dx = GuardedBuffer(unwritten: rows * inputs)
    gemm(
      rows: rows, Rows(pointer: input.pointer, stride: inputs, step: 1), layer.forward, y.pointer, cStride: outputs,
      epilogue: AddBias(bias: layer.bias))
    y.expect(terms(x, weight).enumerated().map { $1 + bias.values[$0 % outputs] })
    gemm(
      rows: rows, Rows(pointer: gradient.pointer, stride: outputs, step: 1), layer.backward, dx.pointer,
      cStride: inputs, epilogue: Identity())
    dx.expect(terms.inputGradient(dy, weight))
    let sums = GuardedBuffer(result: layer.gradientCount, accumulate: true)
    layer.addGradient(
      rows: rows, dy: gradient.pointer, dyStride: outputs, x: input.pointer, xStride: inputs, to: sums.pointer)
    sums.expect(terms.weightGradient(dy, x) + columnSums(dy))
  }

  /// Segments of a product's inner dimension whose left rows lie apart; rows past the last one may be read.
  @Test(arguments: [1, 4, 8, 13], [1, 16, 40]) func segments(rows: Int, columns: Int) {
    let counts = [3, 0, 5], inner = counts.reduce(0, +), cStride = columns + 2
    let b = random("b", [inner, columns]), packed = packed(b, Size(rows: rows, columns: columns, inner: inner))
    let matrix = PackedMatrix(packed.pointer, rows: inner, columns: columns)
    let parts = counts.enumerated().map { index, count in random("a\(index)", [rows, count + 1]) }
    let spare = [Float](repeating: .nan, count: 8 * (inner + 1))
    let memories = parts.map { GuardedBuffer($0.values.map { Float($0) } + spare) }
    for accumulate in [false, true] {
      // All segments have rows of one stride: each is a product of its own where the strides differ.
      for (index, part) in parts.enumerated() {
        let firstRow = counts[..<index].reduce(0, +), c = GuardedBuffer(result: rows * cStride, accumulate: accumulate)
        multiplySegment(
          rows: rows, stride: part.channels, step: 1,
          ProductSegment(rows: memories[index].pointer, firstRow: firstRow, count: counts[index]), matrix, c.pointer,
          cStride: cStride, accumulate: accumulate)
        c.expect(
          expected(Size(rows: rows, columns: columns, inner: counts[index]), stride: cStride) { row, column in
            (0..<counts[index]).reduce(0) {
              $0 + part.values[row * part.channels + $1] * b.values[(firstRow + $1) * columns + column]
            }
          }, "segment \(index), accumulate \(accumulate)")
      }
    }
    // The first and the last operand's columns, 3 and 5, in one sum.
    let joined = random("joined", [rows, 9]), bias = random("bias", [columns]), biases = GuardedBuffer(bias)
    let memory = GuardedBuffer(joined.values.map { Float($0) } + spare)
    let segments = [
      ProductSegment(rows: memory.pointer + 1, firstRow: 0, count: 3),
      ProductSegment(rows: memory.pointer + 4, firstRow: 3, count: 5),
    ]
    let c = GuardedBuffer(unwritten: rows * cStride)
    segments.withUnsafeBufferPointer {
      multiplySegments(
        rows: rows, stride: 9, step: 1, $0, matrix, c.pointer, cStride: cStride, accumulate: false,
        epilogue: AddBias(bias: biases.pointer))
    }
    c.expect(
      expected(Size(rows: rows, columns: columns, inner: inner), stride: cStride) { row, column in
        (0..<8).reduce(bias.values[column]) { $0 + joined.values[row * 9 + 1 + $1] * b.values[$1 * columns + column] }
      })
  }
}
