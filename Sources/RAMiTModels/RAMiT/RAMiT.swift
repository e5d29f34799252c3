import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// The Reciprocal Attention Mixing Transformer (Sec. 3.1, Fig. 2a).
public final class RAMiT: RestorationModel {
  /// What it was built as, and what is trained.
  public let architecture: RAMiTConfiguration, parameters: ParameterStore
  /// Four times the window's side.
  public var sizeMultiple: Int { architecture.sizeMultiple }

  private let shallow: Conv2d
  private let stage1, stage2, stage3, stage4: Stage
  private let down1, down2: Downsizing
  private let bottleneck: Bottleneck
  private let hrami: HRAMi?
  private let reconstruction: Reconstruction

  /// A model with random parameters, the same for the same seed.
  /// - Precondition: `configuration.validationError` is nil.
  public convenience init(_ configuration: RAMiTConfiguration, seed: UInt64 = 0) {
    self.init(configuration, scope: ParameterScope(seed: seed))
  }

  /// - Parameter scope: gives the parameters their first values.
  init(_ configuration: RAMiTConfiguration, scope: ParameterScope) {
    require(configuration.validationError == nil, configuration.validationError ?? "")
    architecture = configuration
    shallow = Conv2d(
      scope / "shallow" / "conv", inputs: configuration.task.channels, outputs: configuration.dim, kernelSize: 3,
      padding: 1)
    stage1 = Stage(scope / "stage1", configuration, stage: 0)
    down1 = Downsizing(scope / "down1", configuration)
    stage2 = Stage(scope / "stage2", configuration, stage: 1)
    down2 = Downsizing(scope / "down2", configuration)
    stage3 = Stage(scope / "stage3", configuration, stage: 2)
    bottleneck = Bottleneck(scope / "bottleneck", configuration)
    stage4 = Stage(scope / "stage4", configuration, stage: 3)
    hrami = configuration.hrami ? HRAMi(scope / "attn_mix", configuration) : nil
    reconstruction = Reconstruction(scope / "to_target", configuration)
    // Files have the training images' statistics, which follow from the task.
    for name in ["mean", "std"] { scope.ignore(name) }
    parameters = ParameterStore(scope)
  }

  /// Restores images.
  ///
  /// - Parameters:
  ///   - image: N x H x W x image channels, in [0, 1]. Sizes that are not multiples of 4 windows are padded with zeros;
  ///     for an image's right and bottom edge, pad by reflection before.
  ///   - context: that of a training step; nil, as in inference, drops nothing.
  ///   - observe: gets the result of each component, by the component's name in checkpoints.
  /// - Returns: N x sH x sW x image channels, not clamped.
  public func callAsFunction(
    _ image: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable {
    let task = architecture.task, size = (height: image.shape[1], width: image.shape[2])
    func observed(_ component: String, _ x: Variable) -> Variable {
      observe(component, x)
      return x
    }
    func run(_ stage: Stage, _ x: consuming Variable) -> (x: Variable, attention: Variable) {
      stage(consume x, context: context)
    }
    // Values are consumed at their last use: plain inference then overwrites them.
    let padded = ImagePadding(multiple: sizeMultiple, mode: .zero).padded(image)
    let x = scaleAndShift(
      consume padded, scale: task.standardDeviation.map { 1 / $0 },
      shift: zip(task.mean, task.standardDeviation).map { -$0 / $1 })

    let shallow = observed("shallow", shallow(x))
    let (first, attention1) = run(stage1, shallow)
    let (second, attention2) = run(stage2, observed("down1", down1(observed("stage1", first))))
    let (third, attention3) = run(stage3, observed("down2", down2(observed("stage2", second))))
    let stages = [consume first, consume second, observed("stage3", consume third)]
    let mixed = observed("bottleneck", bottleneck(shallow, consume stages))
    let (fourth, attention4) = run(stage4, consume mixed)
    var features = observed("stage4", consume fourth)
    if let hrami {
      let attentions = [consume attention1, consume attention2, consume attention3, consume attention4]
      features = observed("attn_mix", hrami(consume attentions)) * consume features
    }
    var restored = observed("to_target", reconstruction(consume features + shallow))

    if task.scale == 1 { restored = consume restored + x }
    let output = scaleAndShift(consume restored, scale: task.standardDeviation, shift: task.mean)
    return output.cropped(height: size.height * task.scale, width: size.width * task.scale)
  }
}

extension RAMiT {
  /// What the paper adds to the Mult-Adds of the operations. With it they are the paper's to every printed digit, for
  /// its variants and its ablations (Tables 1 to 5, A to C), but for pure spatial attention without H-RAMi at x2:
  /// 168.55 G, for which Table 4a prints 168.6. With H x W pixels where an operation runs, and C channels:
  ///
  /// - where the configuration has the helper, its product counts H W C in every block, even where no block comes
  ///   before; so it does, in every task, where all blocks have one and the same kind of attention, and never where
  ///   the kinds alternate;
  /// - the bottleneck's pooling counts 4 C at each pixel of half the side, twice, and of a quarter of the side, once;
  /// - the product of H-RAMi's mixing with the last stage counts H W C;
  /// - the reconstruction's last convolution is counted at the input's size.
  public func multAddCorrections(width: Int, height: Int) -> [(component: String, multAdds: Int)] {
    let c = architecture, task = c.task
    let pixels = width * height, half = pixels / 4, quarter = pixels / 16
    var counts = [("bottleneck", 4 * c.dim * (2 * half + quarter))]
    if c.isPure || (c.helper && c.arrangement == .parallel) {
      for (stage, area) in [pixels, half, quarter, pixels].enumerated() {
        counts.append(("stage\(stage + 1)", area * c.dim * c.depths[stage]))
      }
    }
    if c.hrami { counts.append(("attn_mix", pixels * c.dim)) }
    let lastConvolution = 9 * task.channels * task.channels
    counts.append(("to_target", -pixels * lastConvolution * (task.scale * task.scale - 1)))
    return counts.map { (component: $0.0, multAdds: $0.1) }
  }
}
