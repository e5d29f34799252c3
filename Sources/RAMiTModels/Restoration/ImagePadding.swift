import RAMiTAutograd
import RAMiTKernels
import RAMiTTensorCore

/// How images are padded at the bottom and at the right before a model restores them.
public struct ImagePadding: Equatable, Sendable {
  /// Padded sides are multiples of this.
  public let multiple: Int
  /// Each side grows by this many pixels or more.
  public let least: Int
  /// What the added pixels are. Where an image is too small for a reflection, its edge pixels are mirrored as well.
  public let mode: PaddingMode

  /// By default adds as little as it can, mirrored with the edge pixel.
  public init(multiple: Int, least: Int = 0, mode: PaddingMode = .symmetric) {
    (self.multiple, self.least, self.mode) = (multiple, least, mode)
  }

  /// A side after padding.
  public func paddedSide(_ side: Int) -> Int { (side + least).roundedUp(toMultipleOf: multiple) }

  /// N x H x W x C to the padded sides.
  public func padded(_ images: Variable) -> Variable {
    let height = paddedSide(images.shape[1]), width = paddedSide(images.shape[2])
    return images.padded(height: height, width: width, mode: mode(height: images.shape[1], width: images.shape[2]))
  }

  /// What the added pixels of an image of this size are.
  package func mode(height: Int, width: Int) -> PaddingMode {
    let canReflect = paddedSide(height) < 2 * height && paddedSide(width) < 2 * width
    return mode == .reflect && !canReflect ? .symmetric : mode
  }
}

extension Int {
  /// The least multiple of a number that is not below this.
  package func roundedUp(toMultipleOf number: Int) -> Int { (self + number - 1) / number * number }
}
