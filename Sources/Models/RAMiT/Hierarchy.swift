import RAMiTAutograd
import RAMiTKernels
import RAMiTNN

/// Halves the resolution and keeps the channels (Sec. 3.1): patch merging with MobiVari for the projection.
package final class Downsizing {
  private let norm: (gamma: Parameter, beta: Parameter)
  private let reduction: MobiVariLayer

  package init(_ scope: ParameterScope, _ configuration: RAMiTConfiguration) {
    let dim = configuration.dim
    norm = scope.norm("norm", channels: 4 * dim)
    reduction = MobiVariLayer(
      scope / "reduction", configuration.mobivari, width: configuration.mobivari.width, inputs: 4 * dim, outputs: dim)
  }

  /// N x H x W x C to N x H/2 x W/2 x C.
  package func callAsFunction(_ x: Variable) -> Variable {
    reduction(
      recomputing(patchMerging(x)) { [norm] in
        layerNorm($0, weight: norm.gamma.variable, bias: norm.beta.variable)
      })
  }
}

/// The SCDP bottleneck (Fig. 2d; Choi et al., NGswin): the shallow features, pooled to each stage's resolution, are
/// added to the stage's output, shuffled to full resolution, and mixed.
package final class Bottleneck {
  private let mix: MobiVariLayer
  private let norm: (gamma: Parameter, beta: Parameter)

  package init(_ scope: ParameterScope, _ configuration: RAMiTConfiguration) {
    let dim = configuration.dim
    mix = MobiVariLayer(
      scope / "mobivari", configuration.mobivari, width: configuration.wide, inputs: dim + dim / 4 + dim / 16,
      outputs: dim)
    norm = scope.norm("norm", channels: dim)
  }

  /// - Parameters:
  ///   - shallow: N x H x W x C.
  ///   - stages: N x H/2^i x W/2^i x C for i = 0, 1, 2.
  /// - Returns: N x H x W x C.
  package func callAsFunction(_ shallow: Variable, _ stages: consuming [Variable]) -> Variable {
    let mixed = (consume stages).enumerated().map { level, x in
      leakyReLU(maxPool2d(shallow, kernelSize: 1 << level)) + x
    }
    return layerNorm(mix(mixed), weight: norm.gamma.variable, bias: norm.beta.variable)
  }
}

/// The hierarchical reciprocal attention mixer (Sec. 3.3): the last attentions of all stages at full resolution, mixed.
package final class HRAMi {
  private let mix: MobiVariLayer

  package init(_ scope: ParameterScope, _ configuration: RAMiTConfiguration) {
    let dim = configuration.dim
    mix = MobiVariLayer(
      scope / "mobivari", configuration.mobivari, width: configuration.wide, inputs: 2 * dim + dim / 4 + dim / 16,
      outputs: dim)
  }

  /// - Parameter attentions: of stages 1 to 4; N x H x W x C, N x H/2 x W/2 x C, N x H/4 x W/4 x C, N x H x W x C.
  /// - Returns: N x H x W x C.
  package func callAsFunction(_ attentions: [Variable]) -> Variable { mix(attentions) }
}

/// From features to the image (Sec. A.1): MobiVari layers, a convolution to the upscaled image's channels, pixel
/// shuffle, and a last convolution.
package final class Reconstruction {
  private let layers: [MobiVariLayer]
  private let convolution: (weight: Parameter, bias: Parameter)
  private let finalConvolution: (weight: Parameter, bias: Parameter)
  private let scale: Int

  package init(_ scope: ParameterScope, _ configuration: RAMiTConfiguration) {
    let c = configuration
    scale = c.task.scale
    layers = (0..<c.reconstructionLayers).map {
      MobiVariLayer(
        scope / "mobivari" / "mobivari\($0)", c.mobivari, width: c.mobivari.width, inputs: c.dim, outputs: c.dim)
    }
    convolution = scope.convolution("conv", inputs: c.dim, outputs: c.task.channels * scale * scale)
    finalConvolution = scope.convolution("final_conv", inputs: c.task.channels, outputs: c.task.channels)
  }

  /// N x H x W x C to N x sH x sW x image channels.
  package func callAsFunction(_ x: consuming Variable) -> Variable {
    var mixed = consume x
    for layer in layers { mixed = layer(consume mixed) }
    let wide = conv2d(
      consume mixed, weight: convolution.weight.variable, bias: convolution.bias.variable, padding: 1)
    return conv2d(
      pixelShuffle(wide, scale), weight: finalConvolution.weight.variable, bias: finalConvolution.bias.variable,
      padding: 1)
  }
}
