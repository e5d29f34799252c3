import RAMiTDiagnostics
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore

extension SwinIRConfiguration {
  /// A SwinIR of any size that reconstructs in one step.
  public static var weightRequest: WeightRequest {
    WeightRequest(
      anchors: ["conv_first.weight", "conv_after_body.weight"], modules: modules,
      having: ["layers.0.residual_group.blocks.0.attn."])
  }

  private static let modules: Set<Substring> = [
    "conv_first", "patch_embed", "layers", "norm", "conv_after_body", "upsample", "conv_last",
  ]

  /// From the notes of the file, or from names and shapes alone.
  public static func inferred(
    from tensors: NamedTensors, task: RestorationTask?, path: String
  ) throws -> SwinIRConfiguration {
    if let json = tensors.metadata["model"] { return try SwinIRConfiguration(json: json, path: path) }
    let shapes = InferredShapes(tensors, of: "a SwinIR", path: path)
    let last = tensors["upsample.0.weight"] == nil ? "conv_last.weight" : "upsample.0.weight"
    let (dim, task) = try shapes.ends(first: "conv_first.weight", last: last, given: task)
    var result = SwinIRConfiguration(task: task)
    result.dim = dim
    let blocks = shapes.count { "layers.\($0).residual_group.blocks.0.norm1.weight" }
    result.depths = (0..<blocks).map { block in
      shapes.count { "layers.\(block).residual_group.blocks.\($0).norm1.weight" }
    }
    let table = "residual_group.blocks.0.attn.relative_position_bias_table"
    result.heads = try (0..<blocks).map { try shapes["layers.\($0).\(table)", rank: 2][1] }
    result.window = try shapes.window("layers.0.\(table)")
    let hidden = try shapes["layers.0.residual_group.blocks.0.mlp.fc1.weight", rank: 2][0]
    result.hiddenRatio = InferredShapes.ratio(hidden, to: dim)
    let mask = "layers.0.residual_group.blocks.1.attn_mask"
    if let side = shapes.imageSide(mask: mask, window: result.window) { result.imageSize = side }
    return result
  }
}
