import RAMiTTensorCore

extension Tensor {
  /// An image, H x W x C, extended at the bottom and at the right to multiples of `unit` by mirroring it, the edge
  /// pixel included; mirrored again where the image is smaller than what is missing (paper, Sec. B: "symmetric
  /// padding").
  public func paddedSymmetrically(toMultipleOf unit: Int) -> Tensor {
    func upToMultiple(_ side: Int) -> Int { (side + unit - 1) / unit * unit }
    return paddedSymmetrically(height: upToMultiple(shape[0]), width: upToMultiple(shape[1]))
  }

  /// An image, H x W x C, extended in the same way to a height and a width.
  /// - Precondition: they are not below its own.
  public func paddedSymmetrically(height newHeight: Int, width newWidth: Int) -> Tensor {
    let (height, width, channels) = (shape[0], shape[1], shape[2])
    require(newHeight >= height && newWidth >= width, "\(shape) does not fit into \(newHeight) x \(newWidth)")
    if newHeight == height, newWidth == width { return self }
    let result = Tensor(uninitialized: [newHeight, newWidth, channels])
    func mirrored(_ place: Int, _ size: Int) -> Int {
      let folded = place % (2 * size)
      return folded < size ? folded : 2 * size - 1 - folded
    }
    for y in 0..<newHeight {
      let from = pointer + mirrored(y, height) * width * channels
      let to = result.pointer + y * newWidth * channels
      to.update(from: from, count: width * channels)
      for x in width..<newWidth {
        (to + x * channels).update(from: from + mirrored(x, width) * channels, count: channels)
      }
    }
    return result
  }
}
