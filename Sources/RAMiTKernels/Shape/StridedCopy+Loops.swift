import RAMiTParallel

extension StridedCopy {
  /// How a copy is cut: two inner loops over blocks of rows and columns, and what lies around them.
  struct Loops {
    enum Kind {
      /// The columns are contiguous on both sides.
      case runs
      /// The rows are contiguous in the source, the columns in the target.
      case tiles
      case elements
    }

    let kind: Kind
    let row: Axis
    let column: Axis
    private let outer: [Axis]
    let isEmpty: Bool

    init(_ axes: [Axis]) {
      isEmpty = axes.contains { $0.size == 0 }
      var rest = Self.merged(axes)
      if rest.isEmpty { rest = [Axis(size: 1, from: 1, to: 1)] }
      let last = rest[rest.count - 1]
      // Narrow tiles would be empty for the most part.
      let transposed = rest.lastIndex { $0.from == 1 && min($0.size, last.size) > 2 && $0.size * last.size >= 64 }
      if last.from == 1 && last.to == 1 {
        kind = .runs
        column = rest.removeLast()
      } else if last.to == 1, let transposed {
        kind = .tiles
        column = rest.removeLast()
        row = rest.remove(at: transposed)
        outer = rest
        return
      } else {
        kind = .elements
        // The nearest elements first, unless that loop would be too short.
        let longest = rest.indices.max { rest[$0].size < rest[$1].size }!
        column = rest.remove(at: rest.lastIndex { $0.size >= 8 } ?? longest)
      }
      row = rest.popLast() ?? Axis(size: 1, from: 0, to: 0)
      outer = rest
    }

    /// Ordered as the target lies in memory, without axes of one element; neighbours that are one axis on both sides
    /// are joined.
    private static func merged(_ axes: [Axis]) -> [Axis] {
      var merged: [Axis] = []
      for axis in axes.filter({ $0.size != 1 }).sorted(by: { abs($0.to) > abs($1.to) }) {
        if let last = merged.last, last.from == axis.from * axis.size, last.to == axis.to * axis.size {
          merged[merged.count - 1] = Axis(size: last.size * axis.size, from: axis.from, to: axis.to)
        } else {
          merged.append(axis)
        }
      }
      return merged
    }

    /// Calls `body` in parallel, with where a block of rows and columns starts on either side, and its sizes.
    func forEachBlock(_ body: (_ from: Int, _ to: Int, _ rows: Int, _ columns: Int) -> Void) {
      // Whole tiles, but in the last block.
      let blockColumns = min(column.size, kind == .tiles ? 1024 : streamingGrain)
      let blockRows = min(row.size, (max(1, streamingGrain / blockColumns) + 15) & ~15)
      let columnBlocks = (column.size + blockColumns - 1) / blockColumns
      let rowBlocks = (row.size + blockRows - 1) / blockRows
      let items = outer.reduce(1) { $0 * $1.size }
      let itemsPerPiece = max(1, streamingGrain / (blockRows * blockColumns))
      let groups = (items + itemsPerPiece - 1) / itemsPerPiece
      parallelFor(groups * rowBlocks * columnBlocks) { piece, _ in
        let columnBlock = piece % columnBlocks, rest = piece / columnBlocks
        let firstRow = rest % rowBlocks * blockRows, firstColumn = columnBlock * blockColumns
        let rows = min(blockRows, row.size - firstRow), columns = min(blockColumns, column.size - firstColumn)
        let first = rest / rowBlocks * itemsPerPiece
        forEachItem(first..<min(items, first + itemsPerPiece)) { from, to in
          body(
            from &+ firstRow &* row.from &+ firstColumn &* column.from,
            to &+ firstRow &* row.to &+ firstColumn &* column.to, rows, columns)
        }
      }
    }

    /// Calls `body` with where each item of the outer axes lies, counting like an odometer.
    @inline(__always)
    private func forEachItem(_ items: Range<Int>, _ body: (_ from: Int, _ to: Int) -> Void) {
      withUnsafeTemporaryAllocation(of: Int.self, capacity: outer.count + 1) { counts in
        outer.withUnsafeBufferPointer { outer in
          var (from, to, rest) = (0, 0, items.lowerBound)
          for i in outer.indices.reversed() {
            counts[i] = rest % outer[i].size
            rest /= outer[i].size
            from &+= counts[i] &* outer[i].from
            to &+= counts[i] &* outer[i].to
          }
          for _ in items {
            body(from, to)
            var i = outer.count &- 1
            while i >= 0 {
              let axis = outer[i]
              counts[i] &+= 1
              from &+= axis.from
              to &+= axis.to
              if counts[i] < axis.size { break }
              counts[i] = 0
              from &-= axis.from &* axis.size
              to &-= axis.to &* axis.size
              i &-= 1
            }
          }
        }
      }
    }
  }
}
