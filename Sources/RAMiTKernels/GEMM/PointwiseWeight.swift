/// A point-wise convolution's weight and bias, packed for the forward product and for the gradient of the input.
///
/// Everything lies in memory that the caller gives (`count` floats), packed once a call or once for many.
package struct PointwiseWeight {
  package let inputs: Int
  package let outputs: Int
  package let groups: Int
  private let memory: UnsafeMutablePointer<Float>

  /// The floats that a packed weight takes.
  package static func count(inputs: Int, outputs: Int) -> Int {
    PackedMatrix.count(rows: inputs, columns: outputs) + PackedMatrix.count(rows: outputs, columns: inputs)
      + paddedToVector(outputs)
  }

  /// Packs `weight` [outputs x inputs/groups] and `bias` [outputs] into `memory`.
  package init(
    _ weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, inputs: Int, outputs: Int, groups: Int = 1,
    memory: UnsafeMutablePointer<Float>
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.groups = groups
    self.memory = memory
    let padded = paddedToVector(outputs)
    for n in 0..<padded { memory[n] = n < outputs ? bias[n] : 0 }
    let forward = memory + padded
    let backward = forward + PackedMatrix.count(rows: inputs, columns: outputs)
    if groups == 1 {
      PackedMatrix.packTransposed(weight, stride: inputs, rows: inputs, columns: outputs, into: forward)
      PackedMatrix.pack(weight, rowStride: inputs, columnStride: 1, rows: outputs, columns: inputs, into: backward)
    } else {
      PackedMatrix.packGrouped(weight, inputs: inputs, outputs: outputs, groups: groups, into: forward)
      PackedMatrix.packGrouped(
        weight, inputs: inputs, outputs: outputs, groups: groups, transposed: true, into: backward)
    }
  }

  /// Padded to whole vectors.
  var bias: UnsafePointer<Float> { UnsafePointer(memory) }
  /// [inputs x outputs].
  var forward: PackedMatrix {
    PackedMatrix(memory + paddedToVector(outputs), rows: inputs, columns: outputs, groups: groups)
  }
  /// [outputs x inputs].
  var backward: PackedMatrix {
    let start = paddedToVector(outputs) + PackedMatrix.count(rows: inputs, columns: outputs)
    return PackedMatrix(memory + start, rows: outputs, columns: inputs, groups: groups)
  }

  /// y [rows x outputs] = W x + bias (+ residual); overwrites y, which may be the residual.
  /// - Parameters:
  ///   - x: [rows x inputs], rows `xStride` apart.
  ///   - residual: [rows x outputs], rows `yStride` apart; nil adds nothing.
  ///   - padsColumns: as that of `gemm`.
  @inline(__always)
  func apply(
    rows: Int, _ x: UnsafePointer<Float>, xStride: Int, adding residual: UnsafePointer<Float>? = nil,
    into y: UnsafeMutablePointer<Float>, yStride: Int, padsColumns: Bool = false
  ) {
    let x = Rows(pointer: x, stride: xStride, step: 1)
    guard let residual else { return apply(rows: rows, x, into: y, yStride: yStride, padsColumns: padsColumns) }
    gemm(
      rows: rows, x, forward, y, cStride: yStride, padsColumns: padsColumns,
      epilogue: AddBiasAndRows(bias: bias, rows: residual, stride: yStride))
  }

  /// As above, asking for rows ahead.
  @inline(__always)
  func apply(
    rows: Int, _ x: UnsafePointer<Float>, xStride: Int, into y: UnsafeMutablePointer<Float>, yStride: Int,
    padsColumns: Bool = false, asking ahead: RowsAhead
  ) {
    gemm(
      rows: rows, Rows(pointer: x, stride: xStride, step: 1), forward, y, cStride: yStride, padsColumns: padsColumns,
      epilogue: AddBias(bias: bias).asking(for: ahead))
  }

  /// As above for rows that lie in any way.
  @inline(__always)
  func apply(
    rows: Int, _ x: Rows, into y: UnsafeMutablePointer<Float>, yStride: Int, padsColumns: Bool = false
  ) {
    gemm(rows: rows, x, forward, y, cStride: yStride, padsColumns: padsColumns, epilogue: AddBias(bias: bias))
  }

  /// The floats of the weight's gradient and the bias's after it.
  var gradientCount: Int { outputs * inputs / groups + outputs }

  /// Adds the gradient of weight [outputs x inputs/groups] and bias [outputs] over `rows` pixels.
  /// - Parameters:
  ///   - dy: [rows x outputs], rows `dyStride` apart.
  ///   - x: [rows x inputs], rows `xStride` apart.
  ///   - sums: weight, then bias.
  @inline(__always)
  func addGradient(
    rows: Int, dy: UnsafePointer<Float>, dyStride: Int, x: UnsafePointer<Float>, xStride: Int,
    to sums: UnsafeMutablePointer<Float>
  ) {
    let outputsEach = outputs / groups, inputsEach = inputs / groups
    for group in 0..<groups {
      let dyRows = Rows(pointer: dy + group &* outputsEach, stride: 1, step: dyStride)
      let xColumns = PackedMatrix(inPlace: x + group &* inputsEach, rows: rows, columns: inputsEach, stride: xStride)
      gemm(
        rows: outputsEach, dyRows, xColumns, sums + group &* outputsEach &* inputsEach, cStride: inputsEach,
        accumulate: true,
        epilogue: Identity())
    }
    addColumnSums(rows: rows, columns: outputs, dy, stride: dyStride, to: sums + outputs &* inputsEach)
  }
}
