import RAMiTOperationTestSupport
import Testing

@testable import RAMiTKernels

/// Matrices laid out for the tiles.
@Suite(.guardedMemory) struct PackingTests {
  struct Size: Sendable, CustomTestStringConvertible {
    let rows, columns: Int
    var testDescription: String { "\(rows) x \(columns)" }
  }

  static let sizes = [(1, 1), (5, 3), (16, 16), (17, 33), (40, 50), (3, 64), (33, 48), (20, 100)].map(Size.init)

  /// Where element (k, n) lies: panels of 32 columns, the last one of 16 where that is enough.
  private func place(_ k: Int, _ n: Int, of size: Size) -> Int {
    let panel = n / 32 * 32, width = min(32, (size.columns - panel + 15) / 16 * 16)
    return panel * size.rows + k * width + n - panel
  }

  /// Expects elements where they belong and, but where `fillsUp` is false, zeros in what the last panel has more.
  private func expect(
    _ packed: GuardedBuffer, _ size: Size, fillsUp: Bool = true, sourceLocation: SourceLocation = #_sourceLocation,
    element: (_ k: Int, _ n: Int) -> Double
  ) {
    var expected = [Double?](repeating: 0, count: packed.count),
      isPadding = [Bool](repeating: true, count: packed.count)
    for k in 0..<size.rows {
      for n in 0..<size.columns {
        expected[place(k, n, of: size)] = element(k, n)
        isPadding[place(k, n, of: size)] = false
      }
    }
    packed.expect(expected, ignoring: { !fillsUp && isPadding[$0] }, within: 0, sourceLocation: sourceLocation)
  }

  private func target(_ size: Size) -> GuardedBuffer {
    GuardedBuffer(unwritten: PackedMatrix.count(rows: size.rows, columns: size.columns))
  }

  @Test(arguments: sizes) func matrices(_ size: Size) {
    let (rows, columns, stride) = (size.rows, size.columns, size.columns + 3)
    let b = random("b", [rows, stride]), source = GuardedBuffer(b)
    let any = target(size), byRows = target(size)
    PackedMatrix.pack(
      source.pointer, rowStride: stride, columnStride: 1, rows: rows, columns: columns, into: any.pointer)
    PackedMatrix.packRows(source.pointer, stride: stride, rows: rows, columns: columns, into: byRows.pointer)
    expect(any, size) { k, n in b.values[k * stride + n] }
    expect(byRows, size) { k, n in b.values[k * stride + n] }
  }

  @Test(arguments: sizes) func transposedMatrices(_ size: Size) {
    let (rows, columns, stride) = (size.rows, size.columns, size.rows + 3)
    let b = random("b", [columns, stride]), source = GuardedBuffer(b)
    let any = target(size), blocks = target(size)
    PackedMatrix.pack(
      source.pointer, rowStride: 1, columnStride: stride, rows: rows, columns: columns, into: any.pointer)
    PackedMatrix.packTransposed(source.pointer, stride: stride, rows: rows, columns: columns, into: blocks.pointer)
    expect(any, size) { k, n in b.values[n * stride + k] }
    expect(blocks, size, fillsUp: false) { k, n in b.values[n * stride + k] }
  }

  @Test(arguments: [false, true], [(16, 16), (35, 32), (7, 5), (18, 20)])
  func panels(isTransposed: Bool, size: (rows: Int, columns: Int)) {
    let (rows, columns) = size, width = (columns + 15) / 16 * 16, stride = (isTransposed ? rows : columns) + 2
    let b = random("b", [isTransposed ? columns : rows, stride]), source = GuardedBuffer(b)
    let panel = GuardedBuffer(unwritten: rows * width)
    PackedMatrix.packPanel(
      source.pointer, rowStride: isTransposed ? 1 : stride, columnStride: isTransposed ? stride : 1, rows: rows,
      columns: columns, width: width, into: panel.pointer)
    expect(panel, Size(rows: rows, columns: columns)) { k, n in
      b.values[isTransposed ? n * stride + k : k * stride + n]
    }
  }

  @Test(arguments: [false, true], [(4, 6, 2), (48, 40, 4), (3, 90, 3), (70, 70, 7)])
  func blockDiagonalMatrices(isTransposed: Bool, size: (inputs: Int, outputs: Int, groups: Int)) {
    let (inputs, outputs, groups) = size, each = inputs / groups
    let weight = random("weight", [outputs, each]), source = GuardedBuffer(weight)
    let whole = isTransposed ? Size(rows: outputs, columns: inputs) : Size(rows: inputs, columns: outputs)
    let packed = target(whole)
    PackedMatrix.packGrouped(
      source.pointer, inputs: inputs, outputs: outputs, groups: groups, transposed: isTransposed,
      into: packed.pointer)
    func element(_ input: Int, _ output: Int) -> Double {
      input / each == output / (outputs / groups) ? weight.values[output * each + input % each] : 0
    }
    expect(packed, whole) { k, n in isTransposed ? element(n, k) : element(k, n) }
    // The rows that a panel or a tile may skip are zero. Tiles begin before a panel's end, also past the last column.
    let matrix = PackedMatrix(packed.pointer, rows: whole.rows, columns: whole.columns, groups: groups)
    for width in [8, 16, 32] {
      for start in stride(from: 0, to: paddedToVector(whole.columns), by: width) {
        let used = matrix.rowRange(columns: start..<start + width)
        for k in 0..<whole.rows where !used.contains(k) {
          for n in start..<max(start, min(start + width, whole.columns)) {
            #expect(packed.values[place(k, n, of: whole)] == 0)
          }
        }
      }
    }
  }

  @Test(arguments: [1, 5, 16], [1, 7, 16]) func blocksAreTransposed(rows: Int, columns: Int) {
    let b = random("b", [16, 21]), source = GuardedBuffer(b)
    var block = Block16(source.pointer, stride: 21, rows: columns)
    block.transpose()
    func element(_ i: Int, _ j: Int) -> Double { b.values[j * 21 + i] }
    for accumulate in [false, true] {
      let target = GuardedBuffer(result: 16 * 19, accumulate: accumulate)
      block.store(target.pointer, stride: 19, rows: rows, columns: columns, accumulate: accumulate)
      target.expect(
        (0..<16 * 19).map { $0 / 19 < rows && $0 % 19 < columns ? element($0 / 19, $0 % 19) : nil }, within: 1e-7)
    }
    let whole = GuardedBuffer(unwritten: 16 * 16)
    block.store(whole.pointer, stride: 16, rows: rows)
    whole.expect(
      (0..<256).map { $0 / 16 < rows ? element($0 / 16, $0 % 16) : nil },
      ignoring: { $0 / 16 < rows && $0 % 16 >= columns }, within: 0)
    if rows == 16, columns == 16 {
      var block = Block16(source.pointer, stride: 21)
      block.transpose()
      block.store(whole.pointer, stride: 16)
      whole.expect((0..<256).map { element($0 / 16, $0 % 16) }, within: 0)
    }
  }
}
