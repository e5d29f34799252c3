import RAMiTParallel

/// Elements of one axis picked by their numbers: outer x size x inner to outer x picked x inner.
package struct Gather: Sendable {
  let outer: Int
  let size: Int
  let inner: Int
  let indices: [Int]

  /// - Precondition: every index is in `0 ..< size`.
  package init(outer: Int, size: Int, inner: Int, indices: [Int]) {
    self.outer = outer
    self.size = size
    self.inner = inner
    self.indices = indices
  }

  /// Overwrites the result.
  package func forward(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    let picked = indices.count
    forEachRange(of: outer * picked, grain: grain) { range in
      indices.withUnsafeBufferPointer { indices in
        for row in range {
          let (block, number) = row.quotientAndRemainder(dividingBy: picked)
          copyChannels(x + (block &* size &+ indices[number]) &* inner, y + row &* inner, count: inner)
        }
      }
    }
  }

  /// Overwrites dx, or adds to it: each element's gradient is the sum over the places where it was picked, in their
  /// order.
  package func backward(_ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, accumulate: Bool) {
    // The places of each element, one list after the other.
    var starts = [Int](repeating: 0, count: size + 1)
    for index in indices { starts[index + 1] += 1 }
    for index in 0..<size { starts[index + 1] += starts[index] }
    var next = starts, places = [Int](repeating: 0, count: indices.count)
    for (place, index) in indices.enumerated() {
      places[next[index]] = place
      next[index] += 1
    }
    forEachRange(of: outer * size, grain: grain) { range in
      places.withUnsafeBufferPointer { places in
        for row in range {
          let (block, index) = row.quotientAndRemainder(dividingBy: size)
          let to = dx + row &* inner
          if !accumulate { to.update(repeating: 0, count: inner) }
          for place in places[starts[index]..<starts[index + 1]] {
            addChannels(dy + (block &* self.indices.count &+ place) &* inner, to, count: inner)
          }
        }
      }
    }
  }

  private var grain: Int { max(1, streamingGrain / max(1, inner)) }
}
