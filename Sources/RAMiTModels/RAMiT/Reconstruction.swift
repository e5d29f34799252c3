import RAMiTAutograd
import RAMiTNN

/// From features to the image (Sec. A.1): MobiVari layers, a convolution to the upscaled image's channels, pixel
/// shuffle, and a last convolution.
package struct Reconstruction: FusedLayer {
  private let layers: [MobiVariLayer]
  private let convolution, finalConvolution: Conv2d
  private let scale: Int

  package init(_ scope: ParameterScope, _ configuration: RAMiTConfiguration) {
    let c = configuration
    scale = c.task.scale
    layers = (0..<c.reconstructionLayers).map {
      MobiVariLayer(
        scope / "mobivari" / "mobivari\($0)", c.mobivari, width: c.mobivari.width, inputs: c.dim, outputs: c.dim)
    }
    convolution = Conv2d(
      scope / "conv", inputs: c.dim, outputs: c.task.channels * scale * scale, kernelSize: 3, padding: 1)
    finalConvolution = Conv2d(
      scope / "final_conv", inputs: c.task.channels, outputs: c.task.channels, kernelSize: 3, padding: 1)
  }

  /// N x H x W x C to N x sH x sW x image channels.
  package func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    var mixed = consume x
    for layer in layers { mixed = layer(consume mixed) }
    return enlarge(consume mixed)
  }

  package func composed(_ x: Variable, context: TrainingContext?) -> Variable {
    enlarge(layers.reduce(x) { $1.composed($0, context: context) })
  }

  private func enlarge(_ x: consuming Variable) -> Variable {
    finalConvolution(pixelShuffle(convolution(consume x), scale))
  }
}
