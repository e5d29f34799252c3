import RAMiTAutograd
import RAMiTKernels
import RAMiTTensorCore

/// The sides that images are padded to before a model restores them.
public struct ImagePadding: Equatable, Sendable {
  /// Padded sides are multiples of this.
  public let multiple: Int
  /// So many pixels are added at least.
  public let least: Int

  public init(multiple: Int, least: Int = 0) { (self.multiple, self.least) = (multiple, least) }

  /// A side after padding.
  public func callAsFunction(_ side: Int) -> Int { (side + least).roundedUp(toMultipleOf: multiple) }
}

extension Int {
  /// The least multiple of a number that is not below this.
  package func roundedUp(toMultipleOf number: Int) -> Int { (self + number - 1) / number * number }
}

extension Variable {
  /// Images, N x H x W x C, extended at the bottom and at the right to a height and a width.
  ///
  /// Where an image is too small for a reflection, the edge pixel is mirrored with the rest.
  /// - Precondition: they are not below its own.
  func extended(height: Int, width: Int, mode: PaddingMode) -> Variable {
    let isReflection = mode == .reflect && height < 2 * shape[1] && width < 2 * shape[2]
    return padded(height: height, width: width, mode: mode == .reflect && !isReflection ? .symmetric : mode)
  }

  /// Images, N x H x W x C, extended in the same way to the next multiples.
  func extended(toMultipleOf multiple: Int, mode: PaddingMode) -> Variable {
    extended(
      height: shape[1].roundedUp(toMultipleOf: multiple), width: shape[2].roundedUp(toMultipleOf: multiple), mode: mode)
  }
}

extension Tensor {
  /// An image, H x W x C, extended as `Variable.extended` does it.
  package func extended(height: Int, width: Int, mode: PaddingMode) -> Tensor {
    let images = Variable(constant: reshaped(Shape([1] + shape.dimensions)))
    return images.extended(height: height, width: width, mode: mode).value.reshaped([height, width, shape[2]])
  }
}
