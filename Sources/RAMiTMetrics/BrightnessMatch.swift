import RAMiTImaging

extension Image {
  /// The image, 8 bits deep, multiplied by the factor that gives it the mean brightness of another one; clamped, and
  /// rounded half to even. Brightness is 0.299 R + 0.587 G + 0.114 B.
  ///
  /// Scores of low-light enhancement are often of such images ("GT-mean"): they leave out the error of the exposure.
  func brightnessMatched(to target: Image) -> Image {
    guard case .uint8(let values) = samples else { preconditionFailure("scores are of 8-bit images") }
    let mean = meanBrightness
    guard mean > 0 else { return self }
    let factor = target.meanBrightness / mean
    let levels = (0..<256).map { UInt8(min((Double($0) * factor).rounded(.toNearestOrEven), 255)) }
    return Image(width: width, height: height, channels: channels, samples: .uint8(values.map { levels[Int($0)] }))
  }

  private var meanBrightness: Double {
    guard case .uint8(let values) = samples else { preconditionFailure("scores are of 8-bit images") }
    // Whole numbers: the sum does not depend on an order.
    var sums = [Int](repeating: 0, count: channels)
    for pixel in stride(from: 0, to: values.count, by: channels) {
      for channel in 0..<channels { sums[channel] += Int(values[pixel + channel]) }
    }
    let means = sums.map { Double($0) / Double(width * height) }
    return channels >= 3 ? 0.299 * means[0] + 0.587 * means[1] + 0.114 * means[2] : means[0]
  }
}
