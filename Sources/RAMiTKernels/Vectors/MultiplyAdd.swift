// The multiply-add of all arithmetic in this package. The standard library's `addingProduct` and `addProduct` always
// round once: without an instruction for that, they call the C library for every lane, which takes fifty times as long
// as a multiplication and an addition. So nothing else may call them.

/// a b + c in each lane: rounded once where the compiler has the instruction, else twice.
@_transparent
func multiplyAdd<V: SIMD>(_ a: V, _ b: V, _ c: V) -> V where V.Scalar == Float {
  // Sources/RAMiTCVectors tells how the compiler answers. Every 64-bit ARM has the instruction.
  #if canImport(CVectorsFMA) || arch(arm64)
    c.addingProduct(a, b)
  #else
    c + a * b
  #endif
}

/// a b + c, rounded once: what the optimizer's step needs to agree with PyTorch's to the last bits.
///
/// Without the instruction it takes double precision, in which the product is exact; it is for what waits for memory
/// anyway.
@_transparent
func multiplyAddRoundedOnce(_ a: Float, _ b: Float, _ c: Float) -> Float {
  #if canImport(CVectorsFMA) || arch(arm64)
    c.addingProduct(a, b)
  #else
    Float(Double(c) + Double(a) * Double(b))
  #endif
}
