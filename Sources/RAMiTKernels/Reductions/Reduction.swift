/// What is computed for each element, and how elements are combined.
protocol ReductionFunction: Sendable {
  /// The neutral element: combining with it changes nothing.
  static var identity: Float { get }
  /// - Parameters:
  ///   - x, y: elements at the same place of two tensors; functions of one tensor do not read y.
  ///   - centre: the number of the result that they belong to; functions without one do not read it.
  func term(_ x: Vector, _ y: Vector, _ centre: Vector) -> Vector
  func combine(_ total: Vector, _ term: Vector) -> Vector
  /// The lanes combined.
  func total(_ lanes: Vector) -> Float
  /// The partial results combined, in order.
  func total(_ partials: UnsafePointer<Float>, count: Int, stride: Int) -> Double
}

/// A reduction of a tensor over some of its axes.
///
/// The work is cut by the sizes alone, and partial results are combined in order, so the bits do not depend on the
/// number of threads. No sum is of more than some hundred numbers in single precision; those are added in double
/// precision.
package struct Reduction: Sendable {
  private typealias Run =
    @Sendable (
      ReductionPlan, ThreeOperands, _ scale: Double, _ result: UnsafeMutablePointer<Float>, _ accumulate: Bool
    ) -> Void

  private let run: Run
  private let identity: Float

  init<Function: ReductionFunction>(_ function: Function) {
    run = { reduce(function, $0, $1, scale: $2, into: $3, accumulate: $4) }
    identity = Function.identity
  }

  /// result = scale times the reduction of x; overwrites, or adds.
  ///
  /// - Parameters:
  ///   - y: a second tensor of the same shape, for `sumOfProducts`.
  ///   - centre: a number for each result, for the reductions of differences from it.
  ///   - result: `plan.results` floats.
  package func callAsFunction(
    _ plan: ReductionPlan, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>? = nil,
    centre: UnsafePointer<Float>? = nil, scale: Double = 1, into result: UnsafeMutablePointer<Float>,
    accumulate: Bool = false
  ) {
    guard plan.results > 0 else { return }
    guard plan.terms > 0 else {
      let value = Float(Double(identity) * scale)
      for i in 0..<plan.results { result[i] = accumulate ? result[i] + value : value }
      return
    }
    run(plan, (x, y ?? x, centre ?? x), scale, result, accumulate)
  }
}

/// Elements that one piece of a reduction takes at most.
private let reductionGrain = 1 << 14
/// Elements of a run that are combined before they join the rest: sums of sums are more exact.
private let blockGrain = 1 << 10
/// Columns, and rows, that one piece of a reduction over rows takes at most.
private let columnGrain = 1 << 12, rowGrain = 128

private func reduce<Function: ReductionFunction>(
  _ function: Function, _ plan: ReductionPlan, _ operands: ThreeOperands, scale: Double,
  into result: UnsafeMutablePointer<Float>, accumulate: Bool
) {
  /// Partial results: those of all results' first chunks, of the second, ...
  func reduceChunks(_ partials: UnsafeMutablePointer<Float>, chunk: Int, chunks: Int) {
    if plan.isInnerReduced {
      reduceRuns(function, plan, operands, chunk: chunk, chunks: chunks, into: partials)
    } else {
      reduceRows(function, plan, operands, chunk: chunk, chunks: chunks, into: partials)
    }
  }
  // A chunk is a number of elements of runs, or of rows.
  let perChunk =
    plan.isInnerReduced ? reductionGrain : min(rowGrain, max(1, 2 * reductionGrain / min(plan.inner, columnGrain)))
  let chunks = (plan.terms + perChunk - 1) / perChunk
  if chunks == 1, !accumulate {
    reduceChunks(result, chunk: perChunk, chunks: 1)
    if scale != 1 {
      forEachRange(of: plan.results, grain: streamingGrain) { range in
        for i in range { result[i] = Float(Double(result[i]) * scale) }
      }
    }
    return
  }
  withUnsafeTemporaryAllocation(of: Float.self, capacity: plan.results * chunks) { memory in
    let partials = memory.baseAddress!
    reduceChunks(partials, chunk: perChunk, chunks: chunks)
    forEachRange(of: plan.results, grain: max(1, streamingGrain / chunks)) { range in
      for i in range {
        let value = Float(function.total(partials + i, count: chunks, stride: plan.results) * scale)
        result[i] = accumulate ? result[i] + value : value
      }
    }
  }
}

/// Each result combines whole runs of elements.
private func reduceRuns<Function: ReductionFunction>(
  _ function: Function, _ plan: ReductionPlan, _ operands: ThreeOperands, chunk: Int, chunks: Int,
  into partials: UnsafeMutablePointer<Float>
) {
  let identity = Vector(repeating: Function.identity)
  forEachRange(of: plan.results * chunks, grain: max(1, streamingGrain / min(plan.terms, chunk))) { range in
    for piece in range {
      // Results that lie side by side come first, so that partials are written in order.
      let result = piece % plan.results, begin = piece / plan.results &* chunk
      let end = min(plan.terms, begin &+ chunk), start = plan.outerOffset(result)
      let centre = Vector(repeating: operands.2[result])
      var total = identity, place = begin
      while place < end {
        let within = place % plan.inner, count = min(plan.inner &- within, end &- place)
        let offset = start &+ plan.reducedOffset(place / plan.inner) &+ within
        let x = operands.0 + offset, y = operands.1 + offset
        var i = 0
        while i &+ 64 <= count {
          var a = identity, b = identity, c = identity, d = identity
          let blockEnd = min(count, i &+ blockGrain)
          while i &+ 64 <= blockEnd {
            a = function.combine(a, function.term(load(x + i), load(y + i), centre))
            b = function.combine(b, function.term(load(x + (i &+ 16)), load(y + (i &+ 16)), centre))
            c = function.combine(c, function.term(load(x + (i &+ 32)), load(y + (i &+ 32)), centre))
            d = function.combine(d, function.term(load(x + (i &+ 48)), load(y + (i &+ 48)), centre))
            i &+= 64
          }
          total = function.combine(total, function.combine(function.combine(a, b), function.combine(c, d)))
        }
        while i < count {
          let term = function.term(load(x + i), load(y + i), centre)
          total = function.combine(total, first(count &- i, of: term, others: Function.identity))
          i &+= 16
        }
        place &+= count
      }
      partials[piece] = function.total(total)
    }
  }
}

/// Each element of a run belongs to another result: rows are combined column by column.
private func reduceRows<Function: ReductionFunction>(
  _ function: Function, _ plan: ReductionPlan, _ operands: ThreeOperands, chunk: Int, chunks: Int,
  into partials: UnsafeMutablePointer<Float>
) {
  let identity = Vector(repeating: Function.identity), columns = plan.inner
  let blocks = (columns + columnGrain - 1) / columnGrain, outer = plan.results / columns
  let work = min(chunk, plan.terms) * min(columns, columnGrain)
  forEachRange(of: outer * chunks * blocks, grain: max(1, streamingGrain / work)) { range in
    for piece in range {
      let block = piece % blocks, index = piece / blocks % outer, firstRow = piece / blocks / outer &* chunk
      let rows = min(chunk, plan.terms &- firstRow), start = plan.outerOffset(index)
      let target = partials + (firstRow / chunk &* plan.results &+ index &* columns)
      let end = min(columns, (block &+ 1) &* columnGrain)
      var column = block &* columnGrain
      while column < end {
        let centre = operands.2 + (index &* columns &+ column)
        let x = operands.0 + (start &+ column), y = operands.1 + (start &+ column)
        var a = identity, b = identity, c = identity, d = identity
        if column &+ 64 <= end {
          let (centre0, centre1, centre2, centre3): (Vector, Vector, Vector, Vector) = (
            load(centre), load(centre + 16), load(centre + 32), load(centre + 48)
          )
          for row in 0..<rows {
            let offset = plan.reducedOffset(firstRow &+ row), x = x + offset, y = y + offset
            a = function.combine(a, function.term(load(x), load(y), centre0))
            b = function.combine(b, function.term(load(x + 16), load(y + 16), centre1))
            c = function.combine(c, function.term(load(x + 32), load(y + 32), centre2))
            d = function.combine(d, function.term(load(x + 48), load(y + 48), centre3))
          }
          store(a, target + column)
          store(b, target + (column &+ 16))
          store(c, target + (column &+ 32))
          store(d, target + (column &+ 48))
          column &+= 64
        } else {
          let centre: Vector = load(centre)
          var row = 0
          @inline(__always)
          func term(_ row: Int) -> Vector {
            let offset = plan.reducedOffset(firstRow &+ row)
            return function.term(load(x + offset), load(y + offset), centre)
          }
          while row &+ 4 <= rows {
            a = function.combine(a, term(row))
            b = function.combine(b, term(row &+ 1))
            c = function.combine(c, term(row &+ 2))
            d = function.combine(d, term(row &+ 3))
            row &+= 4
          }
          while row < rows {
            a = function.combine(a, term(row))
            row &+= 1
          }
          let total = function.combine(function.combine(a, b), function.combine(c, d))
          store(total, target + column, count: end &- column)
          column &+= 16
        }
      }
    }
  }
}
