/// What happens to a vector of the result between the registers and memory.
protocol Epilogue {
  /// - Parameters:
  ///   - row: of the result.
  ///   - column: of the vector's first lane.
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V

  /// Called before a tile's vectors with the part of the result that they are, of which columns may lie past its end.
  func willWrite(rows: Range<Int>, columns: Range<Int>)
}

extension Epilogue {
  @inline(__always)
  func willWrite(rows: Range<Int>, columns: Range<Int>) {}
}

/// The product as it is.
struct Identity: Epilogue {
  @inline(__always)
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V { value }
}

/// Adds a bias to every row; `bias` is padded to whole vectors.
struct AddBias: Epilogue {
  let bias: UnsafePointer<Float>
  @inline(__always)
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V { value + load(bias + column) }
}

/// Adds a bias to every row, and multiplies sums up to zero by a slope.
struct AddBiasAndLeak: Epilogue {
  let bias: UnsafePointer<Float>
  let slope: Float
  @inline(__always)
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V {
    let sum: V = value + load(bias + column)
    return sum.leaking(slope: slope)
  }
}

/// Adds a matrix [m x n] to the product: a residual. The sums past the end of a row are not stored.
struct AddRows: Epilogue {
  let addend: UnsafePointer<Float>
  let stride: Int
  @inline(__always)
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V {
    value + load(addend + (row &* stride &+ column))
  }
}

/// Product + bias + a matrix of the same shape, whose rows have room for whole vectors after them.
struct AddBiasAndRows: Epilogue {
  let bias: UnsafePointer<Float>
  let rows: UnsafePointer<Float>
  let stride: Int
  @inline(__always)
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V {
    value + load(bias + column) + load(rows + (row &* stride &+ column))
  }
}

/// The product times a matrix of the same shape, whose rows are padded.
struct MultiplyRows: Epilogue {
  let factors: UnsafePointer<Float>
  let stride: Int
  @inline(__always)
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V {
    value * load(factors + (row &* stride &+ column))
  }
}

/// Each row of the product times its factor.
struct ScaleRows: Epilogue {
  let factors: UnsafePointer<Float>
  @inline(__always)
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V { value * V(repeating: factors[row]) }
}

/// Each column of the product times its factor; factors are padded to whole vectors.
struct ScaleColumns: Epilogue {
  let factors: UnsafePointer<Float>
  @inline(__always)
  func callAsFunction<V: FloatVector>(_ value: V, row: Int, column: Int) -> V { value * load(factors + column) }
}
