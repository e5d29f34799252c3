import RAMiTOperationTestSupport
import RAMiTTensorCore

/// Normal numbers that single precision holds exactly; the name of an operand makes them its own.
func random(_ name: String, _ shape: [Int], spread: Double = 1, centre: Double = 0) -> DoubleTensor {
  let seed = name.utf8.reduce(UInt64(shape.count)) { $0 &* 31 &+ UInt64($1) }
  var random = RandomNumbers(seed: seed)
  let count = shape.reduce(1, *)
  return DoubleTensor((0..<count).map { _ in Double(Float(centre + spread * Double(random.normalPair().0))) }, shape)
}

/// The gradients of the sum of `seed` times `function` with respect to each argument, by central differences.
func gradients(
  of function: ([DoubleTensor]) -> DoubleTensor, at arguments: [DoubleTensor], seed: DoubleTensor
) -> [[Double]] {
  let step = 1e-6
  func projection(_ arguments: [DoubleTensor]) -> Double {
    zip(function(arguments).values, seed.values).reduce(0) { $0 + $1.0 * $1.1 }
  }
  return arguments.indices.map { argument in
    arguments[argument].values.indices.map { place in
      var moved = arguments
      moved[argument].values[place] += step
      let above = projection(moved)
      moved[argument].values[place] -= 2 * step
      return (above - projection(moved)) / (2 * step)
    }
  }
}

/// A linear function by its terms: each adds an element of x times a weight to an element of y.
struct LinearTerms {
  let inputs, outputs: Int
  private var terms: [(from: Int, to: Int, weight: Double)] = []

  init(inputs: Int, outputs: Int) { (self.inputs, self.outputs) = (inputs, outputs) }

  mutating func add(_ from: Int, to: Int, weight: Double = 1) { terms.append((from, to, weight)) }

  func callAsFunction(_ x: DoubleTensor) -> [Double] {
    var y = [Double](repeating: 0, count: outputs)
    for term in terms { y[term.to] += term.weight * x.values[term.from] }
    return y
  }

  /// The gradient of x from that of y.
  func transposed(_ dy: DoubleTensor) -> [Double] {
    var dx = [Double](repeating: 0, count: inputs)
    for term in terms { dx[term.from] += term.weight * dy.values[term.to] }
    return dx
  }
}

/// A function that is linear in x and in a weight, by its terms.
struct BilinearTerms {
  let inputs, weights, outputs: Int
  private var terms: [(x: Int, weight: Int, y: Int)] = []

  init(inputs: Int, weights: Int, outputs: Int) {
    (self.inputs, self.weights, self.outputs) = (inputs, weights, outputs)
  }

  mutating func add(x: Int, weight: Int, y: Int) { terms.append((x, weight, y)) }

  func callAsFunction(_ x: DoubleTensor, _ weight: DoubleTensor) -> [Double] {
    var y = [Double](repeating: 0, count: outputs)
    for term in terms { y[term.y] += x.values[term.x] * weight.values[term.weight] }
    return y
  }

  func inputGradient(_ dy: DoubleTensor, _ weight: DoubleTensor) -> [Double] {
    var dx = [Double](repeating: 0, count: inputs)
    for term in terms { dx[term.x] += dy.values[term.y] * weight.values[term.weight] }
    return dx
  }

  func weightGradient(_ dy: DoubleTensor, _ x: DoubleTensor) -> [Double] {
    var dw = [Double](repeating: 0, count: weights)
    for term in terms { dw[term.weight] += dy.values[term.y] * x.values[term.x] }
    return dw
  }
}

/// The sums of the columns.
func columnSums(_ x: DoubleTensor) -> [Double] {
  var sums = [Double](repeating: 0, count: x.channels)
  for (place, value) in x.values.enumerated() { sums[place % x.channels] += value }
  return sums
}
