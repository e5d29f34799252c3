import Diagnostics
import Imaging
import Models
import TensorCore

extension Restorer {
  /// Restores a photo of any kind: what it was in, it stays in.
  ///
  /// - Gray stays gray: a model of colour images gets it replicated, and the luma of its result is kept.
  /// - Colour stays colour: a model of gray images restores each channel by itself.
  /// - 16 bits stay 16 bits.
  /// - Alpha goes around the model; super-resolution enlarges it by bicubic interpolation.
  ///
  /// - Parameter name: of the photo, for messages.
  /// - Throws: `InputError` when the result is not finite: what a picture would show of it is black, or noise.
  public func restore(_ photo: Image, named name: String = "photo") throws -> Image {
    func image(_ values: Tensor) throws -> Image {
      let count = (0..<values.count).count { !values.pointer[$0].isFinite }
      guard count == 0 else {
        throw InputError(name, expected: "a finite result", found: "\(count) of \(values.count) values not finite")
      }
      return Image(values, bitDepth: photo.bitDepth)
    }
    let isGray = photo.channels < 3
    let colors = isGray ? photo.grayscale() : photo.rgb()
    let restored: Image
    switch (isGray, task.channels == 1) {
    case (false, false), (true, true): restored = try image(self(colors.tensor()))
    case (true, false): restored = try image(self(colors.rgb().tensor())).grayscale()
    case (false, true): restored = try image(joined((0..<3).map { self(channel($0, of: colors.tensor())) }))
    }
    guard let alpha = photo.alpha else { return restored }
    return restored.adding(alpha: task.isSuperResolution ? bicubicUpscale(alpha, by: task.scale) : alpha)
  }

  /// H x W x C to H x W x 1.
  private func channel(_ channel: Int, of image: Tensor) -> Tensor {
    let result = Tensor(uninitialized: image.shape.replacing(2, with: 1))
    for i in 0..<result.count { result.pointer[i] = image.pointer[i * image.shape[2] + channel] }
    return result
  }

  /// Images of H x W x 1 to one of H x W x C.
  private func joined(_ channels: [Tensor]) -> Tensor {
    let result = Tensor(uninitialized: channels[0].shape.replacing(2, with: channels.count))
    for (place, channel) in channels.enumerated() {
      for i in 0..<channel.count { result.pointer[i * channels.count + place] = channel.pointer[i] }
    }
    return result
  }
}

extension Image {
  /// - Parameter alpha: one channel, of this image's size and depth.
  func adding(alpha: Image) -> Image {
    precondition(
      alpha.channels == 1 && alpha.width == width && alpha.height == height && !hasAlpha,
      "alpha is one channel of the image's size")
    func interleaved<Sample>(_ colors: [Sample], _ alpha: [Sample]) -> [Sample] {
      var result: [Sample] = []
      result.reserveCapacity(colors.count + alpha.count)
      for pixel in alpha.indices {
        result.append(contentsOf: colors[pixel * channels..<(pixel + 1) * channels])
        result.append(alpha[pixel])
      }
      return result
    }
    let samples: Samples
    switch (self.samples, alpha.samples) {
    case (.uint8(let colors), .uint8(let alpha)): samples = .uint8(interleaved(colors, alpha))
    case (.uint16(let colors), .uint16(let alpha)): samples = .uint16(interleaved(colors, alpha))
    default: preconditionFailure("alpha has the image's depth")
    }
    return Image(width: width, height: height, channels: channels + 1, samples: samples)
  }
}
