extension AxisLines {
  /// The place of the largest element along the axis, or of the smallest one; of equal ones the first. NaN counts as
  /// the largest, and as the smallest.
  /// - Parameter result: `outer` times `inner` numbers; overwritten.
  package func findExtremes(_ x: UnsafePointer<Float>, isLargest: Bool, into result: UnsafeMutablePointer<Int>) {
    forEachRange(of: outer &* inner, grain: max(1, streamingGrain / max(1, size))) { range in
      for place in range {
        let start = x + (place / inner &* size &* inner &+ place % inner)
        var best = start[0], bestPlace = 0
        for i in 0..<size {
          let value = start[i &* inner]
          let isBetter = isLargest ? value > best : value < best
          if isBetter || value.isNaN && !best.isNaN { (best, bestPlace) = (value, i) }
        }
        result[place] = bestPlace
      }
    }
  }

  /// y = the elements of x with these places along the axis, one for each line; overwrites.
  package func gather(_ x: UnsafePointer<Float>, places: [Int], into y: UnsafeMutablePointer<Float>) {
    forEachChosen(places) { line, element in y[line] = x[element] }
  }

  /// dx += dy at these places along the axis, one for each line.
  package func scatterAdd(_ dy: UnsafePointer<Float>, places: [Int], into dx: UnsafeMutablePointer<Float>) {
    forEachChosen(places) { line, element in dx[element] += dy[line] }
  }

  @inline(__always)
  private func forEachChosen(_ places: [Int], _ body: (_ line: Int, _ element: Int) -> Void) {
    for (line, place) in places.enumerated() { body(line, (line / inner &* size &+ place) &* inner &+ line % inner) }
  }

  /// y[i] = x[0] + ... + x[i] along the axis, or x[i] + ... + x[last] when reversed; overwrites, or adds. Added in
  /// double precision.
  package func cumulativeSum(
    _ x: UnsafePointer<Float>, isReversed: Bool, into y: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    let blocks = (inner + vectorWidth - 1) / vectorWidth
    forEachRange(of: outer &* blocks, grain: max(1, streamingGrain / max(1, size &* min(inner, 16)))) { range in
      for piece in range {
        let column = piece % blocks &* vectorWidth, start = piece / blocks &* size &* inner &+ column
        if inner == 1 {
          var total = 0.0
          for i in 0..<size {
            let place = start &+ (isReversed ? size &- 1 &- i : i)
            total += Double(x[place])
            y[place] = accumulate ? y[place] + Float(total) : Float(total)
          }
        } else {
          var total = SIMD16<Double>.zero
          for i in 0..<size {
            let place = start &+ (isReversed ? size &- 1 &- i : i) &* inner
            total += SIMD16<Double>(load(x + place))
            let value = accumulate ? load(y + place) + Vector(total) : Vector(total)
            store(value, y + place, count: inner &- column)
          }
        }
      }
    }
  }
}
