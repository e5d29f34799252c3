import Diagnostics
import Serialization
import TensorCore

extension ParameterStore {
  /// The parameters in the file's layout, under their names.
  public var stateDict: NamedTensors {
    NamedTensors(parameters.map { ($0.name, $0.exported) })
  }

  /// Names of one kind of fault that a message lists; of more, it tells how many there are.
  private static let listedNames = 20

  /// Loads every parameter from `tensors`, strictly: missing, unexpected and misshapen names are listed (the first 20 of each),
  /// and nothing is changed then.
  /// - Parameters:
  ///   - path: the file they came from, for the message.
  ///   - ignored: names that may be present and carry nothing to load (PyTorch's buffers).
  public func load(_ tensors: NamedTensors, from path: String, ignoring ignored: (String) -> Bool = { _ in false })
    throws
  {
    let known = Set(parameters.map(\.name))
    var faults: [String] = []
    func report(_ title: String, _ names: [String]) {
      if names.isEmpty { return }
      let listed = names.prefix(Self.listedNames).map { $0.prefix(200) }.joined(separator: ", ")
      let more = names.count > Self.listedNames ? ", and \(names.count - Self.listedNames) more" : ""
      faults.append("\(names.count) \(title) (\(listed)\(more))")
    }
    report("missing", parameters.filter { tensors[$0.name] == nil }.map(\.name))
    report("unexpected", tensors.map(\.name).filter { !known.contains($0) && !ignored($0) })
    report(
      "of another shape",
      parameters.compactMap { parameter in
        guard let tensor = tensors[parameter.name], tensor.shape != parameter.fileShape else { return nil }
        return "\(parameter.name) \(tensor.shape) for \(parameter.fileShape)"
      })
    guard faults.isEmpty else {
      throw InputError(
        path, expected: "the model's \(parameters.count) parameters", found: faults.joined(separator: "; "))
    }
    for parameter in parameters { parameter.layout.load(tensors[parameter.name]!, into: parameter.value) }
  }
}
