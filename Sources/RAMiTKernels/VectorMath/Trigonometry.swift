import Foundation

/// sin(x + quarters pi / 2), with an absolute error below 2e-7: with 0 the sine, with 1 the cosine.
///
/// The quarter turns are taken off in double precision, which is good for up to 10^5; the few larger numbers go one by
/// one through the C library.
@inline(__always)
func sine(_ x: Vector, plusQuarters quarters: Int64 = 0) -> Vector {
  let isLarge = (magnitude(x) .>= Vector(repeating: 1e5)) .| (x .!= x)
  let value = Vector(
    lowHalf: sineOfModerate(doubles(x.lowHalf), quarters),
    highHalf: sineOfModerate(doubles(x.highHalf), quarters))
  return isAnySet(isLarge) ? sineOfLarge(x, quarters, instead: value, where: isLarge) : value
}

@inline(never)
private func sineOfLarge(
  _ x: Vector, _ quarters: Int64, instead value: Vector, where isLarge: SIMDMask<SIMD16<Int32>>
) -> Vector {
  var value = value
  for lane in 0..<16 where isLarge[lane] {
    value[lane] = Float(quarters == 0 ? Foundation.sin(Double(x[lane])) : Foundation.cos(Double(x[lane])))
  }
  return value
}

@inline(__always)
private func sineOfModerate(_ x: SIMD8<Double>, _ quarters: Int64) -> SIMD8<Float> {
  let shift = SIMD8<Double>(repeating: 0x1.8p52)
  let shifted = x * SIMD8(repeating: 2 / Double.pi) + shift
  let n = shifted - shift
  let r = (x - n * SIMD8(repeating: 1.570_796_326_734_125_6)) - n * SIMD8(repeating: 6.077_100_506_506_192e-11)
  let square = r * r
  var sine = SIMD8<Double>(repeating: 1 / 362_880.0)
  sine = sine * square - SIMD8(repeating: 1 / 5_040.0)
  sine = sine * square + SIMD8(repeating: 1 / 120.0)
  sine = sine * square - SIMD8(repeating: 1 / 6.0)
  sine = (sine * square + SIMD8(repeating: 1)) * r
  var cosine = SIMD8<Double>(repeating: -1 / 3_628_800.0)
  cosine = cosine * square + SIMD8(repeating: 1 / 40_320.0)
  cosine = cosine * square - SIMD8(repeating: 1 / 720.0)
  cosine = cosine * square + SIMD8(repeating: 1 / 24.0)
  cosine = cosine * square - SIMD8(repeating: 0.5)
  cosine = cosine * square + SIMD8(repeating: 1)
  let turn = unsafeBitCast(shifted, to: SIMD8<Int64>.self) &+ SIMD8(repeating: quarters)
  // By bits: comparisons of integers go lane by lane.
  let isOdd = SIMD8<Int64>.zero &- (turn & SIMD8(repeating: 1))
  let sign = (turn & SIMD8(repeating: 2)) &<< SIMD8(repeating: 62)
  let sineBits = unsafeBitCast(sine, to: SIMD8<Int64>.self), cosineBits = unsafeBitCast(cosine, to: SIMD8<Int64>.self)
  let value = (sineBits ^ ((sineBits ^ cosineBits) & isOdd)) ^ sign
  return floats(unsafeBitCast(value, to: SIMD8<Double>.self))
}

/// (The standard library's `any` goes lane by lane.)
@inline(__always)
private func isAnySet(_ mask: SIMDMask<SIMD16<Int32>>) -> Bool {
  let lanes = SIMD16<Int32>.zero.replacing(with: 1, where: mask)
  let eight = lanes.lowHalf | lanes.highHalf, four = eight.lowHalf | eight.highHalf
  let two = four.lowHalf | four.highHalf
  return two.x | two.y != 0
}
