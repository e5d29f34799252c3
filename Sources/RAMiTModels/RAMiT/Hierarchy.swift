import RAMiTAutograd
import RAMiTNN

/// Halves the resolution and keeps the channels (Sec. 3.1): patch merging with MobiVari for the projection.
package struct Downsizing: FusedLayer {
  private let norm: LayerNorm
  private let reduction: MobiVariLayer

  package init(_ scope: ParameterScope, _ configuration: RAMiTConfiguration) {
    let dim = configuration.dim
    norm = LayerNorm(scope / "norm" / "norm", channels: 4 * dim)
    reduction = MobiVariLayer(
      scope / "reduction", configuration.mobivari, width: configuration.mobivari.width, inputs: 4 * dim, outputs: dim)
  }

  /// N x H x W x C to N x H/2 x W/2 x C.
  package func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    reduction(recomputing(patchMerging(x)) { [norm] in norm($0) })
  }

  package func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    reduction.composed(norm(patchMerging(x)), context: context)
  }
}

/// The SCDP bottleneck (Fig. 2d; Choi et al., NGswin): the shallow features, pooled to each stage's resolution, are
/// added to the stage's output, shuffled to full resolution, and mixed.
package struct Bottleneck {
  private let mix: MobiVariLayer
  private let norm: LayerNorm

  package init(_ scope: ParameterScope, _ configuration: RAMiTConfiguration) {
    let dim = configuration.dim
    mix = MobiVariLayer(
      scope / "mobivari", configuration.mobivari, width: configuration.wide, inputs: dim + dim / 4 + dim / 16,
      outputs: dim)
    norm = LayerNorm(scope / "norm" / "norm", channels: dim)
  }

  /// - Parameters:
  ///   - shallow: N x H x W x C.
  ///   - stages: N x H/2^i x W/2^i x C for i = 0, 1, 2.
  /// - Returns: N x H x W x C.
  package func callAsFunction(_ shallow: Variable, _ stages: consuming [Variable]) -> Variable {
    norm(mix(sums(shallow, consume stages)))
  }

  /// The definition from small operations.
  package func composed(_ shallow: Variable, _ stages: [Variable]) -> Variable {
    norm(mix.composed(sums(shallow, stages)))
  }

  private func sums(_ shallow: Variable, _ stages: consuming [Variable]) -> [Variable] {
    (consume stages).enumerated().map { level, x in leakyReLU(maxPool2d(shallow, kernelSize: 1 << level)) + x }
  }
}

/// The hierarchical reciprocal attention mixer (Sec. 3.3): the last attentions of all stages at full resolution, mixed.
package struct HRAMi {
  private let mix: MobiVariLayer

  package init(_ scope: ParameterScope, _ configuration: RAMiTConfiguration) {
    let dim = configuration.dim
    mix = MobiVariLayer(
      scope / "mobivari", configuration.mobivari, width: configuration.wide, inputs: 2 * dim + dim / 4 + dim / 16,
      outputs: dim)
  }

  /// - Parameter attentions: N x H x W x C, N x H/2 x W/2 x C, N x H/4 x W/4 x C, N x H x W x C of stages 1 to 4.
  /// - Returns: N x H x W x C.
  package func callAsFunction(_ attentions: [Variable]) -> Variable { mix(attentions) }

  /// The definition from small operations.
  package func composed(_ attentions: [Variable]) -> Variable { mix.composed(attentions) }
}
