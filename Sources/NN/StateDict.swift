import RAMiTDiagnostics
import RAMiTSerialization
import RAMiTTensorCore

extension ParameterStore {
  /// The parameters in the file's layout, under their names, and the buffers.
  public var stateDict: NamedTensors {
    var result = NamedTensors(parameters.map { ($0.name, $0.exported) } + buffers.map { ($0.name, $0.value.copy()) })
    result.int64Names = Set(buffers.filter(\.isInteger).map(\.name))
    return result
  }

  /// What a file must have, what it may be without, and in which shape.
  private var expected: [(name: String, shape: Shape, isOptional: Bool)] {
    parameters.map { ($0.name, $0.fileShape, false) } + buffers.map { ($0.name, $0.shape, $0.isOptional) }
  }

  /// Names of one kind of fault that a message lists; of more, it tells how many there are.
  private static let listedNames = 20

  /// What to look for in a weight file: these parameters' names, with their shapes where several dictionaries have the
  /// names.
  public var request: WeightRequest {
    let shapes = parameters.map { ($0.name, $0.fileShape) }
    let anchors = [shapes.first?.0, shapes.last?.0].compactMap { $0 }
    return WeightRequest(anchors: anchors) { found in
      let fit = shapes.reduce(0) { fit, parameter in
        guard let shape = found.shapes[parameter.0] else { return fit }
        return fit + (shape == parameter.1 ? 2 : 1)
      }
      return fit > 0 ? fit : nil
    }
  }

  /// Loads every parameter and buffer from `tensors`, strictly: missing, unexpected and misshapen names are listed (the
  /// first 20 of each), so are values that are not finite, and nothing is changed then.
  /// - Parameters:
  ///   - path: the file they came from, for the message.
  ///   - ignored: names that may be present and carry nothing to load, beside those that the scope ignores.
  public func load(_ tensors: NamedTensors, from path: String, ignoring ignored: (String) -> Bool = { _ in false })
    throws
  {
    let expected = expected
    let known = Set(expected.map(\.name))
    var faults: [String] = []
    func report(_ title: String, _ names: [String]) {
      if names.isEmpty { return }
      let listed = names.prefix(Self.listedNames).map { $0.prefix(200) }.joined(separator: ", ")
      let more = names.count > Self.listedNames ? ", and \(names.count - Self.listedNames) more" : ""
      faults.append("\(names.count) \(title) (\(listed)\(more))")
    }
    report(
      "missing",
      expected.filter { tensors[$0.name] == nil && !$0.isOptional }.map { expected in
        expected.name + (tensors.unreadable[expected.name].map { ": \($0)" } ?? "")
      })
    report(
      "unexpected", tensors.map(\.name).filter { !known.contains($0) && !ignoredNames.contains($0) && !ignored($0) })
    report(
      "of another shape",
      expected.compactMap { name, shape, _ in
        guard let tensor = tensors[name], tensor.shape != shape else { return nil }
        return "\(name) \(tensor.shape) for \(shape)"
      })
    guard faults.isEmpty else {
      throw InputError(
        path, expected: "the model's \(parameters.count) parameters", found: faults.joined(separator: "; "))
    }
    let spoiled = expected.compactMap { expected in
      tensors[expected.name]?.nonFiniteValues.map { "\(expected.name): \($0)" }
    }
    report("with values that are not finite", spoiled)
    guard faults.isEmpty else {
      throw InputError(path, expected: "finite weights", found: faults.joined(separator: "; "))
    }
    for parameter in parameters { parameter.layout.load(tensors[parameter.name]!, into: parameter.value) }
    for buffer in buffers {
      if let tensor = tensors[buffer.name] { ParameterLayout.plain.load(tensor, into: buffer.value) }
    }
  }
}

extension Tensor {
  /// How many values are not finite, and of which kind, for messages: "1 NaN, 2 infinities of 64 values"; nil when all
  /// are finite.
  fileprivate var nonFiniteValues: String? {
    var nans = 0, infinities = 0
    for i in 0..<count {
      if pointer[i].isNaN { nans += 1 }
      if pointer[i].isInfinite { infinities += 1 }
    }
    let kinds = [
      nans > 0 ? "\(nans) NaN" : nil,
      infinities > 0 ? "\(infinities) \(infinities == 1 ? "infinity" : "infinities")" : nil,
    ]
    guard nans + infinities > 0 else { return nil }
    return kinds.compactMap { $0 }.joined(separator: ", ") + " of \(count) values"
  }
}
