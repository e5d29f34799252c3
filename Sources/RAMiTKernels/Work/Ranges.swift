import RAMiTParallel

/// The elements that one piece of memory-bound work takes: large enough that handing it out costs nothing, small enough
/// that both cores end together.
let streamingGrain = 1 << 16

/// Cuts `0 ..< count` into ranges of `grain` elements, the last one shorter, and runs `body` on them in parallel. The
/// cut depends on the sizes alone.
package func forEachRange(of count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
  let pieces = (count + grain - 1) / grain
  parallelFor(pieces) { piece, _ in
    body(piece * grain..<min(count, (piece + 1) * grain))
  }
}

/// Runs `body` on all tiles of some work in parallel. A worker takes several that follow each other at a time, so that
/// it can ask for a tile's input while it works on the one before. The cut depends on the number of threads: a tile's
/// result must not depend on which others are in the run.
func forEachRun(of tiles: Int, _ body: (_ run: Range<Int>, _ worker: Int) -> Void) {
  // Enough runs that all workers end together.
  let length = max(1, min(16, tiles / (8 * workerCount(for: tiles))))
  parallelFor((tiles + length - 1) / length) { run, worker in
    body(run * length..<min(tiles, (run + 1) * length), worker)
  }
}

/// The sum over `count` elements of `term`, in double precision: ranges of fixed size, added in order, and within them
/// eight sums of every eighth element, so that an addition does not wait for the one before.
@inline(__always)
package func fixedOrderSum(count: Int, _ term: (Int) -> Double) -> Double {
  let grain = streamingGrain
  var partial = [Double](repeating: 0, count: (count + grain - 1) / grain)
  partial.withUnsafeMutableBufferPointer { partial in
    let partial = partial.baseAddress
    forEachRange(of: count, grain: grain) { range in
      var sums = SIMD8<Double>()
      var i = range.lowerBound
      while i &+ 8 <= range.upperBound {
        var terms = SIMD8<Double>()
        for lane in 0..<8 { terms[lane] = term(i &+ lane) }
        sums += terms
        i &+= 8
      }
      for lane in 0..<(range.upperBound &- i) { sums[lane] += term(i &+ lane) }
      partial![range.lowerBound / grain] = sums.sum()
    }
  }
  return partial.reduce(0, +)
}
