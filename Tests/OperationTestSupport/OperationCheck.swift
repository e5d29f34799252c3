import RAMiTAutograd
import RAMiTTensorCore

/// A tensor that an operation takes, drawn at random.
package struct Operand: Sendable {
  package let name: String
  package let shape: Shape
  /// Values are normal around `centre` with this deviation.
  let spread: Float
  let centre: Float

  package init(_ name: String, _ shape: Shape, spread: Float = 1, centre: Float = 0) {
    self.name = name
    self.shape = shape
    self.spread = spread
    self.centre = centre
  }

  func draw(_ random: inout RandomNumbers) -> Tensor {
    Tensor((0..<shape.count).map { _ in centre + spread * random.normalPair().0 }, shape)
  }
}

/// The operands of a check by their names: `v.weight`, or `v["norm.weight"]`.
@dynamicMemberLookup
package struct Operands<Value> {
  package let names: [String]
  /// In the order of the check.
  package var values: [Value]

  package subscript(name: String) -> Value {
    guard let value = optional(name) else { preconditionFailure("no operand is called \(name), of \(names)") }
    return value
  }

  package subscript(dynamicMember name: String) -> Value { self[name] }

  /// Nil where the check has no such operand.
  package func optional(_ name: String) -> Value? { names.firstIndex(of: name).map { values[$0] } }

  /// Those whose names are this one with a number behind it, in their order.
  package func numbered(_ name: String) -> [Value] {
    zip(names, values).filter { $0.0.hasPrefix(name) && Int($0.0.dropFirst(name.count)) != nil }.map(\.1)
  }
}

extension Operands<Variable> {
  /// A weight and a bias, whose names begin with `name` and a point.
  package func pointwise(_ name: String, groups: Int = 1) -> PointwiseParameters {
    PointwiseParameters(weight: self[name + ".weight"], bias: self[name + ".bias"], groups: groups)
  }
}

extension Operands<DoubleTensor> {
  /// A weight and a bias, whose names begin with `name` and a point.
  package func pointwise(_ name: String, groups: Int = 1) -> Twin.Pointwise {
    Twin.Pointwise(self[name + ".weight"], self[name + ".bias"], groups: groups)
  }
}

/// An operation, held against its twin in double precision: values, and gradients by finite differences of the twin,
/// with respect to every operand and in every way in which the tape may ask for them.
package struct OperationCheck: Sendable, CustomStringConvertible {
  package let description: String
  package let operands: [Operand]
  private let operationByName: @Sendable (Operands<Variable>) -> Variable
  private let twinByName: @Sendable (Operands<DoubleTensor>) -> DoubleTensor

  /// Errors of values, relative to the largest one. Float32 comes to 1e-6 with sharp attention, else to 3e-7.
  static let valueTolerance = 4e-6
  /// Errors of a gradient, relative to its largest value. Float32 comes to 7e-6 in the single number of a logit scale,
  /// to 2.5e-6 in all others; wider, and a term that is wrong by a thousandth goes unseen.
  static let gradientTolerance = 2e-5
  /// Values nearer than this to a kink may round to its other side; other values are drawn then.
  static let kinkMargin = 1e-5
  /// Coordinates of each operand that are tried one by one.
  static let coordinates = 24

  /// - Parameter operands: the first one is the input, which alone may be asked for its gradient.
  package init(
    _ description: String, _ operands: [Operand], operation: @escaping @Sendable (Operands<Variable>) -> Variable,
    twin: @escaping @Sendable (Operands<DoubleTensor>) -> DoubleTensor
  ) {
    self.description = description
    self.operands = operands
    operationByName = operation
    twinByName = twin
  }

  private func named<Value>(_ values: [Value]) -> Operands<Value> {
    Operands(names: operands.map(\.name), values: values)
  }

  func operation(_ values: [Variable]) -> Variable { operationByName(named(values)) }
  package func twin(_ values: [DoubleTensor]) -> DoubleTensor { twinByName(named(values)) }

  /// What is wrong; empty when nothing is.
  package func faults() -> [String] {
    guard let values = drawAwayFromKinks() else {
      return ["every draw has a value within \(Self.kinkMargin) of a kink"]
    }
    let inputs = values.map(DoubleTensor.init)
    let expected = twin(inputs)
    let result = operation(values.map(Variable.init(constant:))).value
    guard result.shape.dimensions == expected.shape else {
      return ["the result is \(result.shape), the twin's \(Shape(expected.shape))"]
    }
    var faults: [String] = []
    let error = relativeDifference(result.array.map(Double.init), expected.values)
    if !(error < Self.valueTolerance) { faults.append("the result is off by \(error)") }

    var random = RandomNumbers(seed: 77, 1)
    let seed = Operand("seed", result.shape).draw(&random)
    let gradients = self.gradients(values, seed: seed)
    faults += differenceFaults(inputs, seed: DoubleTensor(seed), gradients)
    faults += tapeFaults(values, result: result, seed: seed, gradients) + sharingFaults(values, seed: seed)
    return faults
  }

  /// The first draw in which the twin meets no near kink.
  private func drawAwayFromKinks() -> [Tensor]? {
    for attempt in 0..<40 {
      let values = draw(seed: UInt64(attempt))
      let inputs = values.map(DoubleTensor.init)
      if KinkDistance.during({ _ = twin(inputs) }) > Self.kinkMargin { return values }
    }
    return nil
  }

  func draw(seed: UInt64) -> [Tensor] {
    operands.enumerated().map { place, operand in
      var random = RandomNumbers(seed: seed, UInt64(place), 99)
      return operand.draw(&random)
    }
  }

  /// The gradients of seed . result with respect to all operands, as leaves.
  func gradients(_ values: [Tensor], seed: Tensor) -> [Tensor] {
    let gradients = values.map { Tensor(zeros: $0.shape) }
    let tape = Tape()
    let result = tape.record { operation(zip(values, gradients).map { Variable(leaf: $0, gradient: $1) }) }
    tape.backward(from: result, seed: seed)
    return gradients
  }

  /// The shape of the result, of operands with values or of meta tensors.
  package func resultShape(isMeta: Bool) -> Shape {
    let values = draw(seed: 0)
    if !isMeta { return operation(values.map(Variable.init(constant:))).shape }
    return Tensor.withMetaTensors { operation(values.map { Variable(constant: Tensor(zeros: $0.shape)) }).shape }
  }

  /// The bits of the result and of every gradient.
  package func bits() -> [[UInt32]] {
    let values = draw(seed: 0)
    let result = operation(values.map(Variable.init(constant:))).value
    var random = RandomNumbers(seed: 77, 1)
    let seed = Operand("seed", result.shape).draw(&random)
    return ([result] + gradients(values, seed: seed)).map { $0.array.map(\.bitPattern) }
  }

  /// Compares with central differences of the twin: coordinate by coordinate, where an operand is large at random ones,
  /// and along two random directions that move all of its values at once.
  private func differenceFaults(_ inputs: [DoubleTensor], seed: DoubleTensor, _ gradients: [Tensor]) -> [String] {
    var faults: [String] = []
    for (place, operand) in operands.enumerated() {
      let gradient = gradients[place].array.map(Double.init)
      /// The derivative of seed . twin along a direction.
      func difference(along direction: [(coordinate: Int, value: Double)], step: Double) -> Double {
        func projection(_ step: Double) -> Double {
          var moved = inputs
          for (coordinate, value) in direction { moved[place].values[coordinate] += step * value }
          return zip(twin(moved).values, seed.values).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return (projection(step) - projection(-step)) / (2 * step)
      }
      var random = RandomNumbers(seed: 31, UInt64(place))
      let count = operand.shape.count
      let coordinates =
        count <= Self.coordinates ? Array(0..<count) : (0..<Self.coordinates).map { _ in random.below(count) }
      let expected = coordinates.map { difference(along: [($0, 1)], step: 1e-6) }
      let largest = max((gradient + expected).reduce(0) { max($0, abs($1)) }, 1e-6)
      for (coordinate, expected) in zip(coordinates, expected) {
        let error = abs(gradient[coordinate] - expected) / largest
        if !(error < Self.gradientTolerance) {
          faults.append(
            "the gradient of \(operand.name)[\(coordinate)] is \(gradient[coordinate]), by differences \(expected)"
              + ", of at most \(largest)"
          )
        }
      }
      for _ in 0..<2 {
        let direction = (0..<count).map { (coordinate: $0, value: random.below(2) == 0 ? -1.0 : 1.0) }
        let expected = difference(along: direction, step: 1e-7)
        let along = direction.reduce(0) { $0 + $1.value * gradient[$1.coordinate] }
        // Errors of single values add up like a random walk.
        let error = abs(along - expected) / (largest * Double(count).squareRoot())
        if !(error < Self.gradientTolerance) {
          faults.append("the gradient of \(operand.name) along a direction is \(along), by differences \(expected)")
        }
      }
    }
    return faults
  }
}

/// The largest difference, relative to the largest magnitude of `expected`; infinite where one is not a number.
package func relativeDifference(_ values: [Double], _ expected: [Double]) -> Double {
  guard values.count == expected.count else { return .infinity }
  var difference = 0.0, magnitude = 1e-12
  for (value, expected) in zip(values, expected) {
    guard value.isFinite, expected.isFinite else { return .infinity }
    difference = max(difference, abs(value - expected))
    magnitude = max(magnitude, abs(expected))
  }
  return difference / magnitude
}
