import RAMiTAutograd
import RAMiTNN
import RAMiTTensorCore

/// NAFNet: a U-Net of blocks without activation functions, whose result is added to the input.
final class NAFNet: RestorationModel {
  let architecture: NAFNetConfiguration
  let parameters: ParameterStore

  private let intro, ending: Conv2d
  private let encoders, decoders: [[NAFBlock]]
  private let downs, ups: [Conv2d]
  private let middle: [NAFBlock]

  /// - Precondition: `configuration.validationError` is nil.
  init(_ configuration: NAFNetConfiguration, scope: ParameterScope) {
    require(configuration.validationError == nil, configuration.validationError ?? "")
    architecture = configuration
    let (c, channels) = (configuration, configuration.task.channels)
    let levels = c.encoderBlocks.count
    func blocks(_ scope: ParameterScope, _ count: Int, level: Int) -> [NAFBlock] {
      (0..<count).map { NAFBlock(scope / "\($0)", channels: c.width << level) }
    }
    intro = Conv2d(scope / "intro", inputs: channels, outputs: c.width, kernelSize: 3, padding: 1)
    ending = Conv2d(scope / "ending", inputs: c.width, outputs: channels, kernelSize: 3, padding: 1)
    encoders = (0..<levels).map { blocks(scope / "encoders" / "\($0)", c.encoderBlocks[$0], level: $0) }
    downs = (0..<levels).map {
      Conv2d(
        scope / "downs" / "\($0)", inputs: c.width << $0, outputs: c.width << ($0 + 1), kernelSize: 2, stride: 2)
    }
    middle = blocks(scope / "middle_blks", c.middleBlocks, level: levels)
    ups = (0..<levels).map { step in
      let inputs = c.width << (levels - step)
      return Conv2d(
        scope / "ups" / "\(step)" / "0", inputs: inputs, outputs: 2 * inputs, kernelSize: 1, hasBias: false)
    }
    decoders = (0..<levels).map {
      blocks(scope / "decoders" / "\($0)", c.decoderBlocks[$0], level: levels - 1 - $0)
    }
    parameters = ParameterStore(scope)
  }

  var sizeMultiple: Int { 1 << architecture.encoderBlocks.count }

  /// The published code pads with zeros.
  var padding: ImagePadding { ImagePadding(multiple: sizeMultiple, mode: .zero) }

  /// Restores images; see `RestorationModel`. Sides that are not multiples of `sizeMultiple` are extended by zeros.
  func callAsFunction(
    _ images: Variable, context: TrainingContext?, observe: (_ component: String, Variable) -> Void
  ) -> Variable {
    let (height, width) = (images.shape[1], images.shape[2])
    let input = padding.padded(images)
    func run(_ blocks: [NAFBlock], _ x: consuming Variable) -> Variable {
      var x = consume x
      for block in blocks { x = block(consume x, context: context) }
      return x
    }
    var x = intro(input)
    observe("intro", x)
    var skips: [Variable] = []
    for (encoder, down) in zip(encoders, downs) {
      let features = run(encoder, consume x)
      observe("encoders", features)
      x = down(features)
      observe("downs", x)
      skips.append(consume features)
    }
    x = run(middle, consume x)
    observe("middle_blks", x)
    for (decoder, up) in zip(decoders, ups) {
      x = pixelShuffle(up(consume x), 2)
      observe("ups", x)
      x = run(decoder, consume x + skips.removeLast())
      observe("decoders", x)
    }
    let output = ending(consume x) + input
    observe("ending", output)
    return output.cropped(height: height, width: width)
  }
}
