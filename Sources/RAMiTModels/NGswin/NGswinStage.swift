import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// A stage of the encoder, or the decoder: NSTBs at one resolution. Each takes the sum of the previous block's input
/// and output ("within-stage residual connections").
final class NGswinStage {
  private let cascade: Linear?
  private let blocks: [NSTB]
  private let downsampling: PatchMerging?

  /// - Parameters:
  ///   - stage: 0 to 2 in the encoder, 3 for the decoder.
  ///   - cascaded: maps of D channels that come side by side.
  init(_ scope: ParameterScope, _ configuration: NGswinConfiguration, stage: Int, cascaded: Int, downsamples: Bool) {
    let c = configuration
    cascade = cascaded > 1 ? Linear(scope / "across_cascade_proj", inputs: c.dim * cascaded, outputs: c.dim) : nil
    let first = c.depths[..<stage].reduce(0, +)
    // The published decoder is built for half the side, although it runs at the full one.
    let side = c.imageSize >> [0, 1, 2, 1][stage]
    let mask = WindowAttention.shiftMask(height: side, width: side, window: c.window, shift: c.window / 2)
    blocks = (0..<c.depths[stage]).map { index in
      let scope = scope / "blocks" / "\(index)"
      // The attention computes the mask for the size of its input.
      if index % 2 == 1 { _ = scope.buffer("attn_mask", mask, isOptional: true) }
      return NSTB(scope, c, stage: stage, shift: index % 2 == 0 ? 0 : c.window / 2, block: first + index)
    }
    downsampling = downsamples ? PatchMerging(scope / "downsample", dim: c.dim) : nil
  }

  /// - Parameter x: N x H x W x (D times the cascaded maps).
  /// - Returns: the last block's features, N x H x W x D, and the next stage's, N x H/2 x W/2 x D, if there is one.
  func callAsFunction(
    _ x: consuming Variable, context: TrainingContext?
  ) -> (features: Variable, downsampled: Variable?) {
    guard let context, context.checkpointing == .stages else { return run(consume x, context: context) }
    let results = checkpointed([x]) { [self] inputs in
      let (features, downsampled) = run(inputs[0], context: context.with(.blocks))
      return [features] + [downsampled].compactMap { $0 }
    }
    return (results[0], results.count > 1 ? results[1] : nil)
  }

  private func run(
    _ x: consuming Variable, context: TrainingContext?
  ) -> (features: Variable, downsampled: Variable?) {
    var features: Variable
    if let cascade { features = cascade(consume x) } else { features = consume x }
    var input: Variable?
    for block in blocks {
      if let previous = input { features = consume features + previous }
      input = features
      features = block(consume features, context: context)
    }
    guard let downsampling else { return (features, nil) }
    return (features, downsampling(features + input!))
  }
}

/// Patch merging: the four pixels of each 2 x 2 cell side by side, normalised, and projected.
final class PatchMerging {
  private let norm: LayerNorm
  private let reduction: Linear

  init(_ scope: ParameterScope, dim: Int) {
    norm = LayerNorm(scope / "norm", channels: 4 * dim)
    reduction = Linear(
      scope / "reduction", inputs: 4 * dim, outputs: dim, hasBias: false,
      initialWeight: .truncatedNormal(standardDeviation: 0.02))
  }

  /// N x H x W x D to N x H/2 x W/2 x D.
  func callAsFunction(_ x: Variable) -> Variable {
    reduction(recomputing(patchMerging(x)) { [norm] in norm($0) })
  }
}
