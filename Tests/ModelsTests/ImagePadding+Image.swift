import RAMiTAutograd
import RAMiTModels
import RAMiTTensorCore

extension ImagePadding {
  /// An image, H x W x C, padded.
  func padded(_ image: Tensor) -> Tensor {
    let result = padded(Variable(constant: image.reshaped(Shape([1] + image.shape.dimensions)))).value
    return result.reshaped(Shape(Array(result.shape.dimensions.dropFirst())))
  }
}
