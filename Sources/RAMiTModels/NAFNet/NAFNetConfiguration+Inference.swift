import RAMiTNN
import RAMiTSerialization

extension NAFNetConfiguration {
  /// A NAFNet of any size.
  public static var weightRequest: WeightRequest {
    WeightRequest(
      anchors: ["intro.weight", "ending.weight"], modules: modules,
      having: ["intro.weight", "downs.0.weight"])
  }

  private static let modules: Set<Substring> = [
    "intro", "encoders", "downs", "middle_blks", "ups", "decoders", "ending",
  ]

  /// From the notes of the file, or from names and shapes alone.
  public static func inferred(
    from tensors: NamedTensors, task: RestorationTask?, path: String
  ) throws -> NAFNetConfiguration {
    if let json = tensors.metadata["model"] { return try NAFNetConfiguration(json: json, path: path) }
    let shapes = InferredShapes(tensors, of: "a NAFNet", path: path)
    let first = try shapes["intro.weight", rank: 4]
    var result = NAFNetConfiguration(task: try shapes.task(given: task, channels: first[1], scale: 1))
    result.width = first[0]
    let levels = shapes.count { "downs.\($0).weight" }
    func blocks(_ module: String) -> Int { shapes.count { "\(module).\($0).conv1.weight" } }
    result.encoderBlocks = (0..<levels).map { blocks("encoders.\($0)") }
    result.middleBlocks = blocks("middle_blks")
    result.decoderBlocks = (0..<levels).map { blocks("decoders.\($0)") }
    return result
  }
}
