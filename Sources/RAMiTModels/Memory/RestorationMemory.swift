import RAMiTAutograd
import RAMiTTensorCore

/// What the tensors of a pass through a model take at their peak, as a straight line over the pixels of its padded
/// inputs.
///
/// The line is measured in two small passes, so it holds for every configuration and cannot drift from what the model
/// does.
package struct PassMemory: Equatable, Sendable {
  /// Bytes that do not depend on the pixels, and bytes for each pixel of the inputs.
  package let base, perPixel: Double

  package init(base: Double, perPixel: Double) {
    self.base = base
    self.perPixel = perPixel
  }

  package func bytes(pixels: Double) -> Double { base + perPixel * pixels }

  /// Measures one pass, and one with twice the pixels. Tensors that other threads make at the same time count as well.
  /// - Parameters:
  ///   - pixels: the pixels of the smaller pass.
  ///   - pass: runs a pass of `factor` times the pixels, from its inputs on, and leaves no tensor behind.
  package static func measured(pixels: Int, _ pass: (_ factor: Int) -> Void) -> PassMemory {
    let bytes = [1, 2].map { factor in Double(StoragePool.shared.peakGrowth { pass(factor) }) }
    let perPixel = max(0, bytes[1] - bytes[0]) / Double(pixels)
    return PassMemory(base: max(0, bytes[0] - perPixel * Double(pixels)), perPixel: perPixel)
  }
}

/// The memory that restoring an image takes at its peak, beside the program and the model's parameters.
///
/// Sizes are in pixels of the input, results in bytes.
package struct RestorationMemory: Equatable, Sendable {
  /// What the model takes for one padded image.
  package let pass: PassMemory
  /// Tiles have sides that are multiples of this.
  package let sizeMultiple: Int
  /// How an image is padded before it is restored.
  package let padding: ImagePadding
  /// How much larger the output's sides are.
  package let scale: Int
  /// The channels of the model's images.
  package let channels: Int

  /// Bytes that the pool of tensors holds for each one in use at the peak: freed blocks leave holes that fit no request
  /// (measured at large sizes: 3 to 12 % more, by the model).
  package static let heldPerByte = 1.12

  /// A measured pass has this side, up to the size multiple, and twice the pixels the second time.
  private static let measuredSide = 64

  /// Measures the model in two small passes, in the time that 3 x 64 x 64 pixels take.
  package init(of model: any RestorationModel) {
    (sizeMultiple, padding) = (model.sizeMultiple, model.padding)
    scale = model.task.scale
    channels = model.task.channels
    let side = max(sizeMultiple, Self.measuredSide / sizeMultiple * sizeMultiple), channels = channels
    pass = PassMemory.measured(pixels: side * side) { factor in
      let image = Tensor(repeating: 0.5, [1, side, factor * side, channels])
      withExtendedLifetime(model(Variable(constant: image))) {}
      withExtendedLifetime(image) {}
    }
  }

  /// A tensor of the input's size.
  package func input(width: Int, height: Int) -> Double { Double(4 * channels) * Double(width) * Double(height) }

  /// A tensor of the output's size.
  package func output(width: Int, height: Int) -> Double {
    Double(scale * scale) * input(width: width, height: height)
  }

  /// The tensors of an image that is restored whole, the input among them.
  package func whole(width: Int, height: Int) -> Double {
    let (paddedWidth, paddedHeight) = (padding.paddedSide(width), padding.paddedSide(height))
    let isPadded = paddedWidth != width || paddedHeight != height
    return (isPadded ? input(width: width, height: height) : 0)
      + pass.bytes(pixels: Double(paddedWidth) * Double(paddedHeight))
  }
}
