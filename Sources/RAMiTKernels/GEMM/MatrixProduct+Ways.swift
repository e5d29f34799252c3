import RAMiTLinearAlgebra
import RAMiTParallel

extension MatrixProduct {
  /// What one product reads and writes.
  struct Operands {
    let a: UnsafePointer<Float>
    let b: UnsafePointer<Float>
    let bias: UnsafePointer<Float>?
    let c: UnsafeMutablePointer<Float>
    let accumulate: Bool
  }

  /// All of C, on one thread.
  func multiplyWhole(_ operands: Operands, memory: UnsafeMutablePointer<Float>) {
    var start = 0
    repeat {
      let steps = start..<min(start &+ Self.innerBlock, inner)
      let right = rightBlock(operands.b, steps, columns: 0..<columns, memory: memory)
      let scratch = memory + (packsRight ? steps.count &* paddedToVector(columns) : 0)
      var row = 0
      while row < rows {
        let end = min(row &+ Self.rowBlock, rows)
        multiply(operands, rows: row..<end, firstColumn: 0, steps: steps, right, isFirst: start == 0, memory: scratch)
        row = end
      }
      start = steps.upperBound
    } while start < inner
  }

  /// - Parameter packed: memory for the packed right operand.
  func multiplyInBlocks(_ operands: Operands, packed: UnsafeMutablePointer<Float>, _ scratch: Scratch) {
    let innerBlocks = max(1, Plan.count(of: inner, by: Self.innerBlock))
    func steps(_ block: Int) -> Range<Int> {
      block &* Self.innerBlock..<min(inner, (block &+ 1) &* Self.innerBlock)
    }
    if packsRight {
      // By panels, since there may be but one block.
      let panels = Plan.count(of: columns, by: PackedMatrix.panelWidth)
      parallelFor(innerBlocks * panels) { piece, _ in
        let steps = steps(piece / panels), column = piece % panels * PackedMatrix.panelWidth
        pack(
          operands.b, steps, columns: column..<min(columns, column + PackedMatrix.panelWidth),
          into: packed + steps.lowerBound * paddedToVector(columns) + column * steps.count)
      }
    }
    parallelFor(blocks) { piece, worker in
      let row = piece % rowBlocks * Self.rowBlock, column = piece / rowBlocks * Self.columnBlock
      let columns = column..<min(self.columns, column + Self.columnBlock)
      for block in 0..<innerBlocks {
        let steps = steps(block)
        let right =
          packsRight
          ? PackedMatrix(
            packed + (steps.lowerBound &* paddedToVector(self.columns) &+ column &* steps.count), rows: steps.count,
            columns: columns.count)
          : inPlace(operands.b, steps, columns: columns)
        multiply(
          operands, rows: row..<min(rows, row &+ Self.rowBlock), firstColumn: column, steps: steps, right,
          isFirst: block == 0, memory: scratch.of(worker: worker))
      }
    }
  }

  /// - Parameter partial: a result for each group.
  func multiplyInGroups(
    _ operands: Operands, groups: Int, partial: UnsafeMutablePointer<Float>, _ scratch: Scratch
  ) {
    // Whole inner blocks for each group.
    let perGroup = Plan.count(of: Plan.count(of: inner, by: Self.innerBlock), by: groups) * Self.innerBlock
    let used = Plan.count(of: inner, by: perGroup), size = rows * columns
    parallelFor(blocks * used) { piece, worker in
      let (block, group) = (piece % blocks, piece / blocks)
      let row = block % rowBlocks * Self.rowBlock, column = block / rowBlocks * Self.columnBlock
      let columns = column..<min(self.columns, column + Self.columnBlock), memory = scratch.of(worker: worker)
      let sums = Operands(
        a: operands.a, b: operands.b, bias: nil, c: partial + group &* size, accumulate: false)
      let end = min(inner, (group &+ 1) &* perGroup)
      var start = group &* perGroup
      while start < end {
        let steps = start..<min(start &+ Self.innerBlock, end)
        let right = rightBlock(operands.b, steps, columns: columns, memory: memory)
        multiply(
          sums, rows: row..<min(rows, row &+ Self.rowBlock), firstColumn: column, steps: steps, right,
          isFirst: start == group &* perGroup,
          memory: memory + (packsRight ? steps.count &* paddedToVector(columns.count) : 0))
        start = steps.upperBound
      }
    }
    addParts(partial, parts: used, count: size)
    forEachRange(of: size, grain: 4096) { range in
      if let bias = operands.bias {
        for i in range { partial[i] += bias[i % columns] }
      }
      if operands.accumulate {
        for i in range { operands.c[i] += partial[i] }
      } else {
        for i in range { operands.c[i] = partial[i] }
      }
    }
  }

  func multiplyByLibrary(_ operands: Operands, _ library: OpenBLAS) {
    // Few enough for eight cores at 2048 rows, many enough that packing B for each block does not count.
    let rowBlock = 256
    parallelFor(Plan.count(of: rows, by: rowBlock)) { piece, _ in
      let row = piece * rowBlock, count = min(rowBlock, rows - row), c = operands.c + row * columns
      if let bias = operands.bias {
        for i in 0..<count {
          let target = c + i &* columns
          if operands.accumulate {
            addChannels(bias, target, count: columns)
          } else {
            copyChannels(bias, target, count: columns)
          }
        }
      }
      library.multiply(
        rows: count, columns: columns, inner: inner, operands.a + (transposesA ? row : row * inner),
        stride: transposesA ? rows : inner, transposed: transposesA, operands.b, stride: transposesB ? inner : columns,
        transposed: transposesB, into: c, stride: columns, accumulate: operands.accumulate || operands.bias != nil)
    }
  }

  /// A block of C, over some of the inner dimension.
  private func multiply(
    _ operands: Operands, rows: Range<Int>, firstColumn: Int, steps: Range<Int>, _ right: PackedMatrix, isFirst: Bool,
    memory: UnsafeMutablePointer<Float>
  ) {
    let a =
      transposesA
      ? Rows(pointer: operands.a, stride: 1, step: self.rows) : Rows(pointer: operands.a, stride: inner, step: 1)
    let source = a.advanced(rows: rows.lowerBound, steps: steps.lowerBound)
    let left =
      packsLeft
      ? LeftBlock(packing: source, rows: rows.count, inner: steps.count, memory: memory)
      : LeftBlock(inPlace: source, rows: rows.count, inner: steps.count)
    let c = operands.c + (rows.lowerBound &* columns &+ firstColumn)
    if isFirst, let bias = operands.bias {
      left.multiply(
        right, into: c, cStride: columns, accumulate: operands.accumulate,
        epilogue: AddBias(bias: bias + firstColumn))
    } else {
      left.multiply(
        right, into: c, cStride: columns, accumulate: operands.accumulate || !isFirst, epilogue: Identity())
    }
  }

  /// Some rows of the right operand, packed into `memory` or where they lie.
  private func rightBlock(
    _ b: UnsafePointer<Float>, _ steps: Range<Int>, columns: Range<Int>, memory: UnsafeMutablePointer<Float>
  ) -> PackedMatrix {
    guard packsRight else { return inPlace(b, steps, columns: columns) }
    pack(b, steps, columns: columns, into: memory)
    return PackedMatrix(memory, rows: steps.count, columns: columns.count)
  }

  private func inPlace(_ b: UnsafePointer<Float>, _ steps: Range<Int>, columns: Range<Int>) -> PackedMatrix {
    PackedMatrix(
      inPlace: b + (steps.lowerBound &* self.columns &+ columns.lowerBound), rows: steps.count, columns: columns.count,
      stride: self.columns)
  }

  private func pack(
    _ b: UnsafePointer<Float>, _ steps: Range<Int>, columns: Range<Int>, into memory: UnsafeMutablePointer<Float>
  ) {
    if transposesB {
      PackedMatrix.packTransposed(
        b + (columns.lowerBound &* inner &+ steps.lowerBound), stride: inner, rows: steps.count, columns: columns.count,
        into: memory)
    } else {
      PackedMatrix.packRows(
        b + (steps.lowerBound &* self.columns &+ columns.lowerBound), stride: self.columns, rows: steps.count,
        columns: columns.count, into: memory)
    }
  }
}
