import RAMiTDiagnostics
import RAMiTNN
import RAMiTTensorCore

/// What a step did.
enum StepResult: Equatable {
  case taken(loss: Double)
  /// Nothing, because of this value.
  case skipped(NonFiniteValue)
}

/// The losses of one rank's parts of a batch: each in proportion to its share.
struct PartLosses: Codable {
  var values: [Double] = []
  /// Why the rank has computed no more parts.
  var notFinite: NonFiniteValue?
}

/// The first value of a step that is not finite.
struct NonFiniteValue: Error, Codable, Equatable, CustomStringConvertible {
  /// For messages: what a step needs, and what was found in its place.
  let expected, found: String
  /// The same in words that stand alone.
  let description: String
  /// Whether the next step cannot do better: a parameter is not finite.
  let isLasting: Bool

  func error(_ location: String) -> InputError {
    InputError(location, expected: "\(expected) (\(Self.advice))", found: found)
  }

  static var advice: String {
    "a lower learning rate may help: --resume --allow-changes --set schedule.learningRate=NUMBER"
  }

  /// A loss; it names the first tensor of the forward pass that is not finite.
  static func loss(_ loss: Double, input: Tensor, output: Tensor, _ parameters: ParameterStore) -> NonFiniteValue {
    let parameter = input.isFinite ? parameters.firstNotFinite(in: parameters.values) : nil
    let source: String
    if !input.isFinite {
      source = " from an input that is not finite"
    } else if let parameter {
      source = " from \(parameter), which is not finite"
    } else if !output.isFinite {
      source = " from an output that is not finite"
    } else {
      source = ""
    }
    // The sign of a NaN tells nothing.
    let found = (loss.isNaN ? "nan" : "\(loss)") + source
    return NonFiniteValue(
      expected: "a finite loss", found: found, description: "a loss of \(found)", isLasting: parameter != nil)
  }

  /// The gradient of a parameter; nil where each of them is finite, and their norm is not.
  static func gradient(_ parameter: String?) -> NonFiniteValue {
    let found = parameter.map { "a gradient of \($0) that is not finite" } ?? "a norm that is not finite"
    let description = parameter == nil ? "a norm of the gradients that is not finite" : found
    return NonFiniteValue(expected: "finite gradients", found: found, description: description, isLasting: false)
  }
}

extension TrainStep {
  /// A checkpoint that is not finite would replace one that is.
  /// - Throws: `InputError` that names the first tensor of parameters or moments that is not.
  func refuseNonFiniteValues(location: String) throws {
    let parameters = model.parameters
    func refuse(_ what: String, in name: String) throws {
      throw InputError(
        location, expected: "\(what) (\(NonFiniteValue.advice))", found: "values that are not finite in \(name)")
    }
    if let buffer = parameters.buffers.first(where: { !$0.value.isFinite }) {
      try refuse("finite buffers", in: buffer.name)
    }
    let tensors = [(parameters.values, "")] + optimizer.state.map { ($0.values, "\($0.title) of ") }
    for (tensor, title) in tensors + (average.map { [($0.values, "the average of ")] } ?? []) {
      if let name = parameters.firstNotFinite(in: tensor) {
        try refuse("finite weights and moments", in: title + name)
      }
    }
  }
}

extension Tensor {
  fileprivate var isFinite: Bool {
    UnsafeBufferPointer(start: pointer, count: count).allSatisfy(\.isFinite)
  }
}

extension ParameterStore {
  /// The name of the first parameter that is not finite in a vector over all parameters.
  func firstNotFinite(in tensor: Tensor) -> String? {
    zip(parameters, ranges).first { !tensor.slice($0.1).isFinite }?.0.name
  }
}
