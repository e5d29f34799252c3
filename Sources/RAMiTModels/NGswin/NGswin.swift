import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// NGswin: a U-shaped Swin Transformer whose windows know their neighbours (N-Gram context).
public final class NGswin: RestorationModel {
  public let architecture: NGswinConfiguration
  public var sizeMultiple: Int { architecture.sizeMultiple }
  public let parameters: ParameterStore

  private let shallow: Conv2d
  private let encoder1, encoder2, encoder3, decoder: NGswinStage
  private let bottleneck: SCDPBottleneck
  private let norm: LayerNorm
  private let beforeShuffle, toOrigin: Conv2d

  /// - Precondition: `configuration.validationError` is nil.
  init(_ configuration: NGswinConfiguration, scope: ParameterScope) {
    require(configuration.validationError == nil, configuration.validationError ?? "")
    architecture = configuration
    let (channels, scale, dim) = (configuration.task.channels, configuration.task.scale, configuration.dim)
    func stage(_ name: String, _ stage: Int, cascaded: Int = 1, downsamples: Bool = false) -> NGswinStage {
      NGswinStage(scope / name, configuration, stage: stage, cascaded: cascaded, downsamples: downsamples)
    }
    shallow = Conv2d(scope / "shallow_extract" / "conv1", inputs: channels, outputs: dim, kernelSize: 3, padding: 1)
    encoder1 = stage("encoder_layer1", 0, downsamples: true)
    encoder2 = stage("encoder_layer2", 1, cascaded: 2, downsamples: true)
    encoder3 = stage("encoder_layer3", 2, cascaded: 3)
    bottleneck = SCDPBottleneck(scope / "bottleneck", dim: dim)
    decoder = stage("decoder_layer1", 3)
    norm = LayerNorm(scope / "norm", channels: dim)
    let target = scope / "to_target"
    beforeShuffle = Conv2d(
      target / "before_shuffle", inputs: dim, outputs: channels * scale * scale, kernelSize: 3, padding: 1)
    toOrigin = Conv2d(target / "to_origin", inputs: channels, outputs: channels, kernelSize: 3, padding: 1)
    parameters = ParameterStore(scope)
  }

  /// Restores images; see `RestorationModel`. Sides that are no multiples of 4 windows are padded with zeros; the
  /// evaluation of the paper mirrors the image instead, before it comes here (`padded`).
  public func callAsFunction(
    _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable {
    let task = architecture.task, (height, width) = (images.shape[1], images.shape[2])
    func observed(_ component: String, _ x: Variable) -> Variable {
      observe(component, x)
      return x
    }
    let padded = images.extended(toMultipleOf: sizeMultiple, mode: .zero)
    let x = scaleAndShift(
      consume padded, scale: task.standardDeviation.map { 1 / $0 },
      shift: zip(task.mean, task.standardDeviation).map { -$0 / $1 })

    // "Across-stage pooling cascading": each stage of the encoder sees the pooled input of the one before it.
    let shallow = observed("shallow_extract", shallow(consume x))
    let (first, half) = encoder1(shallow, context: context)
    observe("encoder_layer1", first)
    let cascade1 = concatenate([maxPool2d(shallow, kernelSize: 2), half!], axis: -1)
    let (second, quarter) = encoder2(cascade1, context: context)
    observe("encoder_layer2", second)
    let cascade2 = concatenate([maxPool2d(consume cascade1, kernelSize: 2), quarter!], axis: -1)
    let (third, _) = encoder3(consume cascade2, context: context)
    let mixed = observed("bottleneck", bottleneck(shallow, [first, second, observed("encoder_layer3", third)]))

    let decoded = observed("decoder_layer1", decoder(consume mixed + consume first, context: context).features)
    let features = observed("norm", norm(consume decoded)) + consume shallow
    let restored = observed("to_target", toOrigin(pixelShuffle(beforeShuffle(consume features), task.scale)))
    let output = scaleAndShift(consume restored, scale: task.standardDeviation, shift: task.mean)
    return output.cropped(height: height * task.scale, width: width * task.scale)
  }
}
