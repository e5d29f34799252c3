import RAMiTNN
import RAMiTSerialization

extension RestormerConfiguration {
  /// A Restormer of any size.
  public static var weightRequest: WeightRequest {
    WeightRequest(
      anchors: ["patch_embed.proj.weight", "reduce_chan_level2.weight"], modules: modules,
      having: ["patch_embed.proj.weight", "latent.0.attn.temperature"])
  }

  private static let modules: Set<Substring> = [
    "patch_embed", "encoder_level1", "encoder_level2", "encoder_level3", "down1_2", "down2_3", "down3_4", "latent",
    "up4_3", "up3_2", "up2_1", "reduce_chan_level2", "reduce_chan_level3", "decoder_level1", "decoder_level2",
    "decoder_level3", "refinement", "output",
  ]

  /// From the notes of the file, or from names and shapes alone.
  public static func inferred(
    from tensors: NamedTensors, task: RestorationTask?, path: String
  ) throws -> RestormerConfiguration {
    if let json = tensors.metadata["model"] { return try RestormerConfiguration(json: json, path: path) }
    let shapes = InferredShapes(tensors, of: "a Restormer", path: path)
    let first = try shapes["patch_embed.proj.weight", rank: 4]
    var result = RestormerConfiguration(task: try shapes.task(given: task, channels: first[1], scale: 1))
    result.dim = first[0]
    let levels = ["encoder_level1", "encoder_level2", "encoder_level3", "latent"]
    func blocks(_ module: String) -> Int { shapes.count { "\(module).\($0).norm1.body.weight" } }
    result.blocks = levels.map(blocks)
    result.refinementBlocks = blocks("refinement")
    result.heads = try levels.map { try shapes["\($0).0.attn.temperature", rank: 3][0] }
    result.bias = tensors["latent.0.attn.qkv.bias"] != nil
    result.norm = tensors["latent.0.norm1.body.bias"] == nil ? .biasFree : .withBias
    // Hidden channels are rounded down at each level; the largest ratio gives all of them.
    let hidden = try levels.map { try shapes["\($0).0.ffn.project_out.weight", rank: 4][1] }
    func fits(_ ratio: Double) -> Bool {
      hidden.enumerated().allSatisfy { Int(Double(result.channels($0)) * ratio) == $1 }
    }
    if !fits(result.hiddenRatio) {
      result.hiddenRatio = hidden.enumerated().map { InferredShapes.ratio($1, to: result.channels($0)) }.max()!
    }
    return result
  }
}
