import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// Restormer: a U-Net of Transformer blocks whose attention is between channels, a refinement at full size, and the
/// input added to the result.
final class Restormer: RestorationModel {
  let architecture: RestormerConfiguration
  let parameters: ParameterStore

  private let patchEmbedding, output: Conv2d
  /// The encoder and the decoder have three levels each.
  private let encoders: [TransformerLevel]
  private let latent: TransformerLevel
  private let decoders: [TransformerLevel]
  private let refinement: TransformerLevel
  /// From a level to the next one below, and back.
  private let downs, ups: [Conv2d]
  /// Halve the channels of a level and of its skip connection side by side; none at full size, which keeps both.
  private let reductions: [Conv2d?]

  /// - Precondition: `configuration.validationError` is nil.
  init(_ configuration: RestormerConfiguration, scope: ParameterScope) {
    require(configuration.validationError == nil, configuration.validationError ?? "")
    architecture = configuration
    let c = configuration, channels = c.task.channels
    func level(_ name: String, level: Int, channels: Int? = nil, blocks: Int? = nil) -> TransformerLevel {
      TransformerLevel(
        scope / name, c, channels: channels ?? c.channels(level), heads: c.heads[level],
        blocks: blocks ?? c.blocks[level])
    }
    func convolution(_ name: String, _ inputs: Int, _ outputs: Int) -> Conv2d {
      Conv2d(scope / name / "body" / "0", inputs: inputs, outputs: outputs, kernelSize: 3, padding: 1, hasBias: false)
    }
    patchEmbedding = Conv2d(
      scope / "patch_embed" / "proj", inputs: channels, outputs: c.dim, kernelSize: 3, padding: 1, hasBias: false)
    encoders = (0..<3).map { level("encoder_level\($0 + 1)", level: $0) }
    downs = (0..<3).map { convolution("down\($0 + 1)_\($0 + 2)", c.channels($0), c.channels($0) / 2) }
    latent = level("latent", level: 3)
    ups = (0..<3).map { convolution("up\($0 + 2)_\($0 + 1)", c.channels($0 + 1), 2 * c.channels($0 + 1)) }
    reductions = (0..<3).map { level in
      guard level > 0 else { return nil }
      return Conv2d(
        scope / "reduce_chan_level\(level + 1)", inputs: 2 * c.channels(level), outputs: c.channels(level),
        kernelSize: 1, hasBias: c.bias)
    }
    let full = c.channels(1)
    decoders = (0..<3).map { level("decoder_level\($0 + 1)", level: $0, channels: $0 == 0 ? full : nil) }
    refinement = level("refinement", level: 0, channels: full, blocks: c.refinementBlocks)
    output = Conv2d(
      scope / "output", inputs: full, outputs: channels, kernelSize: 3, padding: 1, hasBias: c.bias)
    parameters = ParameterStore(scope)
  }

  var sizeMultiple: Int { 8 }

  /// The published evaluation reflects the image.
  var padding: ImagePadding { ImagePadding(multiple: sizeMultiple, mode: .reflect) }

  /// Restores images; see `RestorationModel`. Sides that are not multiples of 8 are extended by reflection.
  func callAsFunction(
    _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable {
    func observed(_ component: String, _ x: consuming Variable) -> Variable {
      observe(component, x)
      return x
    }
    let input = padding.padded(images)
    var x = observed("patch_embed", patchEmbedding(input))
    var skips: [Variable] = []
    for level in 0..<3 {
      let features = observed("encoder_level\(level + 1)", encoders[level](consume x, context: context))
      x = observed("down\(level + 1)_\(level + 2)", pixelUnshuffle(downs[level](features), 2))
      skips.append(consume features)
    }
    x = observed("latent", latent(consume x, context: context))
    for level in (0..<3).reversed() {
      x = observed("up\(level + 2)_\(level + 1)", pixelShuffle(ups[level](consume x), 2))
      x = concatenate([consume x, skips.removeLast()], axis: -1)
      if let reduction = reductions[level] {
        x = observed("reduce_chan_level\(level + 1)", reduction(consume x))
      }
      x = observed("decoder_level\(level + 1)", decoders[level](consume x, context: context))
    }
    x = observed("refinement", refinement(consume x, context: context))
    return observed("output", output(consume x) + input).cropped(height: images.shape[1], width: images.shape[2])
  }
}

extension Restormer {
  /// The published count has the convolutions alone: it lacks the attention's two products, 2 H W C^2 / heads, and
  /// the two norms of a block, 2 H W C.
  func multAddCorrections(width: Int, height: Int) -> [(component: String, multAdds: Int)] {
    let c = architecture
    func part(_ name: String, level: Int, channels: Int, blocks: Int) -> (component: String, multAdds: Int) {
      let values = (width >> level) * (height >> level) * channels
      return (name, -blocks * 2 * values * (channels / c.heads[level] + 1))
    }
    let full = c.channels(1)
    return (0..<3).map { part("encoder_level\($0 + 1)", level: $0, channels: c.channels($0), blocks: c.blocks[$0]) }
      + [part("latent", level: 3, channels: c.channels(3), blocks: c.blocks[3])]
      + (0..<3).map {
        part("decoder_level\($0 + 1)", level: $0, channels: $0 == 0 ? full : c.channels($0), blocks: c.blocks[$0])
      } + [part("refinement", level: 0, channels: full, blocks: c.refinementBlocks)]
  }
}
