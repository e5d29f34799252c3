import Autograd
import TensorCore

/// Restores one image whole, whatever its size: it is padded symmetrically at the right and at the bottom, goes
/// through the model without a tape, and the result is cut to what belongs to the image (paper, Sec. B).
///
/// - Parameters:
///   - image: H x W x C in [0, 1]; noise may lie outside.
///   - unit: the model takes sides that are multiples of this.
///   - model: 1 x H x W x C to 1 x sH x sW x C.
/// - Returns: sH x sW x C, not clamped.
public func restoreWhole(_ image: Tensor, unit: Int, by model: (Variable) -> Variable) -> Tensor {
  let padded = image.paddedSymmetrically(toMultipleOf: unit)
  let output = model(Variable(constant: padded.reshaped(Shape([1] + padded.shape.dimensions)))).value
  let scale = output.shape[1] / padded.shape[0]
  return output.reshaped(Shape(Array(output.shape.dimensions.dropFirst())))
    .cropped(y: 0, x: 0, height: image.shape[0] * scale, width: image.shape[1] * scale)
}

extension Tensor {
  /// The part of an image, H x W x C, whose top left pixel is (y, x).
  /// - Precondition: it lies inside the image.
  public func cropped(y: Int, x: Int, height: Int, width: Int) -> Tensor {
    let (fullWidth, channels) = (shape[1], shape[2])
    precondition(
      y >= 0 && x >= 0 && y + height <= shape[0] && x + width <= fullWidth, "the crop leaves the image of \(shape)")
    // Whole rows need no copy.
    if width == fullWidth { return slice(y..<y + height) }
    let result = Tensor(uninitialized: [height, width, channels])
    for row in 0..<height {
      let from = pointer + ((y + row) * fullWidth + x) * channels
      (result.pointer + row * width * channels).update(from: from, count: width * channels)
    }
    return result
  }
}
