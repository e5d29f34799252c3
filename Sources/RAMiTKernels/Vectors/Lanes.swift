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
      eight.store(memory)
      sumEightLanes(memory, again: memory, times: 1, into: sums)
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

  /// Writes the vectors [8 x 16], one after the other.
  @inline(__always)
  func store(_ rows: UnsafeMutablePointer<Float>) {
    RAMiTKernels.store(v0, rows)
    RAMiTKernels.store(v1, rows + vectorWidth)
    RAMiTKernels.store(v2, rows + 2 &* vectorWidth)
    RAMiTKernels.store(v3, rows + 3 &* vectorWidth)
    RAMiTKernels.store(v4, rows + 4 &* vectorWidth)
    RAMiTKernels.store(v5, rows + 5 &* vectorWidth)
    RAMiTKernels.store(v6, rows + 6 &* vectorWidth)
    RAMiTKernels.store(v7, rows + 7 &* vectorWidth)
  }
}

/// sums [8] = factor times the sums of the lanes of rows [8 x 16], which are overwritten.
///
/// A compiler that sees sums and shuffles together takes them apart into single lanes, many times as many instructions
/// as there are here. So they go through memory, and the function is not inlined.
/// - Parameter again: the same memory, of which the compiler must not know that it is the same.
@inline(never)
func sumEightLanes(
  _ rows: UnsafeMutablePointer<Float>, again: UnsafeMutablePointer<Float>, times factor: Float,
  into sums: UnsafeMutablePointer<Float>
) {
  let w = vectorWidth
  let a = addNeighbours(load(rows), load(rows + w)), b = addNeighbours(load(rows + 2 &* w), load(rows + 3 &* w))
  let c = addNeighbours(load(rows + 4 &* w), load(rows + 5 &* w))
  let d = addNeighbours(load(rows + 6 &* w), load(rows + 7 &* w))
  store(a, rows)
  store(b, rows + w)
  store(c, rows + 2 &* w)
  store(d, rows + 3 &* w)
  let e = addNeighbours(load(again), load(again + w))
  let f = addNeighbours(load(again + 2 &* w), load(again + 3 &* w))
  store(e, again)
  store(f, again + w)
  for i in 0..<2 {
    let from = rows + i &* w
    let p: SIMD4<Float> = load(from), q: SIMD4<Float> = load(from + 4)
    let r: SIMD4<Float> = load(from + 8), s: SIMD4<Float> = load(from + 12)
    store(((p + q) + (r + s)) * factor, sums + 4 &* i)
  }
}

/// In each four lanes, of a and of b: [a0 + a1, a2 + a3, b0 + b1, b2 + b3].
@_transparent
private func addNeighbours(_ a: Vector, _ b: Vector) -> Vector {
  Vector(
    a[0], a[2], b[0], b[2], a[4], a[6], b[4], b[6], a[8], a[10], b[8], b[10], a[12], a[14], b[12], b[14])
    + Vector(
      a[1], a[3], b[1], b[3], a[5], a[7], b[5], b[7], a[9], a[11], b[9], b[11], a[13], a[15], b[13], b[15])
}
