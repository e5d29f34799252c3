import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// ELAN: shallow features, efficient long-range attention blocks, and reconstruction in one step.
final class ELAN: RestorationModel {
  let architecture: ELANConfiguration
  let parameters: ParameterStore

  private let head, tail: Conv2d
  private let blocks: [ELAB]

  /// - Precondition: `configuration.validationError` is nil.
  init(_ configuration: ELANConfiguration, scope: ParameterScope) {
    require(configuration.validationError == nil, configuration.validationError ?? "")
    architecture = configuration
    let (task, dim) = (configuration.task, configuration.dim)
    if task.channels == DIV2K.mean.count { scope.declareMeanShifts(range: Float(configuration.rgbRange)) }
    head = Conv2d(scope / "head" / "0", inputs: task.channels, outputs: dim, kernelSize: 3, padding: 1)
    blocks = (0..<configuration.blocks).map {
      ELAB(scope / "body" / "\($0)", configuration, isShifted: $0 % 2 == 1)
    }
    tail = Conv2d(
      scope / "tail" / "0", inputs: dim, outputs: task.channels * task.scale * task.scale, kernelSize: 3, padding: 1)
    parameters = ParameterStore(scope)
  }

  var sizeMultiple: Int { architecture.sizeMultiple }

  /// The published count takes the input as it is, although the model extends it.
  func countedSide(_ side: Int) -> Int { side }

  /// The published code reflects the image.
  var padding: ImagePadding { ImagePadding(multiple: sizeMultiple, mode: .reflect) }

  /// Restores images; see `RestorationModel`. Sides may be any; the model extends them to multiples of the windows.
  func callAsFunction(
    _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable {
    let task = architecture.task, (height, width) = (images.shape[1], images.shape[2])
    let range = Float(architecture.rgbRange)
    // Grayscale models have no mean.
    let mean = task.channels == DIV2K.mean.count ? DIV2K.mean : [0]
    func observed(_ component: String, _ x: Variable) -> Variable {
      observe(component, x)
      return x
    }
    let padded = padding.padded(images)
    let x = scaleAndShift(consume padded, scale: mean.map { _ in range }, shift: mean.map { -$0 * range })
    let shallow = observed("head", head(consume x))
    var features = shallow
    for block in blocks { features = observed("body", block(consume features, context: context)) }
    let last = tail(consume features + consume shallow)
    let restored = scaleAndShift(
      observed("tail", pixelShuffle(consume last, task.scale)), scale: mean.map { _ in 1 / range }, shift: mean)
    return restored.cropped(height: height * task.scale, width: width * task.scale)
  }

  /// What the published count leaves out of the Mult-Adds of the operations: it counts convolutions and the products of
  /// those attentions that compute their maps. So of the operations' count it leaves out
  ///
  /// - the products of the attentions that use maps again: here they compute them again, 2 T C multiply-adds a pixel
  ///   for a third of the channels each in windows of T tokens;
  /// - the pixels by which an input is extended. (Norms are part of the projections.)
  func multAddCorrections(width: Int, height: Int) -> [(component: String, multAdds: Int)] {
    let c = architecture, channels = c.task.channels, scale = c.task.scale
    let extended = padding.paddedSide(width) * padding.paddedSide(height), extra = extended - width * height
    let attention = c.windows.reduce(0) { $0 + 2 * $1 * $1 * (c.dim / 3) }
    let extraction = 2 * c.dim * c.hiddenDim, projections = (3 + 2 * c.sharing) * c.dim * c.dim
    let block = (1 + c.sharing) * extraction + projections + attention
    return [
      ("head", -extra * 9 * channels * c.dim),
      ("body", -c.blocks * (extra * block + extended * c.sharing * attention)),
      ("tail", -extra * 9 * c.dim * channels * scale * scale),
    ].map { (component: $0.0, multAdds: $0.1) }
  }
}
