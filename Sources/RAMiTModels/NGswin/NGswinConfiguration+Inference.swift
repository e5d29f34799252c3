import RAMiTDiagnostics
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore

extension NGswinConfiguration {
  /// An NGswin of any size.
  public static var weightRequest: WeightRequest {
    WeightRequest(
      anchors: ["shallow_extract.conv1.weight", "to_target.to_origin.weight"], modules: modules,
      having: ["shallow_extract.conv1.weight"])
  }

  private static let modules: Set<Substring> = [
    "shallow_extract", "encoder_layer1", "encoder_layer2", "encoder_layer3", "bottleneck", "decoder_layer1", "norm",
    "to_target",
  ]

  /// From the notes of the file, or from names and shapes alone.
  public static func inferred(
    from tensors: NamedTensors, task: RestorationTask?, path: String
  ) throws -> NGswinConfiguration {
    if let json = tensors.metadata["model"] { return try NGswinConfiguration(json: json, path: path) }
    let shapes = InferredShapes(tensors, of: "an NGswin", path: path)
    let (dim, task) = try shapes.ends(
      first: "shallow_extract.conv1.weight", last: "to_target.before_shuffle.weight", given: task)
    var result = NGswinConfiguration(task: task)
    result.dim = dim
    let stages = ["encoder_layer1", "encoder_layer2", "encoder_layer3", "decoder_layer1"]
    result.depths = stages.map { stage in shapes.count { "\(stage).blocks.\($0).norm1.weight" } }
    let table = "relative_position_bias_table"
    result.heads = try stages.map { try shapes["\($0).blocks.0.attn.\(table)", rank: 2][1] }
    result.ngrams = try stages.map {
      try shapes.window("\($0).blocks.0.ngram_window_partition.ngram_context.ngram_attn.\(table)")
    }
    result.window = try shapes.window("encoder_layer1.blocks.0.attn.\(table)")
    result.hiddenRatio = InferredShapes.ratio(
      try shapes["encoder_layer1.blocks.0.ffn.fc1.weight", rank: 2][0], to: dim)
    if let side = shapes.imageSide(mask: "encoder_layer1.blocks.1.attn_mask", window: result.window) {
      result.imageSize = side
    }
    return result
  }
}
