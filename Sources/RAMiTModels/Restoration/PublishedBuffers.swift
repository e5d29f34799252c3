import RAMiTNN
import RAMiTTensorCore

enum DIV2K {
  /// The mean of the training images in [0, 1], per channel.
  static let mean: [Float] = [0.4488, 0.4371, 0.4040]
}

extension ParameterScope {
  /// Declares the 1 x 1 convolutions that subtract and add DIV2K's mean in published files, `sub_mean` and `add_mean`.
  /// They are not trained.
  /// - Parameter range: the value of white.
  func declareMeanShifts(range: Float) {
    let channels = DIV2K.mean.count
    let identity = (0..<channels * channels).map { Float($0 % (channels + 1) == 0 ? 1 : 0) }
    for (name, sign) in [("sub_mean", -range), ("add_mean", range)] {
      _ = (self / name).buffer("weight", Tensor(identity, [channels, channels, 1, 1]), isOptional: true)
      _ = (self / name).buffer("bias", Tensor(DIV2K.mean.map { $0 * sign }, [channels]), isOptional: true)
    }
  }
}

extension WindowAttention {
  /// The error of an architecture whose masks of shifted windows would not fit into memory.
  /// - Returns: nil where an image's mask has at most 2^26 values.
  static func shiftMaskError(side: Int, window: Int) -> String? {
    // (side / window)^2 windows of window^2 x window^2.
    let count = side * side * window * window
    return count <= 1 << 26 ? nil : "imageSize must be less for windows of \(window): masks have \(count) values"
  }
}
