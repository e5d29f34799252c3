/// The sizes of an input: the images of a batch, and their sides in units of the model's size multiple.
struct InputSize: Hashable {
  let images, rows, columns: Int

  init(images: Int = 1, rows: Int, columns: Int) {
    (self.images, self.rows, self.columns) = (images, rows, columns)
  }
}

/// An integer of a graph as it follows from the input's size: a sum of whole multiples of 1, N, H, W, N H, N W, H W and
/// N H W, for N images of H x W units.
struct SizeExpression: Hashable {
  /// The factor of each product; bit 0 of the index says whether N is in it, bit 1 H, bit 2 W.
  let factors: [Int]

  /// The same integer for every size.
  init(_ constant: Int) { factors = [constant] + Array(repeating: 0, count: 7) }

  private init(factors: [Int]) { self.factors = factors }

  /// The expression that has the given values where N, H and W are `base`'s or one more each.
  /// - Parameter values: eight, at `corners(from: base)`.
  init(_ values: [Int], base: InputSize) {
    var factors = values
    for (bit, start) in [base.images, base.rows, base.columns].enumerated() {
      for low in 0..<8 where low >> bit & 1 == 0 {
        let high = low | 1 << bit, slope = factors[high] - factors[low]
        (factors[low], factors[high]) = (factors[low] - slope * start, slope)
      }
    }
    self.factors = factors
  }

  /// The sizes whose values make an expression, in their order.
  static func corners(from base: InputSize) -> [InputSize] {
    (0..<8).map {
      InputSize(images: base.images + ($0 & 1), rows: base.rows + ($0 >> 1 & 1), columns: base.columns + ($0 >> 2))
    }
  }

  /// The integer for a size.
  func value(at size: InputSize) -> Int {
    factors.enumerated().reduce(0) { sum, term in
      sum + term.element * (term.offset & 1 == 0 ? 1 : size.images) * (term.offset & 2 == 0 ? 1 : size.rows)
        * (term.offset & 4 == 0 ? 1 : size.columns)
    }
  }

  /// The integer, where it is the same for every size.
  var constant: Int? { factors.dropFirst().allSatisfy { $0 == 0 } ? factors[0] : nil }
}
