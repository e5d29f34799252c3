import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// How large a model is and how much arithmetic it takes: trained parameters and Mult-Adds, by component.
///
/// Nothing is computed: the model is built of meta tensors, and the multiply-adds are those that its operations report
/// during a forward pass. One multiplication with its addition counts one. Where a paper counts otherwise, the model
/// says so (`RestorationModel.multAddCorrections`).
public struct Complexity: Equatable, Sendable {
  /// What a component of the model takes.
  public struct Component: Encodable, Equatable, Sendable {
    /// The first part of its parameters' names in checkpoints.
    public let name: String
    /// Trained values, and Mult-Adds for one input.
    public let parameters, multAdds: Int
  }

  /// In the order of the data.
  public let components: [Component]
  /// The sides of the counted input, in pixels: padded unless the model's paper counts otherwise.
  public let inputWidth, inputHeight: Int

  /// Trained values of the whole model.
  public var parameters: Int { components.reduce(0) { $0 + $1.parameters } }
  /// Mult-Adds of the whole model for one input.
  public var multAdds: Int { components.reduce(0) { $0 + $1.multAdds } }

  /// The longest side of an output that is counted.
  public static let longestSide = 16384

  /// Whether the Mult-Adds for an output of a size fit into an integer: those of the largest models do not for a large
  /// one. No parameter is used more than once a pixel, and attention takes less than 2^62 at the longest sides.
  public static func fits(_ architecture: some RestorationArchitecture, outputWidth width: Int, height: Int) -> Bool {
    let parameters = Tensor.withMetaTensors {
      architecture.makeModel(ParameterScope(seed: nil)).parameters.parameters.reduce(0) { $0 + $1.shape.count }
    }
    return Double(parameters) * Double(width) * Double(height) < 0x1p61
  }

  /// Counts for the input that gives an output of a size: the output's divided by the scale, rounded down, and padded
  /// (`countedSide`).
  /// - Parameters:
  ///   - width: the output's width; 1280 in the papers.
  ///   - height: the output's height; 720 in the papers.
  /// - Precondition: sides from the scale to `longestSide`; `architecture.validationError` is nil; the count `fits`.
  public init(of architecture: some RestorationArchitecture, outputWidth width: Int, height: Int) {
    let task = architecture.task, sides = task.scale...Self.longestSide
    require(sides.contains(width) && sides.contains(height), "\(width) x \(height) is not within \(sides)")
    (components, inputWidth, inputHeight) = Tensor.withMetaTensors {
      let model = architecture.makeModel(ParameterScope(seed: nil))
      let inputWidth = model.countedSide(width / task.scale), inputHeight = model.countedSide(height / task.scale)
      var counts = ComponentCounts()
      for (name, count) in Self.forwardPass(of: model, width: inputWidth, height: inputHeight) {
        counts.add(multAdds: count, to: name)
      }
      for (name, count) in model.multAddCorrections(width: inputWidth, height: inputHeight) {
        counts.add(multAdds: count, to: name)
      }
      for parameter in model.parameters.parameters {
        counts.add(parameters: parameter.shape.count, to: String(parameter.name.prefix { $0 != "." }))
      }
      return (counts.components, inputWidth, inputHeight)
    }
  }

  /// The multiply-adds that the operations of a model do for one image.
  /// - Parameters:
  ///   - width: the input's width, a multiple of the model's `sizeMultiple`.
  ///   - height: the input's height, likewise.
  package static func multiplyAdds(of architecture: some RestorationArchitecture, width: Int, height: Int) -> Int {
    Tensor.withMetaTensors {
      let model = architecture.makeModel(ParameterScope(seed: nil))
      return forwardPass(of: model, width: width, height: height).reduce(0) { $0 + $1.1 }
    }
  }

  /// The multiply-adds that operations report, up to each component's result; those after the last one count for it.
  private static func forwardPass(of model: any RestorationModel, width: Int, height: Int) -> [(String, Int)] {
    let image = Variable(constant: Tensor(zeros: [1, height, width, model.task.channels]))
    let profiler = Profiler()
    var counts: [(name: String, multAdds: Int)] = [], counted = 0
    profiler.run {
      _ = model(image, context: nil) { component, _ in
        counts.append((component, profiler.multiplyAdds - counted))
        counted = profiler.multiplyAdds
      }
    }
    if !counts.isEmpty { counts[counts.count - 1].multAdds += profiler.multiplyAdds - counted }
    return counts
  }
}

/// What components take, in the order in which they are seen.
private struct ComponentCounts {
  private var names: [String] = []
  private var parameters: [String: Int] = [:], multAdds: [String: Int] = [:]

  mutating func add(parameters count: Int = 0, multAdds operations: Int = 0, to name: String) {
    if parameters[name] == nil { names.append(name) }
    parameters[name, default: 0] += count
    multAdds[name, default: 0] += operations
  }

  var components: [Complexity.Component] {
    names.map { Complexity.Component(name: $0, parameters: parameters[$0]!, multAdds: multAdds[$0]!) }
  }
}
