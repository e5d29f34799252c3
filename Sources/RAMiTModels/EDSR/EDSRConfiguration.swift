import RAMiTNN
import RAMiTSerialization

/// What defines an EDSR (Lim et al., "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPR
/// workshops 2017); by default the baseline.
public struct EDSRConfiguration: RestorationArchitecture {
  /// x2, x3 or x4.
  public var task: RestorationTask
  /// Channels of a feature map.
  public var features = 64
  /// Residual blocks.
  public var blocks = 16
  /// What a residual branch is multiplied with; the paper's largest model, of 256 channels and 32 blocks, has 0.1.
  public var residualScale: Float = 1

  /// EDSR-baseline.
  public init(task: RestorationTask) { self.task = task }

  /// At most 4096 features and 99 blocks.
  public var validationError: String? {
    check(task.isSuperResolution, "task must be one of x2, x3 and x4 for an EDSR, not \(task)")
      ?? check((1...4096).contains(features), "features must be 1 to 4096, not \(features)")
      ?? check((1...99).contains(blocks), "blocks must be 1 to 99, not \(blocks)")
      ?? check(residualScale > 0 && residualScale <= 1, "residualScale must be in (0, 1], not \(residualScale)")
  }

  /// A model whose parameters have the names of the published weights.
  public func makeModel(_ scope: ParameterScope) -> any RestorationModel { EDSR(self, scope: scope) }

  /// One family, whose model is the baseline.
  public static var families: [ArchitectureFamily] { [ArchitectureFamily("EDSR", models: ["EDSR-baseline"])] }
}

extension EDSRConfiguration {
  /// An EDSR of any size.
  public static var weightRequest: WeightRequest {
    WeightRequest(
      anchors: ["head.0.weight", "body.0.body.0.weight"], modules: modules,
      having: ["body.0.body.0.weight", "tail.0.0.weight"])
  }

  private static let modules: Set<Substring> = ["head", "body", "tail"]

  /// From the notes of the file, or from names and shapes alone. They do not tell the residual scale; it is 0.1 for
  /// models of at least 256 channels, as the published ones have it.
  public static func inferred(
    from tensors: NamedTensors, task: RestorationTask?, path: String
  ) throws -> EDSRConfiguration {
    if let json = tensors.metadata["model"] { return try EDSRConfiguration(json: json, path: path) }
    let shapes = InferredShapes(tensors, of: "an EDSR", path: path)
    let first = try shapes["head.0.weight", rank: 4]
    let (features, channels) = (first[0], first[1])
    // One step by 2 or 3, or two steps by 2; three give a scale that no task has.
    let enlarged = try shapes["tail.0.0.weight", rank: 4][0] / features
    let step = try shapes.scale(channels: channels, outputs: channels * enlarged)
    let steps = min(3, shapes.count { "tail.0.\(2 * $0).weight" })
    let scale = (0..<steps).reduce(1) { scale, _ in scale * step }
    var result = EDSRConfiguration(task: try shapes.task(given: task, channels: channels, scale: scale))
    result.features = features
    result.blocks = shapes.count { "body.\($0).body.0.weight" }
    if features >= 256 { result.residualScale = 0.1 }
    return result
  }
}
