import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// NGswin: a U-shaped Swin Transformer whose windows know their neighbours (N-Gram context).
final class NGswin: RestorationModel {
  let architecture: NGswinConfiguration
  var sizeMultiple: Int { architecture.sizeMultiple }
  let parameters: ParameterStore

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

  /// Restores images; see `RestorationModel`. Sides that are not multiples of 4 windows are padded with zeros; the
  /// evaluation of the paper mirrors the image instead, before it comes here (`restore`).
  func callAsFunction(
    _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable {
    let task = architecture.task, (height, width) = (images.shape[1], images.shape[2])
    func observed(_ component: String, _ x: Variable) -> Variable {
      observe(component, x)
      return x
    }
    let padded = ImagePadding(multiple: sizeMultiple, mode: .zero).padded(images)
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

extension NGswin {
  /// What the paper adds to the Mult-Adds of the operations, and leaves out of them. With it they are the published
  /// count to the last digit:
  ///
  /// - every bias counts one for each output, or one for the whole map where a linear layer has it;
  /// - attention counts its projections as if its heads had all D channels together, even where they do not divide D;
  /// - poolings count what they read, and the bottleneck's activations one for each element;
  /// - the norm of patch merging counts four times what it does, the bottleneck's norm nothing.
  func multAddCorrections(width: Int, height: Int) -> [(component: String, multAdds: Int)] {
    let c = architecture, dim = c.dim, scale = c.task.scale, channels = c.task.channels
    let pixels = width * height, half = pixels / 4, quarter = pixels / 16
    func stage(_ stage: Int, _ pixels: Int, cascaded: Int = 1, downsamples: Bool = false) -> Int {
      let cascade = cascaded > 1 ? dim : 0
      let merging = downsamples ? 3 * pixels * dim + dim : 0
      return c.depths[stage] * block(stage, pixels) + cascade + merging
    }
    let joined = dim + dim / 4 + dim / 16
    let pooling = 4 * dim * (2 * half + quarter) + dim * (pixels + half + quarter)
    return [
      ("shallow_extract", pixels * dim),
      ("encoder_layer1", stage(0, pixels, downsamples: true)),
      ("encoder_layer2", half * 4 * dim + stage(1, half, cascaded: 2, downsamples: true)),
      ("encoder_layer3", quarter * 4 * 2 * dim + stage(2, quarter, cascaded: 3)),
      ("bottleneck", pooling + 2 * pixels * joined + dim - pixels * dim),
      ("decoder_layer1", stage(3, pixels)),
      ("to_target", 2 * pixels * channels * scale * scale),
    ].map { (component: $0.0, multAdds: $0.1) }
  }

  /// The corrections of an NSTB.
  private func block(_ stage: Int, _ pixels: Int) -> Int {
    let c = architecture, dim = c.dim, heads = c.heads[stage], ngram = c.ngrams[stage] * c.ngrams[stage]
    let windows = pixels / (c.window * c.window)
    let unigrams = windows * dim
    let contexts = 2 * attention(windows, tokens: ngram, dim: dim / 2, heads: heads) + windows * 4 * dim
    return unigrams + contexts + attention(windows, tokens: c.window * c.window, dim: dim, heads: heads)
      + c.hiddenDim + dim
  }

  private func attention(_ windows: Int, tokens: Int, dim: Int, heads: Int) -> Int {
    let missing = dim - heads * (dim / heads)
    return windows * (tokens * 4 * dim * missing + 4 * dim)
  }
}
