import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// SwinIR in its lightweight form: shallow features, residual Swin Transformer blocks, and reconstruction in one step.
final class SwinIR: RestorationModel {
  let architecture: SwinIRConfiguration
  let parameters: ParameterStore

  private let shallow: Conv2d
  private let patchNorm: LayerNorm
  private let blocks: [ResidualSwinTransformerBlock]
  private let norm: LayerNorm
  private let bodyEnd: Conv2d
  private let reconstruction: Conv2d

  /// - Precondition: `configuration.validationError` is nil.
  init(_ configuration: SwinIRConfiguration, scope: ParameterScope) {
    require(configuration.validationError == nil, configuration.validationError ?? "")
    architecture = configuration
    let (task, dim) = (configuration.task, configuration.dim)
    shallow = Conv2d(scope / "conv_first", inputs: task.channels, outputs: dim, kernelSize: 3, padding: 1)
    patchNorm = LayerNorm(scope / "patch_embed" / "norm", channels: dim)
    // Published files have the same mask in each layer with shifted windows.
    let side = configuration.imageSize, window = configuration.window
    let mask = WindowAttention.shiftMask(height: side, width: side, window: window, shift: window / 2)
    blocks = configuration.depths.indices.map {
      ResidualSwinTransformerBlock(scope / "layers" / "\($0)", configuration, block: $0, mask: mask)
    }
    norm = LayerNorm(scope / "norm", channels: dim)
    bodyEnd = Conv2d(scope / "conv_after_body", inputs: dim, outputs: dim, kernelSize: 3, padding: 1)
    reconstruction = Conv2d(
      task.isSuperResolution ? scope / "upsample" / "0" : scope / "conv_last", inputs: dim,
      outputs: task.channels * task.scale * task.scale, kernelSize: 3, padding: 1)
    parameters = ParameterStore(scope)
  }

  var sizeMultiple: Int { architecture.window }

  /// The published evaluation mirrors at least one pixel, and so a whole window where a side is a multiple of it.
  var padding: ImagePadding { ImagePadding(multiple: sizeMultiple, least: 1) }

  /// Restores images; see `RestorationModel`. Sides that are not multiples of the window are extended by reflection.
  func callAsFunction(
    _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable {
    let task = architecture.task, (height, width) = (images.shape[1], images.shape[2])
    func observed(_ component: String, _ x: Variable) -> Variable {
      observe(component, x)
      return x
    }
    let padded = ImagePadding(multiple: sizeMultiple, mode: .reflect).padded(images)
    // Grayscale models have no mean.
    let mean = task.channels == DIV2K.mean.count ? DIV2K.mean : [0], ones = [Float](repeating: 1, count: task.channels)
    let x = scaleAndShift(consume padded, scale: ones, shift: mean.map { -$0 })

    let first = observed("conv_first", shallow(x))
    var features = observed("patch_embed", patchNorm(first))
    for block in blocks { features = observed("layers", block(consume features, context: context)) }
    features = observed("norm", norm(consume features))
    features = observed("conv_after_body", bodyEnd(consume features)) + consume first
    let last = reconstruction(consume features)
    let restored =
      task.isSuperResolution
      ? observed("upsample", pixelShuffle(consume last, task.scale)) : observed("conv_last", consume last) + x
    let output = scaleAndShift(consume restored, scale: ones, shift: mean)
    return output.cropped(height: height * task.scale, width: width * task.scale)
  }

  /// What the published count adds to the Mult-Adds of the operations, and leaves out of them. With it, and with inputs
  /// padded as in the published evaluation, the lightweight models have the Mult-Adds that papers print. With H x W
  /// pixels and C channels:
  ///
  /// - the norm behind the blocks is left out;
  /// - the convolution behind the body counts 3 H W C^2 instead of 9 H W C^2;
  /// - the last convolution of super-resolution counts 27 H W C, as if it made one pixel of three channels at every
  ///   scale.
  func multAddCorrections(width: Int, height: Int) -> [(component: String, multAdds: Int)] {
    let values = width * height * architecture.dim, task = architecture.task
    let unsaid = [("norm", -values), ("conv_after_body", -6 * values * architecture.dim)]
    let shuffled = task.isSuperResolution ? [("upsample", 27 * values * (1 - task.scale * task.scale))] : []
    return (unsaid + shuffled).map { (component: $0.0, multAdds: $0.1) }
  }
}
