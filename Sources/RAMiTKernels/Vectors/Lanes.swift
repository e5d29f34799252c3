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
    let eight = EightVectors(
      vector(0), vector(1), vector(2), vector(3), vector(4), vector(5), vector(6), vector(7))
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 9 &* vectorWidth) { memory in
      let memory = memory.baseAddress!, sums = memory + 8 &* vectorWidth
      eight.sumLanes(times: 1, memory: memory, into: sums)
      totals += load(sums)
    }
  }
}

/// Eight vectors that stay in registers: those of an array do not.
struct EightVectors {
  private var v0 = Vector.zero, v1 = Vector.zero, v2 = Vector.zero, v3 = Vector.zero
  private var v4 = Vector.zero, v5 = Vector.zero, v6 = Vector.zero, v7 = Vector.zero

  /// Zeros.
  @inline(__always)
  init() {}

  @inline(__always)
  init(
    _ v0: Vector, _ v1: Vector, _ v2: Vector, _ v3: Vector, _ v4: Vector, _ v5: Vector, _ v6: Vector, _ v7: Vector
  ) {
    (self.v0, self.v1, self.v2, self.v3) = (v0, v1, v2, v3)
    (self.v4, self.v5, self.v6, self.v7) = (v4, v5, v6, v7)
  }

  /// Adds to each vector.
  @inline(__always)
  mutating func add(_ vector: (_ i: Int) -> Vector) {
    v0 += vector(0)
    v1 += vector(1)
    v2 += vector(2)
    v3 += vector(3)
    v4 += vector(4)
    v5 += vector(5)
    v6 += vector(6)
    v7 += vector(7)
  }

  /// sums [8] = factor times the sum of each vector's lanes.
  /// - Parameter rows: memory [8 x 16].
  @inline(__always)
  func sumLanes(times factor: Float, memory rows: UnsafeMutablePointer<Float>, into sums: UnsafeMutablePointer<Float>) {
    store(v0, rows)
    store(v1, rows + vectorWidth)
    store(v2, rows + 2 &* vectorWidth)
    store(v3, rows + 3 &* vectorWidth)
    store(v4, rows + 4 &* vectorWidth)
    store(v5, rows + 5 &* vectorWidth)
    store(v6, rows + 6 &* vectorWidth)
    store(v7, rows + 7 &* vectorWidth)
    sumEightLanes(rows, again: rows, times: factor, into: sums)
  }
}

/// sums [8] = factor times the sums of the lanes of rows [8 x 16], which are overwritten.
///
/// A compiler that sees sums and shuffles together takes them apart into single lanes, three times as many instructions
/// as there are here. So they lie in memory between, and the function is not inlined. Four lanes lie apart from the
/// next four: side by side they would be loaded eight at once, which waits until both stores have left the processor.
/// - Parameter again: the same memory, of which the compiler must not know that it is the same.
@inline(never)
private func sumEightLanes(
  _ rows: UnsafeMutablePointer<Float>, again: UnsafePointer<Float>, times factor: Float,
  into sums: UnsafeMutablePointer<Float>
) {
  for i in 0..<8 {
    let from = rows + i &* vectorWidth
    let a: SIMD4<Float> = load(from), b: SIMD4<Float> = load(from + 4)
    let c: SIMD4<Float> = load(from + 8), d: SIMD4<Float> = load(from + 12)
    store((a + b) + (c + d), from)
  }
  for i in 0..<2 {
    let from = again + 4 &* i &* vectorWidth
    let p: SIMD4<Float> = load(from), q: SIMD4<Float> = load(from + vectorWidth)
    let r: SIMD4<Float> = load(from + 2 &* vectorWidth), s: SIMD4<Float> = load(from + 3 &* vectorWidth)
    let a = SIMD4(p[0], q[0], r[0], s[0]), b = SIMD4(p[1], q[1], r[1], s[1])
    let c = SIMD4(p[2], q[2], r[2], s[2]), d = SIMD4(p[3], q[3], r[3], s[3])
    store(((a + b) + (c + d)) * factor, sums + 4 &* i)
  }
}
