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

  /// What a file must have or may have, and in which shape.
  private var expected: [(name: String, shape: Shape, isOptional: Bool)] {
    parameters.map { ($0.name, $0.fileShape, false) } + buffers.map { ($0.name, $0.shape, $0.isOptional) }
  }

  /// The most names that a message lists for one kind of error; it counts the rest.
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

  /// Loads every parameter and buffer from `tensors`, strictly. Missing, unexpected and misshapen names, and values
  /// that are not finite, are an error that lists the first 20 of each; then nothing is changed.
  /// - Parameters:
  ///   - path: the file they came from, for the message.
  ///   - ignored: names that may be present and are not loaded, in addition to those that the scope ignores.
  public func load(_ tensors: NamedTensors, from path: String, ignoring ignored: (String) -> Bool = { _ in false })
    throws
  {
    try checkShapes(of: tensors, from: path, ignoring: ignored)
    try refuse(
      expected.compactMap { expected in tensors[expected.name]?.nonFiniteValues.map { "\(expected.name): \($0)" } },
      from: path)
    for parameter in parameters { parameter.layout.load(tensors[parameter.name]!, into: parameter.value) }
    for buffer in buffers {
      if let tensor = tensors[buffer.name] { ParameterLayout.plain.load(tensor, into: buffer.value) }
    }
  }

  /// Loads straight from a file: one tensor of it is in memory at a time. When a value is damaged or not finite, other
  /// tensors have been loaded already.
  package func load(_ weights: StoredWeights, ignoring ignored: (String) -> Bool = { _ in false }) throws {
    try checkShapes(of: weights.outline, from: weights.path, ignoring: ignored)
    var spoiled: [String] = []
    func load(_ name: String, _ layout: ParameterLayout, into value: Tensor) throws {
      guard let tensor = try weights.tensor(name) else { return }
      if let values = tensor.nonFiniteValues { return spoiled.append("\(name): \(values)") }
      layout.load(tensor, into: value)
    }
    for parameter in parameters { try load(parameter.name, parameter.layout, into: parameter.value) }
    for buffer in buffers { try load(buffer.name, .plain, into: buffer.value) }
    try refuse(spoiled, from: weights.path)
  }

  /// Refuses tensors of which names are missing, unexpected or misshapen.
  private func checkShapes(
    of tensors: NamedTensors, from path: String, ignoring ignored: (String) -> Bool
  ) throws {
    let expected = expected
    let known = Set(expected.map(\.name))
    let missing = expected.filter { tensors[$0.name] == nil && !$0.isOptional }.map { expected in
      expected.name + (tensors.unreadable[expected.name].map { ": \($0)" } ?? "")
    }
    let unexpected = tensors.names.filter { !known.contains($0) && !ignoredNames.contains($0) && !ignored($0) }
    let misshapen = expected.compactMap { name, shape, _ -> String? in
      guard let tensor = tensors[name], tensor.shape != shape else { return nil }
      return "\(name) \(tensor.shape) for \(shape)"
    }
    let errors = [("missing", missing), ("unexpected", unexpected), ("of another shape", misshapen)]
      .compactMap(Self.description)
    guard errors.isEmpty else {
      throw InputError(
        path, expected: "the model's \(parameters.count) parameters", found: errors.joined(separator: "; "))
    }
  }

  /// Refuses tensors with values that are not finite.
  private func refuse(_ spoiled: [String], from path: String) throws {
    guard let names = Self.description("with values that are not finite", spoiled) else { return }
    throw InputError(path, expected: "finite weights", found: names)
  }

  /// One kind of error, with the names that have it; nil when no name has it.
  private static func description(_ title: String, _ names: [String]) -> String? {
    if names.isEmpty { return nil }
    let listed = names.prefix(listedNames).map { $0.prefix(200) }.joined(separator: ", ")
    let more = names.count > listedNames ? ", and \(names.count - listedNames) more" : ""
    return "\(names.count) \(title) (\(listed)\(more))"
  }
}

extension Tensor {
  /// The number of values that are not finite, by kind, for messages: "1 NaN, 2 infinities of 64 values"; nil when all
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
