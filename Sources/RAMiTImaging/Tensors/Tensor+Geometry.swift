import RAMiTTensorCore

/// Images as tensors, H x W x C.
extension Tensor {
  /// The part whose top left pixel is (y, x); whole rows are a view.
  /// - Precondition: it lies inside the image.
  public func cropped(y: Int, x: Int, height: Int, width: Int) -> Tensor {
    require(
      y >= 0 && x >= 0 && y + height <= shape[0] && x + width <= shape[1],
      "\(height) x \(width) at (\(y), \(x)) is not in the image \(shape)")
    if width == shape[1] { return slice(y..<y + height) }
    return gathered(PixelGather(x: x, y: y, width: width, height: height, ofWidth: shape[1], height: shape[0]))
  }

  /// The image turned and mirrored.
  package func turned(_ symmetry: Symmetry) -> Tensor {
    symmetry == .identity ? self : gathered(PixelGather(symmetry, width: shape[1], height: shape[0]))
  }

  private func gathered(_ gather: PixelGather) -> Tensor {
    Tensor([gather.height, gather.width, shape[2]]) { gather.write(pointer, channels: shape[2], to: $0) { $0 } }
  }

  /// Each pixel as a square of `scale` x `scale` pixels.
  package func enlarged(by scale: Int) -> Tensor {
    let (height, width, channels) = (shape[0] * scale, shape[1] * scale, shape[2])
    return Tensor([height, width, channels]) { result in
      for y in 0..<height {
        for x in 0..<width {
          let pixel = pointer + (y / scale * shape[1] + x / scale) * channels
          (result + (y * width + x) * channels).update(from: pixel, count: channels)
        }
      }
    }
  }

  /// Images side by side, with white columns between them.
  /// - Precondition: there is one, and all have the same height and channels.
  package static func sideBySide(_ images: [Tensor], gap: Int) -> Tensor {
    let (height, channels) = (images[0].shape[0], images[0].shape[2])
    let width = images.reduce(0) { $0 + $1.shape[1] } + gap * (images.count - 1)
    return Tensor([height, width, channels]) { result in
      result.update(repeating: 1, count: height * width * channels)
      var left = 0
      for image in images {
        require(
          image.shape[0] == height && image.shape[2] == channels, "\(image.shape) beside \(images[0].shape)")
        let row = image.shape[1] * channels
        for y in 0..<height {
          (result + (y * width + left) * channels).update(from: image.pointer + y * row, count: row)
        }
        left += image.shape[1] + gap
      }
    }
  }

  /// Images of one channel as the channels of one image.
  /// - Precondition: there is one, and all have the same shape.
  package init(channels: [Tensor]) {
    let count = channels.count
    self.init(channels[0].shape.replacing(2, with: count)) { result in
      for (place, channel) in channels.enumerated() {
        require(channel.shape == channels[0].shape, "channels of \(channels[0].shape) and \(channel.shape)")
        for i in 0..<channel.count { result[i * count + place] = channel.pointer[i] }
      }
    }
  }
}
