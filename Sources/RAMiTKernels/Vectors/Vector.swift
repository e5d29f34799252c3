/// The unit of arithmetic: 16 floats, one register with AVX-512, two with AVX2, four with SSE or NEON.
package typealias Vector = SIMD16<Float>

/// Lanes of a `Vector`.
package let vectorWidth = 16

/// `count` rounded up to whole vectors.
@inline(__always)
package func paddedToVector(_ count: Int) -> Int { (count &+ 15) & ~15 }

/// Floats that are loaded, computed with and stored at once: 4, 8 or 16, as many as a register of some machine holds.
protocol FloatVector: SIMD where Scalar == Float {
  /// Writes the first `count` lanes, at most all and at least one; nothing past them is touched.
  func storeLanes(_ pointer: UnsafeMutablePointer<Float>, count: Int)

  /// Zero in place of negative lanes. (Of each type its own: a generic comparison goes lane by lane.)
  var rectified: Self { get }

  /// Lanes up to zero times the slope, as LeakyReLU has it.
  func leaking(slope: Float) -> Self
}

@inline(__always)
func load<V: FloatVector>(_ pointer: UnsafePointer<Float>) -> V {
  UnsafeRawPointer(pointer).loadUnaligned(as: V.self)
}

@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

@inline(__always)
func store<V: FloatVector>(_ vector: V, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: V.self)
}

/// Writes the first `count` lanes, at least one: nothing past them is touched.
@inline(__always)
func store<V: FloatVector>(_ vector: V, _ pointer: UnsafeMutablePointer<Float>, count: Int) {
  if count >= V.scalarCount { return store(vector, pointer) }
  vector.storeLanes(pointer, count: count)
}

// In runs of 8, 4, 2 and 1.

extension SIMD4<Float>: FloatVector {
  @inline(__always)
  var rectified: Self { replacing(with: 0, where: self .< Self.zero) }

  @inline(__always)
  func leaking(slope: Float) -> Self { replacing(with: self * Self(repeating: slope), where: self .<= Self.zero) }

  @inline(__always)
  func storeLanes(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    let target = UnsafeMutableRawPointer(pointer)
    var two = lowHalf
    if count & 2 != 0 {
      target.storeBytes(of: two, as: SIMD2<Float>.self)
      two = highHalf
    }
    if count & 1 != 0 { pointer[count & 2] = two.x }
  }
}

extension SIMD8<Float>: FloatVector {
  @inline(__always)
  var rectified: Self { replacing(with: 0, where: self .< Self.zero) }

  @inline(__always)
  func leaking(slope: Float) -> Self { replacing(with: self * Self(repeating: slope), where: self .<= Self.zero) }

  @inline(__always)
  func storeLanes(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    var four = lowHalf
    if count & 4 != 0 {
      store(four, pointer)
      four = highHalf
    }
    four.storeLanes(pointer + (count & 4), count: count)
  }
}

extension SIMD16<Float>: FloatVector {
  @inline(__always)
  var rectified: Self { replacing(with: 0, where: self .< Self.zero) }

  @inline(__always)
  func leaking(slope: Float) -> Self { replacing(with: self * Self(repeating: slope), where: self .<= Self.zero) }

  @inline(__always)
  func storeLanes(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    var eight = lowHalf
    if count & 8 != 0 {
      store(eight, pointer)
      eight = highHalf
    }
    eight.storeLanes(pointer + (count & 8), count: count)
  }
}

/// All bits in the first `count` lanes, none in the others.
///
/// It is a difference's sign: the standard library compares integers lane by lane.
@inline(__always)
private func firstLanes(_ count: Int) -> SIMD16<Int32> {
  let lanes = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  return (lanes &- SIMD16(repeating: Int32(truncatingIfNeeded: count))) &>> SIMD16(repeating: 31)
}

/// The first `count` lanes, the others zero.
@inline(__always)
func first(_ count: Int, of vector: Vector) -> Vector {
  if count >= 16 { return vector }
  return unsafeBitCast(unsafeBitCast(vector, to: SIMD16<Int32>.self) & firstLanes(count), to: Vector.self)
}

/// The first `count` lanes, the others a number.
@inline(__always)
func first(_ count: Int, of vector: Vector, others: Float) -> Vector {
  if count >= 16 { return vector }
  let mask = firstLanes(count), rest = SIMD16(repeating: Int32(bitPattern: others.bitPattern))
  return unsafeBitCast(unsafeBitCast(vector, to: SIMD16<Int32>.self) & mask | rest & ~mask, to: Vector.self)
}

/// Reads `count` lanes, the others zero. Up to 15 floats more are read: every buffer has a vector of room after its
/// end.
@inline(__always)
func load(_ pointer: UnsafePointer<Float>, count: Int) -> Vector { first(count, of: load(pointer)) }

/// The lanes of both vectors, a's first: the even ones, and the odd ones; an instruction each. (The standard library's
/// `evenHalf` takes many.)
@_transparent
func deal(_ a: Vector, _ b: Vector) -> (even: Vector, odd: Vector) {
  (
    Vector(a[0], a[2], a[4], a[6], a[8], a[10], a[12], a[14], b[0], b[2], b[4], b[6], b[8], b[10], b[12], b[14]),
    Vector(a[1], a[3], a[5], a[7], a[9], a[11], a[13], a[15], b[1], b[3], b[5], b[7], b[9], b[11], b[13], b[15])
  )
}

/// The larger of each two lanes. (The standard library's `pointwiseMax` goes lane by lane.)
@inline(__always)
func maximum(_ a: Vector, _ b: Vector) -> Vector { b.replacing(with: a, where: a .> b) }

/// The smaller of each two lanes.
@inline(__always)
func minimum(_ a: Vector, _ b: Vector) -> Vector { b.replacing(with: a, where: a .< b) }

/// to [count] = from [count]. (A call of memmove costs more than a pixel's channels.)
@inline(__always)
func copyChannels(_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, count: Int) {
  var c = 0
  while c < count {
    store(load(from + c), to + c, count: count &- c)
    c &+= vectorWidth
  }
}

/// to [count] += from [count].
@inline(__always)
func addChannels(_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, count: Int) {
  var c = 0
  while c < count {
    store(load(to + c) + load(from + c), to + c, count: count &- c)
    c &+= vectorWidth
  }
}
