import CVectorsRoots

// Rounded correctly, like the standard library's `squareRoot()`, which goes lane by lane: it calls the C library for
// negative numbers.

/// The square root; NaN of a negative number.
@inline(__always)
func squareRoot(_ x: Float) -> Float { cvectors_root(x) }

@inline(__always)
func squareRoot(_ x: Double) -> Double { cvectors_root_double(x) }

/// The square root of each lane.
@inline(__always)
func squareRoot(_ x: Vector) -> Vector {
  var x = x
  withUnsafeMutableBytes(of: &x) { cvectors_roots_16($0.baseAddress!.assumingMemoryBound(to: Float.self)) }
  return x
}

@inline(__always)
func squareRoot(_ x: SIMD8<Float>) -> SIMD8<Float> {
  var x = x
  withUnsafeMutableBytes(of: &x) { cvectors_roots_8($0.baseAddress!.assumingMemoryBound(to: Float.self)) }
  return x
}
