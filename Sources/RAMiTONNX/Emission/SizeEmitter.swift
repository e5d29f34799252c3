/// Computes sizes within the graph, from those of the input.
final class SizeEmitter {
  private let builder: GraphBuilder
  /// N, H and W as values of one element; nil where the size is fixed.
  private let units: [String]?
  private var products: [Int: String] = [:]
  private var known: [SizeExpression: String] = [:]

  init(_ builder: GraphBuilder, units: [String]?) { (self.builder, self.units) = (builder, units) }

  /// Integers along one axis.
  func vector(_ sizes: [SizeExpression]) -> String {
    let constants = sizes.compactMap(\.constant)
    if constants.count == sizes.count { return builder.integers(constants) }
    return builder.add("Concat", sizes.map(value), [ONNXAttribute("axis", 0)])
  }

  /// One integer, along one axis.
  func value(_ size: SizeExpression) -> String {
    if let constant = size.constant { return builder.integers([constant]) }
    if let known = known[size] { return known }
    var sum: String?
    for (product, factor) in size.factors.enumerated() where factor != 0 {
      let term: String
      if product == 0 {
        term = builder.integers([factor])
      } else {
        let base = self.product(product)
        term = factor == 1 ? base : builder.add("Mul", [base, builder.integers([factor])])
      }
      sum = sum.map { builder.add("Add", [$0, term]) } ?? term
    }
    known[size] = sum
    return sum ?? builder.integers([0])
  }

  /// The product of the units whose bits are set.
  private func product(_ bits: Int) -> String {
    if let known = products[bits] { return known }
    guard let units else { fatalError("a graph of a fixed size has no sizes to compute") }
    let first = bits.trailingZeroBitCount, rest = bits & (bits - 1)
    let result = rest == 0 ? units[first] : builder.add("Mul", [units[first], product(rest)])
    products[bits] = result
    return result
  }

  /// A shape for `Reshape`: sizes that the operand has at the same place, and one more, need no arithmetic.
  func reshape(_ shape: [SizeExpression], from operand: [SizeExpression]) -> String {
    var sizes = shape.enumerated().map { place, size in
      size.constant == nil && place < operand.count && operand[place] == size ? SizeExpression(0) : size
    }
    let open = sizes.indices.filter { sizes[$0].constant == nil }
    if let last = open.last { sizes[last] = SizeExpression(-1) }
    return vector(sizes)
  }
}
