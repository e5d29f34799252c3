import Foundation
import RAMiTKernels
import RAMiTOperationTestSupport
import Testing

/// Functions of two and three tensors' elements, in every pattern of broadcasting.
@Suite(.guardedMemory) struct BroadcastTests {
  struct Shapes: Sendable, CustomTestStringConvertible {
    let a, b: [Int]
    init(_ a: [Int], _ b: [Int]) { (self.a, self.b) = (a, b) }
    var testDescription: String { "\(a) and \(b)" }
    /// Short shapes get axes of one element in front; the result has the larger of each two sizes.
    var result: [Int] { Broadcast.dimensions([a, b])! }
  }

  static let shapes = [
    Shapes([1], [1]), Shapes([17], [17]), Shapes([5, 3], [3]), Shapes([1], [40]), Shapes([3, 1], [1, 20]),
    Shapes([2, 3, 70], [70]), Shapes([2, 3, 5], [2, 1, 5]), Shapes([4, 1, 3, 1], [5, 1, 6]), Shapes([9, 1], [9, 70]),
    Shapes([], [6]), Shapes([1200, 3], [3]),
  ]

  /// The element of an operand that belongs to an element of the result.
  private func element(_ place: Int, of operand: DoubleTensor, _ result: [Int]) -> Double {
    let padded = Array(repeating: 1, count: result.count - operand.shape.count) + operand.shape
    return operand.values[Twin.flatIndex(Twin.multiIndex(place, result), padded)]
  }

  struct Binary: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let kernel: BinaryFunction
    let function: @Sendable (Double, Double) -> Double
  }

  static let functions: [Binary] = [
    Binary(testDescription: "add", kernel: .add) { $0 + $1 },
    Binary(testDescription: "subtract", kernel: .subtract) { $0 - $1 },
    Binary(testDescription: "multiply", kernel: .multiply) { $0 * $1 },
    Binary(testDescription: "divide", kernel: .divide) { $0 / $1 },
    Binary(testDescription: "maximum", kernel: .maximum) { max($0, $1) },
    Binary(testDescription: "minimum", kernel: .minimum) { min($0, $1) },
    Binary(testDescription: "prelu", kernel: .prelu) { $0 > 0 ? $0 : $0 * $1 },
    Binary(testDescription: "power", kernel: .power) { pow($0, $1) },
  ]

  @Test(arguments: functions, shapes) func twoOperands(_ function: Binary, _ shapes: Shapes) {
    let result = shapes.result, count = result.reduce(1, *), isPower = function.testDescription == "power"
    let a = random("a", shapes.a, spread: isPower ? 0.2 : 1, centre: isPower ? 2 : 0)
    let b = random("b", shapes.b, spread: 0.2, centre: function.testDescription == "divide" ? 2 : 0.1)
    let dy = random("dy", result), (first, second, gradient) = (GuardedBuffer(a), GuardedBuffer(b), GuardedBuffer(dy))
    let y = GuardedBuffer(unwritten: count)
    func pair(_ place: Int) -> (Double, Double) { (element(place, of: a, result), element(place, of: b, result)) }
    function.kernel.forward(first.pointer, second.pointer, Broadcast([shapes.a, shapes.b]), into: y.pointer)
    y.expect((0..<count).map { function.function(pair($0).0, pair($0).1) })
    let broadcast = Broadcast([result, shapes.a, shapes.b]), step = 1e-6
    for accumulate in [false, true] {
      let da = GuardedBuffer(result: count, accumulate: accumulate)
      let db = GuardedBuffer(result: count, accumulate: accumulate)
      function.kernel.backward(
        to: .a, dy: gradient.pointer, first.pointer, second.pointer, broadcast, into: da.pointer,
        accumulate: accumulate)
      function.kernel.backward(
        to: .b, dy: gradient.pointer, first.pointer, second.pointer, broadcast, into: db.pointer,
        accumulate: accumulate)
      da.expect(
        (0..<count).map { place in
          let (a, b) = pair(place)
          return dy.values[place] * (function.function(a + step, b) - function.function(a - step, b)) / (2 * step)
        })
      db.expect(
        (0..<count).map { place in
          let (a, b) = pair(place)
          return dy.values[place] * (function.function(a, b + step) - function.function(a, b - step)) / (2 * step)
        })
    }
  }

  struct Ternary: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let kernel: TernaryFunction
    let function: @Sendable (Double, Double, Double) -> Double
  }

  static let ternaryFunctions: [Ternary] = [
    Ternary(testDescription: "choice", kernel: .choice) { $0 != 0 ? $1 : $2 },
    Ternary(testDescription: "scaleAndShift", kernel: .scaleAndShift) { $0 * $1 + $2 },
    Ternary(testDescription: "second", kernel: .second) { _, b, _ in b },
    Ternary(testDescription: "product", kernel: .product) { a, b, _ in a * b },
    Ternary(testDescription: "signed", kernel: .signed) { a, b, _ in a > 0 ? b : a < 0 ? -b : 0 },
    Ternary(testDescription: "whereEqual", kernel: .whereEqual) { $0 == $2 ? $1 : 0 },
    Ternary(testDescription: "deviation", kernel: .deviation) { $1 * ($0 - $2) },
    Ternary(testDescription: "exponential", kernel: .exponential) { $1 * exp($0 - $2) },
  ]

  @Test(arguments: ternaryFunctions, shapes) func threeOperands(_ function: Ternary, _ shapes: Shapes) {
    let result = shapes.result, count = result.reduce(1, *)
    // Whole numbers, some of them 0 and some of them equal.
    let a = rounded(random("a", shapes.a)), b = random("b", shapes.b), c = rounded(random("c", shapes.a))
    let (first, second, third) = (GuardedBuffer(a), GuardedBuffer(b), GuardedBuffer(c))
    for accumulate in [false, true] {
      let y = GuardedBuffer(result: count, accumulate: accumulate)
      function.kernel(
        first.pointer, second.pointer, third.pointer, Broadcast([shapes.a, shapes.b, shapes.a]), into: y.pointer,
        accumulate: accumulate)
      y.expect(
        (0..<count).map {
          function.function(element($0, of: a, result), element($0, of: b, result), element($0, of: c, result))
        })
    }
  }

  @Test(arguments: shapes) func comparisons(_ shapes: Shapes) {
    let result = shapes.result, count = result.reduce(1, *)
    let a = rounded(random("a", shapes.a)), b = rounded(random("b", shapes.b))
    let kernels: [(Comparison, (Double, Double) -> Bool)] = [
      (.greater, { $0 > $1 }), (.greaterOrEqual, { $0 >= $1 }), (.less, { $0 < $1 }), (.lessOrEqual, { $0 <= $1 }),
      (.equal, { $0 == $1 }), (.notEqual, { $0 != $1 }),
    ]
    let (first, second) = (GuardedBuffer(a), GuardedBuffer(b))
    for (number, (kernel, isTrue)) in kernels.enumerated() {
      let y = GuardedBuffer(unwritten: count)
      kernel(first.pointer, second.pointer, Broadcast([shapes.a, shapes.b]), into: y.pointer)
      y.expect(
        (0..<count).map { isTrue(element($0, of: a, result), element($0, of: b, result)) ? 1 : 0 }, within: 0,
        "comparison \(number)")
    }
  }

  @Test func dimensions() {
    #expect(Broadcast.dimensions([[4, 1, 3], [5, 1]]) == [4, 5, 3])
    #expect(Broadcast.dimensions([[], [2]]) == [2])
    #expect(Broadcast.dimensions([[4, 2], [3]]) == nil)
  }

  private func rounded(_ x: DoubleTensor) -> DoubleTensor { DoubleTensor(x.values.map { $0.rounded() }, x.shape) }
}
