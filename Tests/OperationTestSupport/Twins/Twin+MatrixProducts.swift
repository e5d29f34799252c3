extension Twin {
  /// op(a) op(b) over the last two axes, the leading ones broadcast.
  package static func matmul(
    _ a: DoubleTensor, _ b: DoubleTensor, transposeA: Bool = false, transposeB: Bool = false
  ) -> DoubleTensor {
    let rank = max(a.shape.count, b.shape.count) - 2
    func leading(_ x: DoubleTensor) -> [Int] {
      Array(repeating: 1, count: rank + 2 - x.shape.count) + x.shape.dropLast(2)
    }
    let (aLeading, bLeading) = (leading(a), leading(b)), leading = zip(aLeading, bLeading).map { max($0, $1) }
    let (aRows, aColumns) = (a.shape[a.shape.count - 2], a.channels),
      (bRows, bColumns) = (b.shape[b.shape.count - 2], b.channels)
    let (m, k, n) = (transposeA ? aColumns : aRows, transposeA ? aRows : aColumns, transposeB ? bRows : bColumns)
    var result = DoubleTensor(zeros: leading + [m, n])
    for matrix in 0..<leading.reduce(1, *) {
      // The matrix's place among the leading axes, from the last axis to the first.
      var (rest, aIndex, bIndex, aStep, bStep) = (matrix, 0, 0, 1, 1)
      for axis in leading.indices.reversed() {
        let place = rest % leading[axis]
        rest /= leading[axis]
        if aLeading[axis] > 1 { aIndex += place * aStep }
        if bLeading[axis] > 1 { bIndex += place * bStep }
        aStep *= aLeading[axis]
        bStep *= bLeading[axis]
      }
      for i in 0..<m {
        for j in 0..<n {
          var sum = 0.0
          for p in 0..<k {
            let (aRow, aColumn) = transposeA ? (p, i) : (i, p), (bRow, bColumn) = transposeB ? (j, p) : (p, j)
            sum +=
              a.values[(aIndex * aRows + aRow) * aColumns + aColumn]
              * b.values[(bIndex * bRows + bRow) * bColumns + bColumn]
          }
          result.values[(matrix * m + i) * n + j] = sum
        }
      }
    }
    return result
  }
}
