/// The right operand of a product, seen as the tiles read it: in panels of 32 columns (the last may have 16).
///
/// Packed, a panel holds its rows one after the other, zeros past the last column, and streams through the cache. In
/// place, the matrix is any row-major one; up to 15 floats past the end of a row are read (and not used).
///
/// A grouped convolution's matrix is block-diagonal; `groups` lets each tile skip the rows in which all its columns are
/// zero.
package struct PackedMatrix {
  let pointer: UnsafePointer<Float>
  /// Inner dimension, K.
  let rows: Int
  /// Outer dimension, N.
  let columns: Int
  let groups: Int
  /// Floats between the rows of a matrix in place; nil when packed.
  private let rowStride: Int?

  static let panelWidth = 32

  /// A matrix that `pack` or `packGrouped` has laid out.
  package init(_ pointer: UnsafePointer<Float>, rows: Int, columns: Int, groups: Int = 1) {
    self.pointer = pointer
    self.rows = rows
    self.columns = columns
    self.groups = groups
    rowStride = nil
  }

  /// A row-major matrix where it lies.
  @inline(__always)
  init(inPlace pointer: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int) {
    self.pointer = pointer
    self.rows = rows
    self.columns = columns
    groups = 1
    rowStride = stride
  }

  /// The first row of the panel that starts at `column` and is `width` columns wide, and the floats between its rows.
  @inline(__always)
  func panel(at column: Int, width: Int) -> (start: UnsafePointer<Float>, step: Int) {
    if let rowStride { (pointer + column, rowStride) } else { (pointer + column &* rows, width) }
  }

  /// The floats that a packed matrix takes.
  package static func count(rows: Int, columns: Int) -> Int { rows * paddedToVector(columns) }

  /// Packs B [rows x columns] with element (k, n) at `source[k * rowStride + n * columnStride]`; overwrites `target`.
  package static func pack(
    _ source: UnsafePointer<Float>, rowStride: Int, columnStride: Int, rows: Int, columns: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    var target = target
    for panel in stride(from: 0, to: columns, by: panelWidth) {
      let width = min(panelWidth, paddedToVector(columns - panel))
      let filled = min(width, columns - panel)
      for k in 0..<rows {
        let row = source + (k &* rowStride &+ panel &* columnStride)
        for n in 0..<filled { target[n] = row[n &* columnStride] }
        for n in filled..<width { target[n] = 0 }
        target += width
      }
    }
  }

  /// Packs `source` [rows x columns], whose rows lie `stride` apart; overwrites `target`.
  @inline(__always)
  static func packRows(
    _ source: UnsafePointer<Float>, stride: Int, rows: Int, columns: Int, into target: UnsafeMutablePointer<Float>
  ) {
    var panel = 0
    while panel < columns {
      let width = min(panelWidth, paddedToVector(columns &- panel)), filled = min(width, columns &- panel)
      var from = source + panel, to = target + panel &* rows
      for _ in 0..<rows {
        var column = 0
        while column < width {
          let lanes = filled &- column
          store(
            lanes >= vectorWidth ? load(from + column) : lanes > 0 ? load(from + column, count: lanes) : .zero,
            to + column)
          column &+= vectorWidth
        }
        from += stride
        to += width
      }
      panel &+= panelWidth
    }
  }

  /// Packs the transpose of `source` [columns x rows], whose rows lie `stride` apart, 16 x 16 elements at a time;
  /// overwrites `target`. What stands past the last column does not matter.
  @inline(__always)
  static func packTransposed(
    _ source: UnsafePointer<Float>, stride: Int, rows: Int, columns: Int, into target: UnsafeMutablePointer<Float>
  ) {
    var panel = 0
    while panel < columns {
      let width = min(panelWidth, paddedToVector(columns &- panel)), start = target + panel &* rows
      var column = 0
      while column < width {
        let filled = min(vectorWidth, columns &- panel &- column)
        var row = 0
        while row < rows {
          let from = source + ((panel &+ column) &* stride &+ row), to = start + (row &* width &+ column)
          if filled == vectorWidth, row &+ vectorWidth <= rows {
            var block = Block16(from, stride: stride)
            block.transpose()
            block.store(to, stride: width)
          } else {
            var block = Block16(from, stride: stride, rows: filled)
            block.transpose()
            block.store(to, stride: width, rows: rows &- row)
          }
          row &+= vectorWidth
        }
        column &+= vectorWidth
      }
      panel &+= width
    }
  }

  /// Packs the weight of a grouped point-wise convolution, `weight` [outputs x inputs/groups], as the block-diagonal
  /// matrix [inputs x outputs] (or its transpose, for the gradient of the input); overwrites `target`.
  package static func packGrouped(
    _ weight: UnsafePointer<Float>, inputs: Int, outputs: Int, groups: Int, transposed: Bool = false,
    into target: UnsafeMutablePointer<Float>
  ) {
    let perGroup = (inputs: inputs / groups, outputs: outputs / groups)
    let columns = transposed ? inputs : outputs
    let (groupRows, groupColumns) = transposed ? (perGroup.outputs, perGroup.inputs) : perGroup
    var target = target
    for panel in stride(from: 0, to: columns, by: panelWidth) {
      let width = min(panelWidth, paddedToVector(columns - panel))
      for group in 0..<groups {
        let filled = (group * groupColumns..<(group + 1) * groupColumns).clamped(to: panel..<panel + width)
        for row in group * groupRows..<(group + 1) * groupRows {
          target.update(repeating: 0, count: width)
          for column in filled {
            let (input, output) = transposed ? (column - group * groupColumns, row) : (row - group * groupRows, column)
            target[column - panel] = weight[output * perGroup.inputs + input]
          }
          target += width
        }
      }
    }
  }

  /// The rows that are not all zero in some columns; columns past the last one are read in the rows of that one.
  @inline(__always)
  func rowRange(columns range: Range<Int>) -> Range<Int> {
    if groups == 1 { return 0..<rows }
    let rowsPerGroup = rows / groups, columnsPerGroup = columns / groups
    let first = min(range.lowerBound, columns - 1), last = min(range.upperBound, columns) - 1
    return first / columnsPerGroup * rowsPerGroup..<(last / columnsPerGroup + 1) * rowsPerGroup
  }
}
