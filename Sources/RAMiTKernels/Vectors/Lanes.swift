/// The sum of the lanes, in a fixed order.
@_transparent
func sumOfLanes(_ v: Vector) -> Float {
  let a = v.lowHalf + v.highHalf
  let b = a.evenHalf + a.oddHalf
  let c = b.evenHalf + b.oddHalf
  return c.x + c.y
}

/// The largest lane.
@inline(__always)
func largestLane(_ v: Vector) -> Float {
  let a = v.highHalf.replacing(with: v.lowHalf, where: v.lowHalf .> v.highHalf)
  let b = a.highHalf.replacing(with: a.lowHalf, where: a.lowHalf .> a.highHalf)
  return max(max(b.x, b.y), max(b.z, b.w))
}

/// The sums of the lanes of eight vectors at once: one after the other, each would wait for its own lanes.
struct EightSums {
  private(set) var totals = SIMD8<Float>.zero

  /// Adds the lanes of vector i to sum i.
  @inline(__always)
  mutating func add(_ vector: (_ i: Int) -> Vector) {
    let first = pairSums(pairSums(vector(0), vector(1)), pairSums(vector(2), vector(3)))
    let second = pairSums(pairSums(vector(4), vector(5)), pairSums(vector(6), vector(7)))
    let both = pairSums(first, second)
    totals += pairSums(both, both).lowHalf
  }
}

/// The sums of neighbouring lanes: those of a, then those of b.
@_transparent
private func pairSums(_ a: Vector, _ b: Vector) -> Vector {
  let (even, odd) = deal(a, b)
  return even + odd
}
