import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// EDSR: a head, residual blocks without norms and a tail that enlarges by pixel shuffles. Everything inside is in
/// 0 ... 255, less the mean of DIV2K.
final class EDSR: RestorationModel {
  let architecture: EDSRConfiguration
  let parameters: ParameterStore

  private let head: Conv2d
  private let blocks: [ResidualBlock]
  private let bodyEnd: Conv2d
  private let upsampler: PixelShuffleUpsampler
  private let last: Conv2d

  /// - Precondition: `configuration.validationError` is nil.
  init(_ configuration: EDSRConfiguration, scope: ParameterScope) {
    require(configuration.validationError == nil, configuration.validationError ?? "")
    architecture = configuration
    let (channels, features, count) = (configuration.task.channels, configuration.features, configuration.blocks)
    scope.declareMeanShifts(range: Self.range)
    head = Conv2d(scope / "head" / "0", inputs: channels, outputs: features, kernelSize: 3, padding: 1)
    let body = scope / "body", tail = scope / "tail"
    blocks = (0..<count).map {
      ResidualBlock(body / "\($0)" / "body", features: features, scale: configuration.residualScale)
    }
    bodyEnd = Conv2d(body / "\(count)", inputs: features, outputs: features, kernelSize: 3, padding: 1)
    upsampler = PixelShuffleUpsampler(tail / "0", channels: features, scale: configuration.task.scale)
    last = Conv2d(tail / "1", inputs: features, outputs: channels, kernelSize: 3, padding: 1)
    parameters = ParameterStore(scope)
  }

  var sizeMultiple: Int { 1 }

  /// Restores images; see `RestorationModel`.
  func callAsFunction(
    _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable {
    let range = Self.range, mean = DIV2K.mean
    let x = scaleAndShift(images, scale: Array(repeating: range, count: 3), shift: mean.map { -$0 * range })
    let first = head(consume x)
    observe("head", first)
    var features = first
    for block in blocks { features = block(consume features, context: context) }
    features = bodyEnd(consume features) + consume first
    observe("body", features)
    let restored = last(upsampler(consume features))
    observe("tail", restored)
    return scaleAndShift(consume restored, scale: Array(repeating: 1 / range, count: 3), shift: mean)
  }

  private static let range: Float = 255
}

/// A residual block: two convolutions with a ReLU between them, and no norm.
private struct ResidualBlock {
  private let first, second: Conv2d
  private let scale: Float

  init(_ scope: ParameterScope, features: Int, scale: Float) {
    first = Conv2d(scope / "0", inputs: features, outputs: features, kernelSize: 3, padding: 1)
    second = Conv2d(scope / "2", inputs: features, outputs: features, kernelSize: 3, padding: 1)
    self.scale = scale
  }

  /// N x H x W x C to the same.
  func callAsFunction(_ x: consuming Variable, context: TrainingContext?) -> Variable {
    guard context?.checkpointing == .stages else { return run(consume x) }
    return checkpointed([x]) { [self] inputs in [run(inputs[0])] }[0]
  }

  private func run(_ x: consuming Variable) -> Variable {
    let x = consume x
    let branch = second(relu(first(x)))
    return (scale == 1 ? consume branch : consume branch * scale) + consume x
  }
}
