import RAMiTTensorCore

extension Tensor {
  /// The part of an image, H x W x C, whose top left pixel is (y, x).
  /// - Precondition: it lies inside the image.
  public func cropped(y: Int, x: Int, height: Int, width: Int) -> Tensor {
    let (fullWidth, channels) = (shape[1], shape[2])
    require(
      y >= 0 && x >= 0 && y + height <= shape[0] && x + width <= fullWidth,
      "\(height) x \(width) at (\(y), \(x)) is not in the image \(shape)")
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
