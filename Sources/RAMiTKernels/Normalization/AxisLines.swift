import RAMiTParallel

/// A tensor seen along one axis: outer x size x inner. A line is what one place of the outer and inner axes holds.
package struct AxisLines: Sendable {
  package let outer, size, inner: Int

  /// - Parameter axis: from 0.
  package init(_ dimensions: [Int], axis: Int) {
    outer = dimensions[..<axis].reduce(1, *)
    size = dimensions[axis]
    inner = dimensions[(axis + 1)...].reduce(1, *)
  }

  /// The work on a few lines at a time.
  protocol Body {
    func callAsFunction<Group: LineGroup>(_ group: Group)
  }

  /// Calls `body` in parallel with groups of lines: eight contiguous ones, or sixteen that lie side by side.
  func forEachGroup(_ body: some Body) {
    if size == 0 { return }
    if inner == 1 {
      let groups = (outer + 7) / 8
      forEachRange(of: groups, grain: max(1, streamingGrain / (8 * size))) { range in
        for group in range { body(RowGroup(first: group &* 8, rows: min(8, outer &- group &* 8), size: size)) }
      }
    } else {
      let perBlock = (inner + vectorWidth - 1) / vectorWidth
      forEachRange(of: outer * perBlock, grain: max(1, streamingGrain / (16 * size))) { range in
        for group in range {
          let (block, number) = group.quotientAndRemainder(dividingBy: perBlock)
          let column = number &* vectorWidth
          body(ColumnGroup(start: block &* size &* inner &+ column, lanes: inner &- column, size: size, stride: inner))
        }
      }
    }
  }
}

/// A few lines, and what is computed of each.
protocol LineGroup {
  /// A number for each line.
  associatedtype Numbers: SIMD where Numbers.Scalar == Float

  /// The sum of `term` over each line; it gives 16 elements from a place on, whose line's numbers are `line` of
  /// `spread`.
  func sum(_ term: (_ place: Int, _ line: Int) -> Vector) -> Numbers

  func maximum(_ term: (_ place: Int) -> Vector) -> Numbers

  /// Calls `body` with the place of every 16 elements, how many of them are the line's, and their line.
  func forEach(_ body: (_ place: Int, _ lanes: Int, _ line: Int) -> Void)

  /// The numbers that belong to 16 elements.
  func spread(_ numbers: Numbers, _ line: Int) -> Vector
}

extension LineGroup {
  /// `function` of each line's number.
  @inline(__always)
  func map(_ numbers: Numbers, _ function: (Float) -> Float) -> Numbers {
    var result = numbers
    for i in 0..<Numbers.scalarCount { result[i] = function(numbers[i]) }
    return result
  }
}

/// Up to eight contiguous lines.
struct RowGroup: LineGroup {
  let first: Int
  let rows: Int
  let size: Int

  @inline(__always)
  func sum(_ term: (_ place: Int, _ line: Int) -> Vector) -> SIMD8<Float> {
    var sums = EightSums()
    sums.add { i in
      // Past the last row, the last one again.
      let i = min(i, rows &- 1), start = (self.first &+ i) &* size
      var total = Vector.zero
      var c = 0
      while c < size {
        total += RAMiTKernels.first(size &- c, of: term(start &+ c, i))
        c &+= vectorWidth
      }
      return total
    }
    return sums.totals
  }

  @inline(__always)
  func maximum(_ term: (_ place: Int) -> Vector) -> SIMD8<Float> {
    var result = SIMD8<Float>.zero
    for i in 0..<rows {
      let start = (self.first &+ i) &* size
      var largest = Vector(repeating: -.infinity)
      var c = 0
      while c < size {
        let vector = RAMiTKernels.first(size &- c, of: term(start &+ c), others: -.infinity)
        largest = RAMiTKernels.maximum(vector, largest)
        c &+= vectorWidth
      }
      result[i] = largestLane(largest)
    }
    return result
  }

  @inline(__always)
  func forEach(_ body: (_ place: Int, _ lanes: Int, _ line: Int) -> Void) {
    for i in 0..<rows {
      let start = (first &+ i) &* size
      var c = 0
      while c < size {
        body(start &+ c, size &- c, i)
        c &+= vectorWidth
      }
    }
  }

  @inline(__always)
  func spread(_ numbers: SIMD8<Float>, _ line: Int) -> Vector { Vector(repeating: numbers[line]) }
}

/// Up to sixteen lines side by side: no sum goes across the lanes of a vector.
struct ColumnGroup: LineGroup {
  let start: Int
  let lanes: Int
  let size: Int
  let stride: Int

  @inline(__always)
  func sum(_ term: (_ place: Int, _ line: Int) -> Vector) -> Vector {
    var total = Vector.zero
    var place = start
    for _ in 0..<size {
      total += term(place, 0)
      place &+= stride
    }
    return total
  }

  @inline(__always)
  func maximum(_ term: (_ place: Int) -> Vector) -> Vector {
    var largest = Vector(repeating: -.infinity)
    var place = start
    for _ in 0..<size {
      largest = RAMiTKernels.maximum(term(place), largest)
      place &+= stride
    }
    return largest
  }

  @inline(__always)
  func forEach(_ body: (_ place: Int, _ lanes: Int, _ line: Int) -> Void) {
    var place = start
    for _ in 0..<size {
      body(place, lanes, 0)
      place &+= stride
    }
  }

  @inline(__always)
  func spread(_ numbers: Vector, _ line: Int) -> Vector { numbers }
}
