import Foundation
import RAMiTKernels
import RAMiTOperationTestSupport
import Testing

/// Reductions over every choice of axes, and scans along one.
@Suite(.guardedMemory) struct ReductionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let dimensions: [Int]
    let axes: [Int]
    var testDescription: String { "\(dimensions) over \(axes)" }

    var plan: ReductionPlan { ReductionPlan(dimensions, axes: axes) }

    /// The elements that belong to each result.
    var places: [[Int]] {
      var results: [[Int]: Int] = [:], places: [[Int]] = []
      for place in 0..<dimensions.reduce(1, *) {
        let index = Twin.multiIndex(place, dimensions)
        let kept = index.indices.filter { !axes.contains($0) }.map { index[$0] }
        if let result = results[kept] {
          places[result].append(place)
        } else {
          results[kept] = places.count
          places.append([place])
        }
      }
      return places
    }
  }

  static let cases = [
    ([1], [0]), ([37], [0]), ([5, 3], [1]), ([5, 3], [0]), ([4, 100], [1]), ([9, 70], [0]), ([3, 4, 5], [0, 2]),
    ([3, 4, 5], [1]), ([2, 3, 2, 20], [0, 2]), ([2, 3, 2, 20], [1, 3]), ([300, 17], [0]), ([1, 2100], [1]),
    ([33_000], [0]), ([5, 1], []),
  ].map(Case.init)

  @Test(arguments: cases) func reductions(_ size: Case) {
    let plan = size.plan, places = size.places, shape = size.dimensions
    #expect(plan.results == places.count && plan.terms == places[0].count)
    // Some values are equal to their centre.
    let x = DoubleTensor(random("x", shape).values.map { ($0 * 8).rounded() / 8 }, shape), y = random("y", shape)
    let centre = DoubleTensor(random("centre", [places.count]).values.map { $0.rounded() }, [places.count])
    let (first, second, centres) = (GuardedBuffer(x), GuardedBuffer(y), GuardedBuffer(centre))
    func check(_ name: Comment, _ kernel: Reduction, _ term: (_ x: Double, _ y: Double, _ centre: Double) -> Double) {
      let sums = places.enumerated().map { result, places in
        places.reduce(0) { $0 + term(x.values[$1], y.values[$1], centre.values[result]) }
      }
      compare(name, kernel, sums)
    }
    func compare(_ name: Comment, _ kernel: Reduction, _ expected: [Double]) {
      for (accumulate, scale) in [(false, 1), (false, -0.5), (true, 2)] {
        let result = GuardedBuffer(result: places.count, accumulate: accumulate)
        kernel(
          plan, first.pointer, second.pointer, centre: centres.pointer, scale: scale, into: result.pointer,
          accumulate: accumulate)
        result.expect(expected.map { $0 * scale }, ofAtLeast: 1, name)
      }
    }
    check("sum", .sum) { x, _, _ in x }
    check("products", .sumOfProducts) { x, y, _ in x * y }
    check("squares", .sumOfSquares) { x, _, _ in x * x }
    check("magnitudes", .sumOfMagnitudes) { x, _, _ in abs(x) }
    check("deviations", .sumOfSquaredDeviations) { x, _, centre in (x - centre) * (x - centre) }
    check("exponentials", .sumOfExponentials) { x, _, centre in exp(x - centre) }
    check("equal", .countOfEqual) { x, _, centre in x == centre ? 1 : 0 }
    compare("maximum", .maximum, places.map { $0.reduce(-.infinity) { max($0, x.values[$1]) } })
    compare("minimum", .minimum, places.map { $0.reduce(.infinity) { min($0, x.values[$1]) } })
    // One value that is not a number is its result's extreme.
    let wrong = places[places.count / 2][0], result = GuardedBuffer(unwritten: places.count)
    first.pointer[wrong] = .nan
    for kernel in [Reduction.maximum, .minimum] {
      kernel(plan, first.pointer, into: result.pointer)
      #expect(result.values.indices.filter { result.values[$0].isNaN } == [places.count / 2])
    }
  }

  @Test func nothingIsTheIdentity() {
    let plan = ReductionPlan([3, 0], axes: [1]), none = GuardedBuffer([1])
    for (kernel, value) in [(Reduction.sum, 0.0), (.maximum, -.infinity), (.minimum, .infinity)] {
      let result = GuardedBuffer(unwritten: 3)
      kernel(plan, none.pointer, into: result.pointer)
      #expect(result.values == [Float](repeating: Float(value), count: 3))
    }
  }

  @Test(arguments: NormalizationTests.lines) func scans(_ size: NormalizationTests.Lines) {
    let lines = size.lines, x = random("x", size.dimensions), input = GuardedBuffer(x)
    func place(_ outer: Int, _ i: Int, _ inner: Int) -> Int { (outer * lines.size + i) * lines.inner + inner }
    for isReversed in [false, true] {
      var expected = x.values
      for outer in 0..<lines.outer {
        for inner in 0..<lines.inner {
          var total = 0.0
          for step in 0..<lines.size {
            let i = place(outer, isReversed ? lines.size - 1 - step : step, inner)
            total += x.values[i]
            expected[i] = total
          }
        }
      }
      for accumulate in [false, true] {
        let y = GuardedBuffer(result: size.count, accumulate: accumulate)
        lines.cumulativeSum(input.pointer, isReversed: isReversed, into: y.pointer, accumulate: accumulate)
        y.expect(expected)
      }
    }
    for isLargest in [true, false] {
      var found = [Int](repeating: -1, count: lines.outer * lines.inner)
      lines.findExtremes(input.pointer, isLargest: isLargest, into: &found)
      for (line, extreme) in found.enumerated() {
        let values = (0..<lines.size).map { x.values[place(line / lines.inner, $0, line % lines.inner)] }
        #expect(values[extreme] == (isLargest ? values.max() : values.min()))
      }
    }
  }
}
