/// The unit of arithmetic: 16 floats, one register with AVX-512, two with AVX2, four with SSE or NEON.
public typealias Vector = SIMD16<Float>

/// Lanes of a `Vector`.
public let vectorWidth = 16

/// `count` rounded up to whole vectors.
@inline(__always)
public func paddedToVector(_ count: Int) -> Int { (count &+ 15) & ~15 }

@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

@inline(__always)
func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

/// Writes the first `count` lanes.
@inline(__always)
func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, count: Int) {
  if count >= 16 { return store(vector, pointer) }
  for lane in 0..<count { pointer[lane] = vector[lane] }
}

/// Reads `count` lanes, the others zero.
@inline(__always)
func load(_ pointer: UnsafePointer<Float>, count: Int) -> Vector {
  if count >= 16 { return load(pointer) }
  var vector = Vector.zero
  for lane in 0..<count { vector[lane] = pointer[lane] }
  return vector
}
