/// The Gini coefficient of numbers that are not negative: 0 where all are equal, nearly 1 where one of them has all.
/// - Returns: 0 where the sum is 0.
public func giniCoefficient(_ values: some Sequence<Float>) -> Double {
  let sorted = values.map(Double.init).sorted()
  let total = sorted.reduce(0, +), count = Double(sorted.count)
  guard total > 0 else { return 0 }
  let weighted = sorted.enumerated().reduce(0) { $0 + (2 * Double($1.offset + 1) - count - 1) * $1.element }
  return weighted / (count * total)
}

/// How far the contributions to a patch spread over an image (Gu and Dong, 2021, Eq. 9): (1 - Gini coefficient) * 100,
/// larger where more pixels take part.
/// - Parameter contributions: one for each pixel, not negative.
public func diffusionIndex(_ contributions: some Sequence<Float>) -> Double {
  (1 - giniCoefficient(contributions)) * 100
}
