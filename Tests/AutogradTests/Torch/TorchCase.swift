import Foundation
import RAMiTAutograd
import RAMiTSerialization
import RAMiTTensorCore
import RAMiTTestSupport

/// One operation with drawn shapes and arguments, and what PyTorch makes of it: see Fixtures/make_operations.py.
struct TorchCase: Decodable {
  let op: String
  private let key: UInt64
  private let operands: [Drawn]
  private let results: [[Int]]
  private let arguments: [String: TorchArgument]?

  /// Errors of values and gradients, relative to the largest one.
  private static let tolerance: Float = 1e-5

  /// An operand, whose numbers follow from the case's key.
  private struct Drawn: Decodable {
    let shape: Shape
    let spread: Double
    let centre: Double
    let isConstant: Bool

    init(from decoder: Decoder) throws {
      var fields = try decoder.unkeyedContainer()
      shape = Shape(try fields.decode([Int].self))
      spread = try fields.decodeIfPresent(Double.self) ?? 1
      centre = try fields.decodeIfPresent(Double.self) ?? 0
      isConstant = try fields.decodeIfPresent(Int.self) == 1
    }
  }

  /// The number of values that the file holds for the case: the results, and then the gradients.
  private var expectedCount: Int {
    results.reduce(0) { $0 + Shape($1).count }
      + operands.filter { !$0.isConstant }.reduce(0) { $0 + $1.shape.count }
  }

  /// The cases of a family, with the values of each.
  static func read(_ path: String) throws -> [(TorchCase, values: ArraySlice<Float>)] {
    let file = try SafeTensors.read(path)
    let cases = try JSONDecoder().decode([TorchCase].self, from: Data((file.metadata["cases"] ?? "").utf8))
    var rest = (file["values"] ?? Tensor([], [0])).array[...]
    return cases.map { one in
      let values = rest.prefix(one.expectedCount)
      rest = rest.dropFirst(one.expectedCount)
      return (one, values)
    }
  }

  /// What differs from PyTorch; empty when nothing does.
  func faults(_ expected: ArraySlice<Float>, _ operation: TorchOperations.Operation) -> [String] {
    guard expected.count == expectedCount else { return ["\(op): the file ends too early"] }
    let values = operands.enumerated().map { place, operand in
      Self.uniform(key + UInt64(place), operand.shape, spread: operand.spread, centre: operand.centre)
    }
    let gradients = operands.map { Tensor(zeros: $0.shape) }
    let tape = Tape()
    let (outputs, root) = tape.record {
      let variables = operands.indices.map {
        operands[$0].isConstant
          ? Variable(constant: values[$0]) : Variable(leaf: values[$0], gradient: gradients[$0])
      }
      let outputs = operation(variables, TorchArguments(values: arguments ?? [:]))
      let root = Variable(Tensor(0), from: outputs) { [key] _, gradients in
        for (place, output) in outputs.enumerated() {
          gradients.add(Self.uniform(key + 100 + UInt64(place), output.shape, spread: 1, centre: 0), to: output)
        }
      }
      return (outputs, root)
    }
    let shapes = outputs.map(\.shape.dimensions)
    guard shapes == results else { return ["\(description): the results are \(shapes), not \(results)"] }
    tape.backward(from: root)
    var faults: [String] = [], rest = expected
    func compare(_ tensor: Tensor, _ name: String) {
      let error = relativeError(tensor, Tensor(rest.prefix(tensor.count), tensor.shape))
      rest = rest.dropFirst(tensor.count)
      if !(error < Self.tolerance) { faults.append("\(description): \(name) is off by \(error)") }
    }
    for (place, output) in outputs.enumerated() { compare(output.value, "result \(place)") }
    for (place, operand) in operands.enumerated() where !operand.isConstant {
      compare(gradients[place], "the gradient of operand \(place)")
    }
    return faults
  }

  private var description: String {
    "\(op) of \(operands.map { "\($0.shape)" }), \(arguments.map { "\($0)" } ?? "") (key \(key))"
  }

  /// The script's `uniform`: the upper bits of splitmix64, one number a counter.
  private static func uniform(_ key: UInt64, _ shape: Shape, spread: Double, centre: Double) -> Tensor {
    let numbers = (1...UInt64(max(1, shape.count))).prefix(shape.count).map { counter in
      var z = key &* 0xD134_2543_DE82_EF95 &+ counter &* 0x9E37_79B9_7F4A_7C15
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      z ^= z >> 31
      let unit = Double(z >> 40) / Double(1 << 24)
      return Float(spread * (2 * unit - 1) + centre)
    }
    return Tensor(numbers, shape)
  }
}

/// The arguments of an operation, by name.
struct TorchArguments {
  let values: [String: TorchArgument]

  private func argument(_ name: String) -> TorchArgument {
    guard let value = values[name] else { preconditionFailure("the case has no argument \(name)") }
    return value
  }

  func double(_ name: String) -> Double { argument(name).numbers[0] }
  func float(_ name: String) -> Float { Float(double(name)) }
  func int(_ name: String) -> Int { Int(double(name)) }
  func flag(_ name: String) -> Bool { double(name) != 0 }
  func floats(_ name: String) -> [Float] { argument(name).numbers.map { Float($0) } }
  func ints(_ name: String) -> [Int] { argument(name).numbers.map { Int($0) } }
  func text(_ name: String) -> String { argument(name).text }
  func has(_ name: String) -> Bool { values[name] != nil }
}

/// A number, a flag (1 or 0), some numbers, or a word.
struct TorchArgument: Decodable, CustomStringConvertible {
  let numbers: [Double]
  let text: String

  var description: String { text.isEmpty ? "\(numbers)" : text }

  init(from decoder: Decoder) throws {
    let value = try decoder.singleValueContainer()
    text = (try? value.decode(String.self)) ?? ""
    if !text.isEmpty {
      numbers = []
    } else if let flag = try? value.decode(Bool.self) {
      numbers = [flag ? 1 : 0]
    } else if let number = try? value.decode(Double.self) {
      numbers = [number]
    } else {
      numbers = try value.decode([Double].self)
    }
  }
}
