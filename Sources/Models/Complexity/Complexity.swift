/// How large a model is and how much arithmetic it takes: trained parameters and Mult-Adds, by component.
public struct Complexity: Equatable, Sendable {
  /// What a component of the model takes.
  public struct Component: Equatable, Sendable {
    /// The first part of its parameters' names in checkpoints.
    public let name: String
    public let parameters: Int
    /// See `MultAdds` for what is counted.
    public let multAdds: Int
  }

  /// In the order of the data.
  public let components: [Component]
  /// The input that the Mult-Adds are of, padded, in pixels.
  public let inputWidth, inputHeight: Int

  public var parameters: Int { components.reduce(0) { $0 + $1.parameters } }
  public var multAdds: Int { components.reduce(0) { $0 + $1.multAdds } }

  /// The longest side of an output that is counted; beyond it the counts of large models would not fit into an integer.
  public static let longestSide = 16384

  /// - Parameters:
  ///   - width, height: of the output; the paper's is 1280 x 720.
  /// - Precondition: sides from the scale to `longestSide`.
  public init(of model: RAMiT, outputWidth width: Int, height: Int) {
    let configuration = model.configuration, (scale, unit) = (configuration.task.scale, configuration.unit)
    let sides = scale...Self.longestSide
    precondition(sides.contains(width) && sides.contains(height), "\(width) x \(height) is not within \(sides)")
    func padded(_ side: Int) -> Int { (side / scale + unit - 1) / unit * unit }
    inputWidth = padded(width)
    inputHeight = padded(height)
    var parameters: [String: Int] = [:]
    for parameter in model.parameters.parameters {
      parameters[String(parameter.name.prefix { $0 != "." }), default: 0] += parameter.shape.count
    }
    components = MultAdds(configuration).components(pixels: inputWidth * inputHeight).map {
      Component(name: $0.name, parameters: parameters[$0.name] ?? 0, multAdds: $0.count)
    }
  }
}
