import CVectorsPrefetch

/// Rows of maps that are read soon, for which a product asks while it runs: for each 16 columns of its result, a cache
/// line of the same row of the first map, then of the second, and so on; they are as many as the result's columns are
/// wide.
///
/// Of requests for many lines at once processors drop most. These come with the stores of a tile, up to sixteen at a
/// time.
struct RowsAhead {
  /// C of each map.
  private let channels: Int
  private let maps: (UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?)
  private let starts: UnsafePointer<Int>?

  /// - Parameters:
  ///   - channels: C of each map.
  ///   - starts: where each row starts, in floats; nil for rows that follow each other.
  ///   - first, second, third: nil asks for nothing.
  @inline(__always)
  init(
    channels: Int, starts: UnsafePointer<Int>? = nil, _ first: UnsafePointer<Float>?,
    _ second: UnsafePointer<Float>? = nil, _ third: UnsafePointer<Float>? = nil
  ) {
    self.channels = channels
    self.starts = starts
    maps = (first, second, third)
  }

  /// Asks for what belongs to some rows and columns of the result.
  @inline(__always)
  func ask(rows: Range<Int>, columns: Range<Int>) {
    var next = paddedToVector(columns.lowerBound)
    while next < columns.upperBound {
      ask(rows: rows, column: next)
      next &+= vectorWidth
    }
  }

  @inline(__always)
  private func ask(rows: Range<Int>, column: Int) {
    var map = maps.0, column = column
    if column >= channels {
      column &-= channels
      map = maps.1
      if column >= channels {
        column &-= channels
        map = maps.2
        if column >= channels { return }
      }
    }
    guard let map else { return }
    for row in rows {
      let start = starts.map { $0[row] } ?? row &* channels
      cvectors_prefetch(map + (start &+ column))
    }
  }
}

/// What another epilogue does, and asks for rows ahead.
struct AskingAhead<Base: Epilogue>: Epilogue {
  let base: Base
  let rows: RowsAhead

  @inline(__always)
  func willWrite(rows: Range<Int>, columns: Range<Int>) {
    base.willWrite(rows: rows, columns: columns)
    self.rows.ask(rows: rows, columns: columns)
  }

  @inline(__always)
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V {
    base(value, row: row, column: column)
  }
}

extension Epilogue {
  @inline(__always)
  func asking(for rows: RowsAhead) -> AskingAhead<Self> { AskingAhead(base: self, rows: rows) }
}
