import RAMiTParallel

/// Moves elements between two arrangements in memory: permutations, slices, windows, rolls and flips are all of this
/// form.
///
/// Element (i, j, ...) lies at `i * stride of i + j * stride of j + ...` of either arrangement. No two elements share a
/// place in the target; in the source they may (stride 0).
package struct StridedCopy: Sendable {
  struct Axis: Sendable {
    var size: Int
    var from: Int
    var to: Int
  }

  private let axes: [Axis]
  private let fromOffset: Int
  private let toOffset: Int

  /// - Parameters:
  ///   - sizes: how many elements lie on each axis.
  ///   - from, to: the strides of the axes in source and target.
  ///   - fromOffset, toOffset: where element (0, 0, ...) lies.
  package init(sizes: [Int], from: [Int], to: [Int], fromOffset: Int = 0, toOffset: Int = 0) {
    precondition(sizes.count == from.count && sizes.count == to.count, "each of \(sizes) axes needs two strides")
    self.init(sizes.indices.map { Axis(size: sizes[$0], from: from[$0], to: to[$0]) }, fromOffset, toOffset)
  }

  private init(_ axes: [Axis], _ fromOffset: Int, _ toOffset: Int) {
    self.axes = axes
    self.fromOffset = fromOffset
    self.toOffset = toOffset
  }

  /// The same elements moved back.
  package var reversed: StridedCopy {
    StridedCopy(axes.map { Axis(size: $0.size, from: $0.to, to: $0.from) }, toOffset, fromOffset)
  }

  /// Overwrites the elements of the target, or adds to them; what lies between them is left alone.
  package func callAsFunction(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, accumulate: Bool = false
  ) {
    let loops = Loops(axes)
    if loops.isEmpty { return }
    loops.forEachBlock { from, to, rows, columns in
      let source = source + (fromOffset &+ from), target = target + (toOffset &+ to)
      switch loops.kind {
      case .runs: copyRuns(loops, source, target, rows: rows, columns: columns, accumulate: accumulate)
      case .tiles: copyTiles(loops, source, target, rows: rows, columns: columns, accumulate: accumulate)
      case .elements: copyElements(loops, source, target, rows: rows, columns: columns, accumulate: accumulate)
      }
    }
  }

  /// Rows that are contiguous on both sides.
  @inline(__always)
  private func copyRuns(
    _ loops: Loops, _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    accumulate: Bool
  ) {
    for row in 0..<rows {
      let from = source + row &* loops.row.from, to = target + row &* loops.row.to
      if accumulate {
        addChannels(from, to, count: columns)
      } else if columns < 128 {
        copyChannels(from, to, count: columns)
      } else {
        to.update(from: from, count: columns)
      }
    }
  }

  /// Rows are contiguous in the source and columns in the target: a transposition, 16 x 16 elements at a time.
  @inline(__always)
  private func copyTiles(
    _ loops: Loops, _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    accumulate: Bool
  ) {
    let (fromStride, toStride) = (loops.column.from, loops.row.to)
    var row = 0
    while row < rows {
      var column = 0
      while column < columns {
        let from = source + (row &+ column &* fromStride), to = target + (row &* toStride &+ column)
        let (high, wide) = (min(16, rows &- row), min(16, columns &- column))
        var block = Block16(from, stride: fromStride, rows: wide)
        block.transpose()
        if high == 16 && wide == 16 && !accumulate {
          block.store(to, stride: toStride)
        } else {
          block.store(to, stride: toStride, rows: high, columns: wide, accumulate: accumulate)
        }
        column &+= 16
      }
      row &+= 16
    }
  }

  @inline(__always)
  private func copyElements(
    _ loops: Loops, _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    accumulate: Bool
  ) {
    let (row, column) = (loops.row, loops.column)
    for i in 0..<rows {
      let from = source + i &* row.from, to = target + i &* row.to
      if accumulate {
        for j in 0..<columns { to[j &* column.to] += from[j &* column.from] }
      } else {
        for j in 0..<columns { to[j &* column.to] = from[j &* column.from] }
      }
    }
  }
}
