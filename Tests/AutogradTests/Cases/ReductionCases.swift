import Foundation
import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore

extension OperationCheck {
  enum Reduced: String, CaseIterable {
    case sum, mean, max, min, variance, biasedVariance, standardDeviation, l1Norm, l2Norm, logSumExp
  }

  static func reduction(
    _ reduction: Reduced, _ shape: Shape, axes: [Int]?, keepsDimensions: Bool = false
  ) -> OperationCheck {
    let name = "\(reduction) \(shape) over \(axes.map { "\($0)" } ?? "all")"
    return OperationCheck(name, [Operand("x", shape, spread: 1, centre: 0.3)]) { v in
      switch reduction {
      case .sum: v.x.sum(axes: axes, keepsDimensions: keepsDimensions)
      case .mean: v.x.mean(axes: axes, keepsDimensions: keepsDimensions)
      case .max: v.x.max(axes: axes, keepsDimensions: keepsDimensions)
      case .min: v.x.min(axes: axes, keepsDimensions: keepsDimensions)
      case .variance: v.x.variance(axes: axes, keepsDimensions: keepsDimensions)
      case .biasedVariance: v.x.variance(axes: axes, isUnbiased: false, keepsDimensions: keepsDimensions)
      case .standardDeviation: v.x.standardDeviation(axes: axes, keepsDimensions: keepsDimensions)
      case .l1Norm: v.x.norm(.l1, axes: axes, keepsDimensions: keepsDimensions)
      case .l2Norm: v.x.norm(axes: axes, keepsDimensions: keepsDimensions)
      case .logSumExp: v.x.logSumExp(axes: axes, keepsDimensions: keepsDimensions)
      }
    } twin: {
      Twin.reduce($0.x, axes: axes, keepsDimensions: keepsDimensions) { value(of: reduction, $0) }
    }
  }

  /// The reduction of some numbers.
  private static func value(of reduction: Reduced, _ x: [Double]) -> Double {
    func sum(_ term: (Double) -> Double) -> Double { x.reduce(0) { $0 + term($1) } }
    let count = Double(x.count), mean = sum { $0 } / count
    var squares: Double { sum { ($0 - mean) * ($0 - mean) } }
    /// The largest one's distance from the next is where the slope jumps.
    func largest(_ x: [Double]) -> Double {
      let sorted = x.sorted(by: >)
      if sorted.count > 1 { KinkDistance.note(sorted[0] - sorted[1]) }
      return sorted[0]
    }
    switch reduction {
    case .sum: return sum { $0 }
    case .mean: return mean
    case .max: return largest(x)
    case .min: return -largest(x.map { -$0 })
    case .variance: return squares / (count - 1)
    case .biasedVariance: return squares / count
    case .standardDeviation: return (squares / (count - 1)).squareRoot()
    case .l1Norm:
      for value in x { KinkDistance.note(value) }
      return sum { Swift.abs($0) }
    case .l2Norm: return sum { $0 * $0 }.squareRoot()
    case .logSumExp:
      let largest = x.max()!
      return largest + log(sum { exp($0 - largest) })
    }
  }

  static func cumulativeSum(_ shape: Shape, axis: Int) -> OperationCheck {
    OperationCheck("cumulativeSum \(shape) along \(axis)", [Operand("x", shape)]) {
      $0.x.cumulativeSum(axis: axis)
    } twin: { v in
      var y = v.x
      let along = axis < 0 ? shape.rank + axis : axis
      for place in y.values.indices {
        var index = Twin.multiIndex(place, y.shape)
        guard index[along] > 0 else { continue }
        index[along] -= 1
        y.values[place] += y.values[Twin.flatIndex(index, y.shape)]
      }
      return y
    }
  }

  /// `max` or `min` along one axis, whose indices are checked elsewhere.
  static func extremes(_ shape: Shape, axis: Int, isLargest: Bool) -> OperationCheck {
    OperationCheck("\(isLargest ? "max" : "min") \(shape) along \(axis)", [Operand("x", shape)]) {
      isLargest ? $0.x.max(axis: axis).values : $0.x.min(axis: axis).values
    } twin: {
      Twin.reduce($0.x, axes: [axis], keepsDimensions: false) { value(of: isLargest ? .max : .min, $0) }
    }
  }

  static func choice(_ a: Shape, _ b: Shape) -> OperationCheck {
    let condition = Tensor((0..<a.count).map { Float($0 % 3 == 0 ? 1 : 0) }, a)
    return OperationCheck("where \(a) and \(b)", [Operand("a", a), Operand("b", b)]) {
      `where`(condition, $0.a, $0.b)
    } twin: { v in
      let first = Twin.map(DoubleTensor(condition), v.a) { $0 * $1 }
      let second = Twin.map(DoubleTensor(condition), v.b) { (1 - $0) * $1 }
      return Twin.map(first, second) { $0 + $1 }
    }
  }

  static func prelu(_ shape: Shape, weight: Shape) -> OperationCheck {
    OperationCheck("prelu \(shape), \(weight)", [Operand("x", shape), Operand("weight", weight)]) {
      RAMiTAutograd.prelu($0.x, weight: $0.weight)
    } twin: { v in
      for value in v.x.values { KinkDistance.note(value) }
      return Twin.map(v.x, v.weight) { $0 > 0 ? $0 : $1 * $0 }
    }
  }

  static func power(_ a: Shape, _ b: Shape) -> OperationCheck {
    OperationCheck("power \(a) and \(b)", [Operand("a", a, spread: 0.2, centre: 2), Operand("b", b)]) {
      $0.a.pow($0.b)
    } twin: {
      Twin.map($0.a, $0.b) { Foundation.pow($0, $1) }
    }
  }

  /// Every reduction and choice at sizes that are cut into many pieces of work.
  static let largeReductions: [OperationCheck] =
    Reduced.allCases.flatMap { kind in
      [
        reduction(kind, [3, 90, 91, 12], axes: nil), reduction(kind, [3, 90, 91, 12], axes: [1, 2]),
        reduction(kind, [30, 91, 130], axes: [-1]), reduction(kind, [600, 300], axes: [0]),
      ]
    } + [
      cumulativeSum([20, 91, 130], axis: 1), cumulativeSum([300, 700], axis: -1), choice([3, 90, 91, 12], [12]),
      extremes([20, 91, 130], axis: 1, isLargest: true), prelu([3, 90, 91, 12], weight: [12]),
      power([3, 90, 91, 12], [12]),
    ] + UnaryCase.all.map { $0.check([3, 90, 91, 12]) }
}
