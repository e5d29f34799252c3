import Parallel

/// The elements that one piece of memory-bound work takes: large enough that handing it out costs nothing, small enough that
/// both cores end together.
let streamingGrain = 1 << 16

/// sum += addend, over `count` elements.
public func addInPlace(_ sum: UnsafeMutablePointer<Float>, _ addend: UnsafePointer<Float>, count: Int) {
  forEachRange(of: count, grain: streamingGrain) { range in
    for i in range { sum[i] += addend[i] }
  }
}

/// Cuts `0 ..< count` into ranges of `grain` elements, the last one shorter, and runs `body` on them in parallel. The cut depends
/// on the sizes alone.
func forEachRange(of count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
  let pieces = (count + grain - 1) / grain
  parallelFor(pieces) { piece, _ in
    body(piece * grain..<min(count, (piece + 1) * grain))
  }
}
