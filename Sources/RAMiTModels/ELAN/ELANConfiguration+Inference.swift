import RAMiTDiagnostics
import RAMiTNN
import RAMiTSerialization
import RAMiTTensorCore

extension ELANConfiguration {
  /// An ELAN of any size.
  public static var weightRequest: WeightRequest {
    WeightRequest(
      anchors: ["head.0.weight", "tail.0.weight"], modules: modules,
      having: ["body.0.modules_lfe.lfe_0.conv0.shift_conv.conv1x1.weight"])
  }

  private static let modules: Set<Substring> = ["sub_mean", "add_mean", "head", "body", "tail"]

  /// From the notes of the file, or from names and shapes and the mean that is added. The sides of the windows are in
  /// neither: they are the published ones.
  public static func inferred(
    from tensors: NamedTensors, task: RestorationTask?, path: String
  ) throws -> ELANConfiguration {
    if let json = tensors.metadata["model"] { return try ELANConfiguration(json: json, path: path) }
    let shapes = InferredShapes(tensors, of: "an ELAN", path: path)
    let (dim, task) = try shapes.ends(first: "head.0.weight", last: "tail.0.weight", given: task)
    var result = ELANConfiguration(task: task)
    result.dim = dim
    let convolution = "conv0.shift_conv.conv1x1.weight"
    result.blocks = shapes.count { "body.\($0).modules_lfe.lfe_0.\(convolution)" }
    result.sharing = shapes.count { "body.0.modules_lfe.lfe_\($0).\(convolution)" } - 1
    result.expansion = try shapes["body.0.modules_lfe.lfe_0.\(convolution)", rank: 4][0] / dim
    if let bias = tensors["add_mean.bias"], bias.shape == [3], let white = whitePoint(mean: bias.array[0]) {
      result.rgbRange = white
    }
    return result
  }

  /// The whole-numbered range in which `mean` is the red channel's mean.
  private static func whitePoint(mean: Float) -> Double? {
    let range = (Double(mean) / Double(DIV2K.mean[0])).rounded()
    return range.isFinite && range > 0 ? range : nil
  }
}
