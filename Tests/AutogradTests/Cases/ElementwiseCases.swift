import RAMiTAutograd
import RAMiTOperationTestSupport
import RAMiTTensorCore

extension OperationCheck {
  /// Functions of two operands.
  enum Arithmetic: String, CaseIterable {
    case add, subtract, multiply, divide, maximum, minimum
  }

  /// a and b, broadcast. Divisors stay away from 0.
  static func arithmetic(_ function: Arithmetic, _ a: Shape, _ b: Shape) -> OperationCheck {
    let second = function == .divide ? Operand("b", b, spread: 0.2, centre: 2) : Operand("b", b)
    return OperationCheck("\(function) \(a) and \(b)", [Operand("a", a), second]) { v in
      switch function {
      case .add: v.a + v.b
      case .subtract: v.a - v.b
      case .multiply: v.a * v.b
      case .divide: v.a / v.b
      case .maximum: maximum(v.a, v.b)
      case .minimum: minimum(v.a, v.b)
      }
    } twin: { v in
      Twin.map(v.a, v.b, hasKinkAtTie: [.maximum, .minimum].contains(function)) { a, b in
        switch function {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .maximum: max(a, b)
        case .minimum: min(a, b)
        }
      }
    }
  }

  /// Arithmetic with a number, by what it does.
  static func withNumber(_ shape: Shape) -> [OperationCheck] {
    let cases: [(String, @Sendable (Variable) -> Variable, @Sendable (Double) -> Double)] = [
      ("x + 3", { $0 + 3 }, { $0 + 3 }), ("3 + x", { 3 + $0 }, { 3 + $0 }), ("x - 3", { $0 - 3 }, { $0 - 3 }),
      ("3 - x", { 3 - $0 }, { 3 - $0 }), ("x * 3", { $0 * 3 }, { $0 * 3 }), ("-3 * x", { -3 * $0 }, { -3 * $0 }),
      ("x / 3", { $0 / 3 }, { $0 / 3 }), ("3 / x", { 3 / $0 }, { 3 / $0 }), ("-x", { -$0 }, { -$0 }),
    ]
    return cases.map { name, operation, function in
      OperationCheck("\(name), \(shape)", [Operand("x", shape, spread: 0.2, centre: 2)]) {
        operation($0.x)
      } twin: {
        Twin.map($0.x, function)
      }
    }
  }

  /// Every elementwise operation at sizes that are cut into many pieces of work, and in every pattern of broadcasting.
  static let largeElementwise: [OperationCheck] =
    Arithmetic.allCases.map { arithmetic($0, [3, 90, 91, 12], [12]) } + [
      arithmetic(.multiply, [3, 90, 91, 12], [3, 90, 91, 12]), arithmetic(.divide, [3, 1, 1, 12], [3, 90, 91, 12]),
      arithmetic(.multiply, [3, 90, 91, 80], [80]), arithmetic(.add, [3, 1, 1, 1], [3, 90, 91, 12]),
      arithmetic(.multiply, [3, 90, 91, 12], [3, 90, 91, 1]), arithmetic(.multiply, [300, 1, 1], [1, 20, 21]),
      arithmetic(.multiply, [40, 1, 41, 5], [40, 50, 1, 5]),
    ] + withNumber([3, 90, 91, 12])
}
